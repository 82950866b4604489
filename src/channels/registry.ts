import type { ChannelAdapter } from "./contract.ts";
import { createTelegramAdapter } from "./telegram/adapter.ts";
import { createWebchatAdapter, type WebchatAdapterOptions } from "./webchat/adapter.ts";

/** What the adapters need of the outside; a channel adds its own keys. */
export interface ChannelSettings extends WebchatAdapterOptions {
  readonly telegramApiUrl: string;
}

/** Every channel there is. A new one is its folder and a line here. */
export function createChannels(settings: ChannelSettings): ReadonlyMap<string, ChannelAdapter> {
  const adapters = [createTelegramAdapter({ apiUrl: settings.telegramApiUrl }), createWebchatAdapter(settings)];
  return new Map(adapters.map((adapter) => [adapter.id, adapter]));
}

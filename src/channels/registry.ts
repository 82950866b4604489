import type { Pacer } from "./contract/pacing.ts";
import type { ChannelAdapter } from "./contract.ts";
import { createEmailAdapter, type EmailOptions } from "./email/adapter.ts";
import { createBccAdapter } from "./email/bcc/adapter.ts";
import type { KeptMails } from "./email/bcc/kept-mails.ts";
import { createFormAdapter } from "./form/adapter.ts";
import { createTelegramAdapter } from "./telegram/adapter.ts";
import { createTelegramPersonAdapter, type TelegramPersonOptions } from "./telegram-person/adapter.ts";
import { createViberAdapter } from "./viber/adapter.ts";
import { createWebchatAdapter, type WebchatAdapterOptions } from "./webchat/adapter.ts";
import { createWhatsappCloudAdapter } from "./whatsapp-cloud/adapter.ts";
import { createWhatsappWebAdapter } from "./whatsapp-web/adapter.ts";

/** What the adapters need of the outside; a channel adds its own keys. */
export interface ChannelSettings extends WebchatAdapterOptions, Pick<EmailOptions, "mailPrivateHosts" | "mailVendors"> {
  readonly telegramApiUrl: string;
  readonly viberApiUrl: string;
  /** Browser for WhatsApp as a linked device, and the folder where its profiles are while they run. */
  readonly chromiumPath: string | undefined;
  readonly whatsappFolder: string;
  readonly whatsappCloudApiUrl: string;
  /** Keeps the vendors' limits, over all processes. */
  readonly pacer: Pacer;
  /** Copies of letters that came by SMTP, for their files; absent: there are none. */
  readonly copies?: Pick<KeptMails, "open">;
  readonly telegramApp?: Pick<TelegramPersonOptions, "apiId" | "apiHash">;
}

/** Every channel there is. A new one is its folder and a line here. */
export function createChannels(settings: ChannelSettings): ReadonlyMap<string, ChannelAdapter> {
  const adapters = [
    createTelegramAdapter({ apiUrl: settings.telegramApiUrl, pacer: settings.pacer }),
    createViberAdapter({ apiUrl: settings.viberApiUrl, pacer: settings.pacer }),
    createTelegramPersonAdapter({ pacer: settings.pacer, ...settings.telegramApp }),
    createWebchatAdapter(settings),
    createFormAdapter(),
    createEmailAdapter(settings),
    createBccAdapter({ kept: settings.copies ?? { open: () => Promise.resolve(undefined) } }),
    createWhatsappWebAdapter({
      chromiumPath: settings.chromiumPath,
      folder: settings.whatsappFolder,
      pacer: settings.pacer,
    }),
    createWhatsappCloudAdapter({ apiUrl: settings.whatsappCloudApiUrl, pacer: settings.pacer }),
  ];
  return new Map(adapters.map((adapter) => [adapter.id, adapter]));
}

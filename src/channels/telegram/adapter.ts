import type { Pacer } from "../contract/pacing.ts";
import type { ChannelAdapter } from "../contract.ts";
import { capabilities, credentials, icon } from "./about.ts";
import { createTelegramApi } from "./api.ts";
import { edit, remove } from "./change.ts";
import { connect, disconnect } from "./connect.ts";
import { links } from "./links.ts";
import { openMedia } from "./media.ts";
import { createPace } from "./pace.ts";
import { createPolling } from "./polling.ts";
import { react } from "./react.ts";
import { receive } from "./receive.ts";
import { realWait, send } from "./send.ts";
import { telegramSentences } from "./sentences.ts";
import { description, setup } from "./setup.ts";
import { settings } from "./welcome.ts";

export interface TelegramOptions {
  /** Base of the Bot API, `TELEGRAM_API_URL`; Telegram's own is https://api.telegram.org. */
  readonly apiUrl: string;
  /** Keeps Telegram's limits, over all processes. */
  readonly pacer: Pacer;
  /** How long an ordinary call may take; uploads and long polls get more. Default 30 s. */
  readonly fetchTimeoutMs?: number;
  /** Waits between the parts of one message when Telegram asks for a pause. For tests. */
  readonly wait?: (ms: number) => Promise<void>;
  /** The pacer's clock, by which pauses end. For tests. */
  readonly now?: () => number;
}

/**
 * Telegram bots, by webhook or long polling. Holds no state but cached clients, so any number of processes may share a
 * bot for sending; `polling` is for one process per bot at a time (Telegram refuses a second with 409).
 *
 * `send` ignores its key: the Bot API has nothing to recognise a repetition by.
 */
export function createTelegramAdapter({
  apiUrl,
  pacer,
  fetchTimeoutMs = 30_000,
  wait = realWait,
  now = Date.now,
}: TelegramOptions): ChannelAdapter {
  const api = createTelegramApi({ apiUrl, fetchTimeoutMs });
  const pace = createPace(pacer, now);
  return {
    id: "telegram",
    title: "Telegram",
    sentences: telegramSentences,
    description,
    icon,
    capabilities,
    credentials,
    settings,
    setup,
    receive,
    send: (account, message) => send({ api, pace, wait }, account, message),
    edit: (account, change) => edit({ api, pace }, account, change),
    remove: (account, change) => remove({ api, pace }, account, change),
    react: (account, reaction) => react({ api, pace }, account, reaction),
    connect: (account, place) => connect(api, account, place),
    disconnect: (account) => disconnect(api, account),
    links,
    openMedia: (account, ref, signal) => openMedia(api, account, ref, signal),
    polling: createPolling(api),
  };
}

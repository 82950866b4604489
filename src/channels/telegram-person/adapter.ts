import { setTimeout as delay } from "node:timers/promises";
import type { ConnectionState } from "../../domain/account.ts";
import type { Pacer } from "../contract/pacing.ts";
import type { Session, SessionHost } from "../contract/sessions.ts";
import type { ChannelAdapter } from "../contract.ts";
import { capabilities, credentials, icon, settings } from "./about.ts";
import type { OpenClient } from "./client.ts";
import { telegramPersonSentences } from "./sentences.ts";
import { openSession } from "./session.ts";
import { description, howTo, setup } from "./setup.ts";

export interface TelegramPersonOptions {
  /** `TELEGRAM_API_ID`, `TELEGRAM_API_HASH`: this server's application at my.telegram.org. Absent: accounts stay `failed`. */
  readonly apiId?: number;
  readonly apiHash?: string;
  readonly pacer?: Pacer;
  /** The client; default is mtcute over TCP, loaded with the first account. */
  readonly openClient?: OpenClient;
  /** Ends early, without error, when aborted. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now?: () => number;
}

/**
 * Telegram as a person: a signed-in account of the person's own, over a standing connection (`sessions`). There are no
 * webhooks, so `receive` takes nothing; what needs the connection goes through it.
 */
export function createTelegramPersonAdapter(options: TelegramPersonOptions): ChannelAdapter {
  const { apiId, apiHash, pacer } = options;
  const openClient = options.openClient ?? openWithMtcute;
  const wait = options.wait ?? realWait;
  const now = options.now ?? Date.now;
  return {
    id: "telegram-person",
    title: "Telegram (personal)",
    sentences: telegramPersonSentences,
    description,
    icon,
    capabilities,
    credentials,
    settings,
    setup,
    receive: () => ({ kind: "rejected", status: 403, reason: "This channel takes no webhooks." }),
    send: () => Promise.resolve(elsewhere),
    edit: () => Promise.resolve(elsewhere),
    remove: () => Promise.resolve(elsewhere),
    react: () => Promise.resolve(elsewhere),
    findPerson: () => Promise.resolve({ kind: "unknown", sentence: `Could not check. ${elsewhere.sentence}` }),
    connect: (account) =>
      Promise.resolve({
        connection: apiId && apiHash ? { kind: "starting", sentence: "Connecting to Telegram." } : noApplication,
        profile: account.profile,
      }),
    disconnect: () => Promise.resolve(),
    sessions: {
      howTo,
      open(account, host) {
        if (!apiId || !apiHash) return refusedSession(host);
        return openSession({ apiId, apiHash, openClient, wait, now, ...(pacer && { pacer }) }, account, host);
      },
    },
  };
}

const elsewhere = {
  kind: "retry",
  afterMs: 5_000,
  sentence: "The account's connection to Telegram is not open yet. It will be tried again.",
} as const;

const noApplication: ConnectionState = {
  kind: "failed",
  sentence:
    "This server is not registered with Telegram. Its operator makes an application at my.telegram.org and sets TELEGRAM_API_ID and TELEGRAM_API_HASH; then press “Reconnect”.",
};

/** Stands for a connection that cannot be: says why and is closed from the beginning. */
function refusedSession(host: SessionHost): Session {
  host.state(noApplication);
  const down = () => Promise.resolve({ kind: "account-down", connection: noApplication } as const);
  return {
    send: down,
    edit: down,
    remove: down,
    react: down,
    openMedia: () => Promise.resolve({ kind: "retry", afterMs: 60_000, sentence: noApplication.sentence }),
    findPerson: () => Promise.resolve({ kind: "unknown", sentence: noApplication.sentence }),
    answer: () => Promise.resolve(noApplication.sentence),
    logout: () => Promise.resolve(),
    close: () => Promise.resolve(),
    closed: Promise.resolve(),
  };
}

const openWithMtcute: OpenClient = async (options) => {
  const { openMtcute } = await import("./mtcute-client.ts");
  return await openMtcute(options);
};

async function realWait(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

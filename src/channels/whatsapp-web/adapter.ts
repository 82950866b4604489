import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Pacer } from "../contract/pacing.ts";
import type { SendOutcome } from "../contract/sending.ts";
import type { ChannelAdapter } from "../contract.ts";
import { capabilities, credentials, icon, settings } from "./about.ts";
import { whatsappWebSentences } from "./sentences.ts";
import { openSession, type SessionOptions } from "./session.ts";
import { description, howTo, setup } from "./setup.ts";

export interface WhatsappWebOptions {
  /** `CHROMIUM_PATH`. Absent: accounts say so and stay down, the server runs. */
  readonly chromiumPath: string | undefined;
  /** Where the running browsers' profiles are, in clear and 0700, only while they run. */
  readonly folder?: string;
  readonly pacer?: Pacer;
  /** Memory of one account's browser with all its processes. Default 1.5 GB. */
  readonly memoryBytes?: number;
  /** Replaces parts for tests: the library, times, waits. */
  readonly parts?: Partial<Omit<SessionOptions, "chromiumPath" | "folder" | "pacer">>;
}

const NOT_HERE: SendOutcome = {
  kind: "retry",
  afterMs: 15_000,
  sentence: "The account's connection to WhatsApp is not open here. The message waits and will be tried again.",
};

/**
 * A WhatsApp number as a linked device, by whatsapp-web.js in a browser of its own. Everything goes through the session:
 * the plain calls below answer only where there is none, and send nothing.
 */
export function createWhatsappWebAdapter(given: WhatsappWebOptions): ChannelAdapter {
  const {
    chromiumPath,
    folder = join(tmpdir(), "threadline-whatsapp"),
    pacer,
    memoryBytes = 1_536 * 1024 * 1024,
  } = given;
  const options: SessionOptions = {
    module: "whatsapp-web.js",
    times: {
      startMs: 90_000,
      loadMs: 180_000,
      saveAfterMs: 60_000,
      saveEveryMs: 15 * 60_000,
      restartMs: 5_000,
      retryMs: 1_000,
    },
    limits: { memoryBytes, memoryCheckMs: 30_000, stopMs: 12_000 },
    wait: async (ms) => {
      await delay(ms);
    },
    random: Math.random,
    now: () => new Date(),
    ...given.parts,
    chromiumPath,
    folder,
    pacer,
  };
  const notHere = (): Promise<SendOutcome> => Promise.resolve(NOT_HERE);
  return {
    id: "whatsapp-web",
    title: "WhatsApp",
    sentences: whatsappWebSentences,
    description,
    icon,
    capabilities,
    credentials,
    settings,
    setup,
    receive: () => ({ kind: "rejected", status: 403, reason: "WhatsApp does not call us for linked devices" }),
    send: notHere,
    edit: notHere,
    remove: notHere,
    react: notHere,
    findPerson: () =>
      Promise.resolve({
        kind: "unknown",
        sentence: "The account's connection to WhatsApp is not open here. Try again soon.",
      }),
    openMedia: () =>
      Promise.resolve({
        kind: "retry",
        afterMs: 15_000,
        sentence: "The account's connection to WhatsApp is not open here.",
      }),
    connect: (account) =>
      Promise.resolve({
        connection: { kind: "starting", sentence: "WhatsApp is being opened for this account." },
        profile: account.profile,
      }),
    disconnect: () => Promise.resolve(),
    sessions: { howTo, open: (account, host) => openSession(options, account, host) },
  };
}

import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import { readMail } from "../../mail/reading/read-mail.ts";
import type { ChannelAdapter } from "../contract.ts";
import { createPublicHosts } from "../shared/public-hosts.ts";
import { capabilities, credentials, icon, settings } from "./about.ts";
import { createDiscoverTools, type DiscoverTools } from "./discover.ts";
import type { Timing } from "./schedule.ts";
import { emailSentences } from "./sentences.ts";
import { openSession } from "./session.ts";
import { description, setup } from "./setup.ts";
import { createSignInVendors, type MailVendors } from "./sign-in-vendors.ts";
import { createSources } from "./sources.ts";
import { createVendorSignIn } from "./vendor-sign-in.ts";

export interface EmailOptions {
  /** MAIL_PRIVATE_HOSTS: mail servers that may be at private addresses, and be spoken to without encryption. */
  readonly mailPrivateHosts?: readonly string[];
  /** GOOGLE_CLIENT_ID, MICROSOFT_CLIENT_ID: by whose sign-in mailboxes can be opened. */
  readonly mailVendors?: MailVendors;
  /** For tests. */
  readonly discover?: Partial<DiscoverTools>;
  readonly timing?: Timing;
}

/** Large mails that are in memory at the same time, over all boxes of the process. */
const LARGE_AT_ONCE = 4;

/**
 * Mailboxes over IMAP: each account is one, kept open by the host of standing connections (`sessions`). There are no
 * webhooks, so `receive` takes nothing.
 */
export function createEmailAdapter(options: EmailOptions = {}): ChannelAdapter {
  const hosts = createPublicHosts(options.mailPrivateHosts ?? []);
  const limit = pLimit(LARGE_AT_ONCE);
  const vendors = createSignInVendors(options.mailVendors ?? {});
  const tools = {
    vendors,
    ...createDiscoverTools(hosts),
    ...options.discover,
    ...(options.timing && { timing: options.timing }),
    readMail,
    sources: createSources(),
    inTurn: <T>(work: () => Promise<T>): Promise<T> => limit(work),
    wait: realWait,
    now: Date.now,
  };
  return {
    id: "email",
    title: "E-mail",
    sentences: emailSentences,
    description,
    icon,
    capabilities,
    credentials,
    settings,
    identity: (account) => String(account.settings["address"] ?? "").toLowerCase(),
    setup,
    receive: () => ({ kind: "rejected", status: 403, reason: "This channel takes no webhooks." }),
    send: () => Promise.resolve(elsewhere),
    findPerson: () => Promise.resolve({ kind: "unknown", sentence: elsewhere.sentence }),
    connect: (account) =>
      Promise.resolve({
        connection: { kind: "starting", sentence: "Connecting to the mailbox." },
        profile: account.profile,
      }),
    disconnect: () => Promise.resolve(),
    signIn: createVendorSignIn(tools, vendors),
    sessions: { howTo: {}, open: (account, host) => openSession(tools, account, host) },
  };
}

const elsewhere = {
  kind: "retry",
  afterMs: 5_000,
  sentence: "The connection to the mailbox is not open yet. It will be tried again.",
} as const;

async function realWait(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

import type { ImapFlow } from "imapflow";
import type { Account, ConnectionState } from "../../domain/account.ts";
import type { ReadMail } from "../../mail/reading/read-mail-types.ts";
import type { MediaOutcome } from "../contract/sending.ts";
import type { Session, SessionHost } from "../contract/sessions.ts";
import { capabilities, credentials as credentialsSchema, settings as settingsSchema } from "./about.ts";
import { openConnection } from "./connection.ts";
import { type DiscoverTools, findServers } from "./discover.ts";
import { isSaidNo, stateOf } from "./failures.ts";
import { createKnown } from "./known.ts";
import { goneMail, type OpenedPart, openKept, openPart } from "./media.ts";
import { providerNamed } from "./providers.ts";
import type { Timing } from "./schedule.ts";
import { type Job, serve } from "./serve.ts";
import type { Sources } from "./sources.ts";

/**
 * One mailbox, from sign-in to the end of its connection; what happens in between is `serve.ts`.
 *
 * - The connection breaks: the session closes and its host opens the next, which reads what came in between.
 * - The password was changed: the first refusal of a sign-in that had worked is tried once more, the second waits for a
 *   person, so that no provider locks the box.
 * - Servers that are not there any more are looked for anew.
 */
export interface MailboxTools extends DiscoverTools {
  readonly readMail: (source: Uint8Array) => Promise<ReadMail>;
  readonly sources: Sources;
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** Ends early, without error, when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
  readonly timing?: Timing;
}

/** A file that its reader does not take holds up the box for so long at most. */
const FILE_MS = 120_000;

const NOT_SET_UP: ConnectionState = {
  kind: "needs-action",
  sentence: "The mailbox has no address or no password yet. Type them in its settings.",
};
const BROKE: ConnectionState = {
  kind: "transient-disconnect",
  sentence: "The connection to the mailbox broke. It is opened again, and what came in between is read then.",
};

export function openSession(tools: MailboxTools, account: Account, host: SessionHost): Session {
  const stop = new AbortController();
  const jobs: Job[] = [];
  let client: ImapFlow | undefined;
  let wake = (): void => undefined;

  function tell(next: ConnectionState): void {
    if (!stop.signal.aborted) host.state(next);
  }

  async function run(): Promise<void> {
    const read = settingsSchema.safeParse(account.settings);
    const secret = credentialsSchema.safeParse(account.credentials);
    if (!read.success || !secret.success) return tell(NOT_SET_UP);
    const { letters } = host;
    if (!letters) throw new Error("A mailbox is opened without the book of letters");
    const settings = read.data;
    const known = createKnown(host.memory, settings);
    const kept = await known.servers();
    const candidates = kept ? [kept] : await findServers(tools, settings, stop.signal);
    const provider = providerNamed(candidates[0]?.provider);
    if (provider?.noPasswords) return tell({ kind: "bad-credentials", sentence: provider.refused });
    const opened = await openConnection(candidates, secret.data.password, tools.hosts, stop.signal);
    if (opened.kind === "failed") {
      const refused = opened.failure.kind === "refused";
      if (kept && !refused && opened.failure.kind !== "busy") await known.forget();
      return tell(
        stateOf(opened.failure, opened.servers, refused && kept !== undefined && (await known.isFirstRefusal())),
      );
    }
    client = opened.client;
    if (stop.signal.aborted) return;
    await known.took(opened.servers);
    host.profile({ externalId: settings.address.toLowerCase(), title: settings.address });
    await serve({
      ...tools,
      client,
      settings,
      letters,
      account: account.id,
      memory: host.memory,
      accept: (events) => host.accept(events),
      tell,
      jobs,
      onWake: (next) => {
        wake = next;
      },
      signal: stop.signal,
    });
    tell(BROKE);
  }

  let resolveClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });
  host.state({ kind: "starting", sentence: "Connecting to the mailbox." });
  const running = run()
    // The store cannot be asked, or the connection is gone.
    .catch(() => tell(BROKE))
    .finally(() => {
      stop.abort();
      client?.close();
      for (const job of jobs.splice(0)) job.drop();
      resolveClosed();
    });

  async function close(): Promise<void> {
    stop.abort();
    wake();
    client?.close();
    await running;
  }

  async function openMedia(ref: string): Promise<MediaOutcome> {
    const own = { sources: tools.sources, readMail: tools.readMail, account: account.id };
    const kept = await openKept(own, ref);
    if (kept) return kept.outcome;
    if (stop.signal.aborted || !client) return notOpen;
    return await new Promise<MediaOutcome>((resolve) => {
      jobs.push({
        drop: () => resolve(notOpen),
        async run(box) {
          let opened: OpenedPart;
          try {
            opened = await openPart({ ...own, client: box }, ref);
          } catch (error) {
            opened = isSaidNo(error) ? goneMail() : { outcome: notOpen, ended: Promise.resolve() };
          }
          resolve(opened.outcome);
          const over = new AbortController();
          await Promise.race([opened.ended, tools.wait(FILE_MS, AbortSignal.any([over.signal, stop.signal]))]);
          over.abort();
        },
      });
      wake();
    });
  }

  return {
    send: () => Promise.resolve({ kind: "refused", code: "one-way", sentence: capabilities.oneWay ?? "" }),
    openMedia,
    logout: close,
    close,
    closed,
  };
}

const notOpen: MediaOutcome = {
  kind: "retry",
  afterMs: 10_000,
  sentence: "The mailbox is not connected, so the file cannot be fetched yet.",
};

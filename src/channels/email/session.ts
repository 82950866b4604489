import type { ImapFlow } from "imapflow";
import type { Account, ConnectionState } from "../../domain/account.ts";
import type { ReadMail } from "../../mail/reading/read-mail-types.ts";
import type { MediaOutcome, SendOutcome } from "../contract/sending.ts";
import type { Session, SessionHost } from "../contract/sessions.ts";
import type { SignInVendor } from "../contract/vendor-sign-in.ts";
import { credentials as credentialsSchema, settings as settingsSchema } from "./about.ts";
import { openByPassword } from "./by-password.ts";
import { openByToken } from "./by-token.ts";
import type { DiscoverTools } from "./discover.ts";
import { isSaidNo } from "./failures.ts";
import { goneMail, type OpenedPart, openKept, openPart } from "./media.ts";
import { createOutbox, findPerson, type Outbox } from "./outbox.ts";
import type { Timing } from "./schedule.ts";
import { type Job, type OpenBox, serve } from "./serve.ts";
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
  readonly vendors: readonly SignInVendor[];
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
  let outbox: Outbox | undefined;
  let box: OpenBox | undefined;
  const wake = (): void => box?.wake();

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
    const { tokens } = host;
    const access = tokens && { tokens, settings, vendors: tools.vendors, hosts: tools.hosts };
    const opened = access
      ? await openByToken(access, stop.signal)
      : await openByPassword(tools, host, settings, secret.data.password ?? "", stop.signal);
    if (opened.kind === "closed") return tell(opened.state);
    client = opened.client;
    if (stop.signal.aborted) return;
    host.profile({ externalId: settings.address.toLowerCase(), title: settings.address });
    const accept: SessionHost["accept"] = (events) => host.accept(events);
    const own = { settings, letters, memory: host.memory, accept };
    const out = createOutbox({
      ...own,
      account,
      servers: opened.servers,
      refused: opened.refused,
      signIn: opened.signIn,
      hosts: tools.hosts,
      sentFolder: () => box?.sentFolder,
      inTurn: overConnection,
      lookSoon: () => box?.lookSoon(),
      now: tools.now,
    });
    await serve({
      ...tools,
      ...own,
      client,
      account: account.id,
      metInSent: out.metInSent,
      sentHere: out.sentHere,
      tell,
      jobs,
      onOpen(open) {
        box = open;
        outbox = out;
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
      outbox?.close();
      client?.close();
      for (const job of jobs.splice(0)) job.drop();
      resolveClosed();
    });

  /** @throws when the connection is gone before its turn */
  function overConnection<T>(work: (open: ImapFlow) => Promise<T>): Promise<T> {
    if (stop.signal.aborted) return Promise.reject(new Error("The mailbox is closed"));
    return new Promise<T>((resolve, reject) => {
      jobs.push({
        drop: () => reject(new Error("The mailbox is closed")),
        run: (open) => work(open).then(resolve, reject),
      });
      wake();
    });
  }

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
    send: async (message, key) => (outbox && !stop.signal.aborted ? await outbox.send(message, key) : NOT_YET),
    findPerson: ({ email }) => Promise.resolve(findPerson(email, addressOf(account))),
    openMedia,
    logout: close,
    close,
    closed,
  };
}

const NOT_YET: SendOutcome = {
  kind: "retry",
  afterMs: 10_000,
  sentence: "The mailbox is not connected yet. The letter has not left and will be tried again.",
};

const addressOf = ({ settings }: Account): string => String(settings["address"] ?? "");

const notOpen: MediaOutcome = {
  kind: "retry",
  afterMs: 10_000,
  sentence: "The mailbox is not connected, so the file cannot be fetched yet.",
};

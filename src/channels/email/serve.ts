import type { ImapFlow } from "imapflow";
import type { ConnectionState } from "../../domain/account.ts";
import type { LetterBook, PendingLetter } from "../contract/letters.ts";
import type { SessionHost, SessionMemory } from "../contract/sessions.ts";
import type { MailboxSettings } from "./about.ts";
import { type BodyTools, fetchBodies } from "./bodies.ts";
import { isSaidNo } from "./failures.ts";
import { chooseFolders, type WatchedFolder } from "./folders.ts";
import { createMarks } from "./marks.ts";
import { mayScanOn, nextStep, pauseAfter, type Standing, type Step, TIMING, type Timing } from "./schedule.ts";
import { createWatch } from "./watch.ts";

/**
 * What an open mailbox does until its connection ends: one thing at a time (`schedule.ts` says what); between two things
 * the server is left alone and tells of what comes (IDLE), or is asked.
 *
 * - Crash at any time: what was read stands in the book, how far in the memory (`watch.ts`, `bodies.ts`).
 * - The connection is half open: every look into the folders has a limit, so that is known within about two minutes.
 * - The server is slow: nothing but this box waits for it. It says no: tried again with growing pauses. It lies: what lies
 *   there is compared with what was seen, every hour.
 * - The store is away: nothing is read on until it is back; the state says so.
 */
export interface ServeTools
  extends Pick<BodyTools, "readMail" | "sources" | "inTurn" | "account" | "metInSent" | "sentHere"> {
  readonly client: ImapFlow;
  readonly settings: MailboxSettings;
  readonly letters: LetterBook;
  readonly memory: SessionMemory;
  readonly accept: SessionHost["accept"];
  readonly tell: (state: ConnectionState) => void;
  /** What others want of the connection; done between two steps. */
  readonly jobs: Job[];
  /** Hands out what ends a rest early, and what has the other folders looked into soon. */
  readonly onOpen: (box: OpenBox) => void;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
  readonly timing?: Timing;
  readonly signal: AbortSignal;
}

export interface OpenBox {
  wake(): void;
  lookSoon(): void;
  readonly sentFolder: string | undefined;
}

export interface Job {
  run(client: ImapFlow): Promise<void>;
  /** The connection is gone. */
  drop(): void;
}

const SHORT_REST_MS = 50;
const STATE_EVERY_MS = 5_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Bodies that nobody waits for, before the next thing has its turn. */
const BODIES = 20;
const MOST_AT_ONCE = 250;
/** While another folder is open, the inbox is asked so often. */
const GLANCE_MS = 3_000;

/** @throws when the connection, or the memory, is gone */
export async function serve(tools: ServeTools): Promise<void> {
  const { client, settings, letters, memory, accept, jobs, wait, now, signal, timing = TIMING } = tools;
  const folders = chooseFolders(await client.list(), settings.folders);
  const [inbox, ...others] = folders;
  const sent = others.find(({ role }) => role === "sent");
  if (!inbox) return;
  const marks = createMarks(memory);
  const began = await marks.began(new Date(now()));
  const rest = (tookMs: number): Promise<void> => wait(pauseAfter(tookMs, timing), signal);
  const watch = createWatch({ client, letters, marks, accept, began, days: settings.days, now, rest });
  const idles = client.capabilities.has("IDLE");
  let standing: Standing = {
    idles,
    news: true,
    inboxAt: now(),
    othersAt: now(),
    reconciledAt: now(),
    bodies: true,
    bodiesAt: 0,
    bodiesTook: 0,
    scanning: false,
    scanAt: 0,
  };
  /** The server has told of it in this folder, as it stands now. */
  let announced = false;
  let wake = (): void => undefined;
  tools.onOpen({
    wake: () => wake(),
    lookSoon() {
      standing = { ...standing, othersAt: Number.NEGATIVE_INFINITY };
      wake();
    },
    sentFolder: sent?.path,
  });

  function hear(): void {
    announced = true;
    standing = { ...standing, news: true };
    wake();
  }
  client.on("exists", ({ path }) => {
    if (path === inbox.path) hear();
  });
  client.on("close", () => wake());

  const bodyTools: BodyTools = {
    ...tools,
    address: settings.address,
    ...(sent && { sentFolder: sent.path }),
    isScanning: () => standing.scanning,
    isInterrupted: () => standing.news || jobs.length > 0 || signal.aborted,
  };

  /** What the book gave to this box and was not fetched yet. */
  let ready: PendingLetter[] = [];
  let asking = false;
  let askingFailed: unknown;

  /** The CRM may be asked whose mail is wanted, which takes its time: new mail does not wait for that. */
  function ask(): void {
    if (asking) return;
    asking = true;
    letters
      .pending(BODIES)
      .then(
        (found) => {
          ready = [...found];
          standing = { ...standing, bodies: found.length > 0 };
        },
        (error: unknown) => {
          askingFailed = error;
          standing = { ...standing, bodies: true };
        },
      )
      .finally(() => {
        asking = false;
        wake();
      });
  }

  async function bodies(): Promise<void> {
    const began = now();
    standing = { ...standing, bodies: ready.length > 0, bodiesAt: began };
    const failed = askingFailed;
    askingFailed = undefined;
    if (failed !== undefined) throw failed;
    await fetchBodies(bodyTools, ready);
    standing = { ...standing, bodiesAt: now(), bodiesTook: now() - began };
    if (ready.length === 0) ask();
  }

  /** So many have just come. */
  async function freshBodies(count: number): Promise<void> {
    await fetchBodies(bodyTools, [...(await letters.pending(Math.min(count, MOST_AT_ONCE)))]);
    standing = { ...standing, bodies: true };
  }

  /** What came in the meantime; the folder that is open need not be asked whether anything did. */
  async function look(folder: WatchedFolder, how: "look" | "glance"): Promise<void> {
    const told = folder === inbox && announced;
    if (folder === inbox) {
      announced = false;
      standing = { ...standing, news: false };
    }
    const fresh = await limited(tools, how === "look" ? watch.look(folder, told) : watch.glance(folder));
    if (folder === inbox) standing = { ...standing, inboxAt: now() };
    if (fresh > 0) await freshBodies(fresh);
  }

  async function lookAtOthers(): Promise<void> {
    for (const folder of others) await look(folder, "glance");
    if (others.length === 0) await limited(tools, client.noop());
    standing = { ...standing, othersAt: now() };
  }

  const mayGoOn = (): boolean => client.usable && !bodyTools.isInterrupted() && mayScanOn(standing, now(), timing);

  async function scan(): Promise<void> {
    const started = now();
    let more = false;
    for (const folder of folders) {
      if (more || !(await watch.isScanning(folder))) continue;
      if (folder !== inbox && started - standing.inboxAt > GLANCE_MS) await look(inbox as WatchedFolder, "glance");
      more = (await watch.scan(folder, mayGoOn)) || more;
    }
    standing = { ...standing, scanning: more, scanAt: now(), bodies: true };
  }

  async function reconcile(): Promise<void> {
    // Said first: what cannot be compared now is compared the next time, and holds nothing up.
    standing = { ...standing, reconciledAt: now(), bodies: true };
    for (const folder of folders) await watch.reconcile(folder);
    // The inbox was opened anew: what came just then was told to nobody.
    hear();
  }

  const steps: Readonly<Record<Exclude<Step["kind"], "rest">, () => Promise<void>>> = {
    inbox: () => look(inbox, "look"),
    others: lookAtOthers,
    bodies,
    scan,
    reconcile,
  };

  /** Until the server tells of something, somebody wants something, or the time is over. */
  async function sleep(ms: number): Promise<void> {
    if (!client.mailbox || client.mailbox.path !== inbox?.path) {
      await limited(tools, client.mailboxOpen(inbox?.path ?? "INBOX", { readOnly: true }));
      // What came while another folder was open.
      hear();
      return;
    }
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    // Breaking an IDLE off is a question and an answer: not worth it for a moment.
    if (idles && ms >= SHORT_REST_MS) client.idle().catch(() => undefined);
    await Promise.race([woken, wait(ms, AbortSignal.any([over.signal, signal]))]);
    wake = () => undefined;
    over.abort();
  }

  const show = createDisplay(tools, watch.progress);
  await steps.inbox();
  await steps.others();
  show.well();
  // Bodies have their turn some time after the scan has begun, not before its second batch.
  standing = { ...standing, scanning: true, bodiesAt: now() };
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted && client.usable) {
    const job = jobs.shift();
    if (job) {
      await job.run(client);
      continue;
    }
    const step = nextStep(standing, now(), timing);
    if (step.kind === "rest") {
      await sleep(step.ms);
      continue;
    }
    try {
      await steps[step.kind]();
      pause = FIRST_PAUSE_MS;
      show.well();
    } catch (error) {
      if (!client.usable || signal.aborted) throw error;
      // One command was refused, or the store cannot be asked: the same is done again.
      if (step.kind === "inbox") standing = { ...standing, news: true };
      if (!isSaidNo(error)) show.stuck();
      await wait(pause, signal);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }
}

/** Ends the connection of a server that does not answer in time. */
async function limited<T>({ client, wait, timing = TIMING }: ServeTools, asked: Promise<T>): Promise<T> {
  const over = new AbortController();
  void wait(timing.answerMs, over.signal).then(() => {
    if (!over.signal.aborted) client.close();
  });
  try {
    return await asked;
  } finally {
    over.abort();
  }
}

/** How it stands, in a sentence, but not at every step. */
function createDisplay({ settings, tell, now }: ServeTools, progress: () => { all: number; done: number }) {
  let shown = "";
  let shownAt = Number.NEGATIVE_INFINITY;

  function say(sentence: string): void {
    if (sentence === shown) return;
    shown = sentence;
    shownAt = now();
    tell({ kind: "connected", sentence });
  }

  return {
    well(): void {
      const { all, done } = progress();
      const { address, days } = settings;
      if (done >= all) say(`Receives the mail of ${address}.`);
      else if (now() - shownAt >= STATE_EVERY_MS)
        say(`Receives the mail of ${address}. Looks through ${all} mails of the last ${days} days: ${done} done.`);
    },
    stuck(): void {
      say("The mailbox is open, but what comes cannot be stored at the moment. It is tried again until it can.");
    },
  };
}

import type { FetchMessageObject, ImapFlow, MailboxObject } from "imapflow";
import type { KeptLetter, LetterBook } from "../contract/letters.ts";
import type { SessionHost } from "../contract/sessions.ts";
import type { WatchedFolder } from "./folders.ts";
import type { Mark, Marks, Scan, Trouble } from "./marks.ts";
import { ENVELOPE, type SeenPlace, seenLetter } from "./seen.ts";
import { afterFailure, afterSuccess, BATCH, batchSize, isHopeless } from "./trouble.ts";

/**
 * Reads what lies in the folders of one box into the book: what is new, and in the first scan what came in the last days.
 *
 * - Crash, kill, a connection cut in the middle: the mark stands before the batch, which is read again; the book knows what
 *   it has of it.
 * - `UIDVALIDITY` changed: all numbers are new and no mail is; the folder is scanned anew and the book knows them.
 * - A mail whose envelope breaks the connection or that the server will not list: batches shrink with every try until it
 *   stands alone, and then it is passed over (`trouble.ts`).
 * - The server lies about what is new, or numbers mails late: `reconcile` compares what lies there with what was seen.
 */
export interface WatchTools {
  readonly client: ImapFlow;
  readonly letters: LetterBook;
  readonly marks: Marks;
  readonly accept: SessionHost["accept"];
  readonly began: Date;
  readonly days: number;
  readonly now: () => number;
  /** So long the server is left alone between two lists of a scan, after one that took so long. */
  readonly rest: (tookMs: number) => Promise<void>;
}

export interface Watch {
  /**
   * Reads what is new; how many mails nobody had seen yet.
   * @param announced the server has just told of it, so that it need not be asked whether there is anything
   */
  look(folder: WatchedFolder, announced?: boolean): Promise<number>;
  /** The same, where the folder has changed at all. */
  glance(folder: WatchedFolder): Promise<number>;
  /**
   * Batches of the first scan, at least one, as long as it may go on. While one is written into the book, the server rests
   * and then lists the next. `false`: the scan is over for this folder.
   */
  scan(folder: WatchedFolder, mayGoOn: () => boolean): Promise<boolean>;
  /** Whether the first scan of a folder has something left. */
  isScanning(folder: WatchedFolder): Promise<boolean>;
  reconcile(folder: WatchedFolder): Promise<number>;
  progress(): { readonly all: number; readonly done: number };
}

interface Listed {
  readonly messages: readonly FetchMessageObject[];
  readonly tookMs: number;
}

/** A list that is asked for before its turn. */
interface Ahead {
  readonly path: string;
  readonly range: string;
  /** `undefined`: it was put off before the server was asked. */
  readonly listed: Promise<Listed | undefined>;
  putOff(): void;
}

const NOTHING: Listed = { messages: [], tookMs: 0 };

const DAY_MS = 86_400_000;
/** How far back mails are looked for that should have been seen. */
const RECONCILE_DAYS = 3;

export function createWatch(tools: WatchTools): Watch {
  const { client, letters, marks } = tools;
  const known = new Map<string, Mark>();
  /** New mails that were read in this session, of the last days; reading them again would be harmless, and in vain. */
  const read = new Map<string, Set<number>>();
  /** What the first scan has still to do, lowest first. */
  const todo = new Map<string, number[]>();
  const scans = new Map<string, Scan>();
  let ahead: Ahead | undefined;

  async function select({ path }: WatchedFolder, announced = false): Promise<MailboxObject> {
    // The server tells what is new in an open folder only to those who ask it something.
    if (!client.mailbox || client.mailbox.path !== path) await client.mailboxOpen(path, { readOnly: true });
    else if (!announced) await client.noop();
    if (!client.mailbox) throw new Error("The folder is not open");
    return client.mailbox;
  }

  async function markOf(folder: WatchedFolder, box: MailboxObject): Promise<Mark> {
    const validity = box.uidValidity.toString();
    const mark = known.get(folder.path) ?? (await marks.read(folder.path));
    if (mark?.validity === validity) {
      known.set(folder.path, mark);
      return mark;
    }
    read.delete(folder.path);
    todo.delete(folder.path);
    ahead = undefined;
    const { uidNext } = await fresh(folder);
    const top = uidNext - 1;
    const renumbered = mark !== undefined;
    const since = new Date(tools.began.getTime() - tools.days * DAY_MS);
    const all = tools.days === 0 && !renumbered ? 0 : (await uidsSince(since, top)).length;
    return await keepMark(folder, {
      validity,
      last: top,
      ...(all > 0 && { scan: { top, below: top + 1, all, done: 0 } }),
    });
  }

  /** The number that the next mail gets is told when a folder is opened, and not every server tells it again. */
  async function fresh({ path }: WatchedFolder): Promise<{ readonly uidNext: number }> {
    const box = await client.mailboxOpen(path, { readOnly: true });
    if (box.uidNext > 0) return box;
    const [last = 0] = (await search({ uid: "*" })).slice(-1);
    return { uidNext: last + 1 };
  }

  async function keepMark(folder: WatchedFolder, mark: Mark): Promise<Mark> {
    await marks.write(folder.path, mark);
    known.set(folder.path, mark);
    if (mark.scan) scans.set(folder.path, mark.scan);
    return mark;
  }

  async function search(query: Parameters<ImapFlow["search"]>[0]): Promise<number[]> {
    const found = await client.search(query, { uid: true });
    return found === undefined || found === false ? [] : found.toSorted((a, b) => a - b);
  }

  const uidsSince = async (since: Date, top: number): Promise<number[]> =>
    (await search({ since })).filter((uid) => uid <= top);

  async function uidsToScan({ top, below }: Scan): Promise<number[]> {
    const since = new Date(tools.began.getTime() - tools.days * DAY_MS);
    return (await uidsSince(since, top)).filter((uid) => uid < below);
  }

  const placeOf = (folder: WatchedFolder, mark: Mark, how: "new" | "old"): SeenPlace => ({
    folder: folder.path,
    validity: mark.validity,
    sent: folder.role === "sent",
    ...(how === "old" && { began: tools.began }),
  });

  /** Into the book, oldest first; which of them nobody had seen. */
  async function keep(
    folder: WatchedFolder,
    mark: Mark,
    how: "new" | "old",
    messages: readonly FetchMessageObject[],
  ): Promise<number> {
    if (messages.length === 0) return 0;
    const place = placeOf(folder, mark, how);
    const seen = messages.toSorted((a, b) => a.uid - b.uid).map((message) => seenLetter(place, message));
    const kept = await letters.keep(seen);
    await tellJoined(kept);
    return kept.filter((letter) => !letter.known).length;
  }

  /** Before anything is said in the thread that goes on. */
  async function tellJoined(kept: readonly KeptLetter[]): Promise<void> {
    const moved = kept.flatMap(({ thread, joined = [] }) => joined.map((from) => ({ from, thread })));
    if (moved.length === 0) return;
    await tools.accept(
      moved.map(({ from, thread }) => ({
        kind: "moved",
        key: `joined:${from}:${thread}`,
        chatId: from,
        toChatId: thread,
        idsEnd: false,
        at: new Date(tools.now()),
      })),
    );
  }

  const list = (range: string): Promise<FetchMessageObject[]> => client.fetchAll(range, ENVELOPE, { uid: true });

  async function listTimed(range: string): Promise<Listed> {
    const began = tools.now();
    const messages = await list(range);
    return { messages, tookMs: tools.now() - began };
  }

  /** While a batch is written down the server rests for its time, and then the next one is on its way. */
  function listAhead({ path }: WatchedFolder, uids: readonly number[], tookMs: number): void {
    ahead = undefined;
    if (uids.length === 0) return;
    const range = rangeOf(uids);
    let isWanted = true;
    const listed = tools.rest(tookMs).then(() => (isWanted ? listTimed(range) : undefined));
    listed.catch(() => undefined);
    ahead = {
      ...{ path, range, listed },
      putOff() {
        isWanted = false;
      },
    };
  }

  function remember({ path }: WatchedFolder, messages: readonly FetchMessageObject[]): void {
    const numbers = read.get(path) ?? new Set();
    for (const { uid } of messages) numbers.add(uid);
    read.set(path, numbers);
  }

  async function look(folder: WatchedFolder, announced = false): Promise<number> {
    const opened = await select(folder, announced);
    const mark = await markOf(folder, opened);
    // Some servers call a question for mails of an empty folder a mistake.
    if (opened.exists === 0) return 0;
    // All at once where nothing is wrong: one question less between a mail and its reader.
    if (mark.trouble || !isShort(mark)) return await lookBatchwise(folder, mark);
    const range = `${mark.last + 1}:*`;
    const listed = await list(range).catch(async (error: unknown) => {
      const trouble = { times: 1, from: mark.last + 1, to: Number.MAX_SAFE_INTEGER };
      await keepMark(folder, { ...mark, trouble });
      throw error;
    });
    const found = listed.filter(({ uid }) => uid > mark.last);
    const fresh = await keep(folder, mark, "new", found);
    remember(folder, found);
    const last = Math.max(mark.last, ...found.map(({ uid }) => uid));
    if (last > mark.last) await keepMark(folder, { ...mark, last });
    return fresh;
  }

  async function lookBatchwise(folder: WatchedFolder, given: Mark): Promise<number> {
    let mark = given;
    const uids = (await search({ uid: `${mark.last + 1}:*` })).filter((uid) => uid > mark.last);
    let fresh = 0;
    while (uids.length > 0) {
      const { trouble: before, ...rest } = mark;
      const batch = uids.splice(0, batchSize(before));
      const { messages } = isHopeless(before)
        ? NOTHING
        : await listOrTell(batch, (trouble) => keepMark(folder, { ...mark, trouble }), before);
      fresh += await keep(folder, mark, "new", messages);
      remember(folder, messages);
      const trouble = afterSuccess(before, uids[0]);
      mark = await keepMark(folder, { ...rest, last: batch.at(-1) ?? mark.last, ...(trouble && { trouble }) });
    }
    if (!mark.trouble) return fresh;
    const { trouble: _over, ...well } = mark;
    await keepMark(folder, well);
    return fresh;
  }

  /** Where the scan stands after the next batch; `undefined`: it is over. */
  async function scanBatch(folder: WatchedFolder, mark: Mark): Promise<Mark | undefined> {
    const { scan } = mark;
    if (!scan) return undefined;
    const { trouble: before, ...rest } = scan;
    const uids = todo.get(folder.path) ?? (await uidsToScan(scan));
    todo.set(folder.path, uids);
    const batch = uids.slice(-batchSize(before));
    const [lowest] = batch;
    if (lowest === undefined) {
      todo.delete(folder.path);
      scans.set(folder.path, { ...scan, done: scan.all });
      const { scan: _over, ...over } = mark;
      await keepMark(folder, over);
      return undefined;
    }
    const asked = takeAhead(folder, rangeOf(batch));
    const tell = (trouble: Trouble) => keepMark(folder, { ...mark, scan: { ...rest, trouble } });
    const { messages, tookMs } = isHopeless(before) ? NOTHING : await listOrTell(batch, tell, before, asked);
    const left = uids.slice(0, -batch.length);
    listAhead(folder, before ? [] : left.slice(-BATCH), tookMs);
    await keep(folder, mark, "old", messages);
    todo.set(folder.path, left);
    const trouble = afterSuccess(before, left.at(-1));
    const done = Math.min(scan.all, scan.done + batch.length);
    return await keepMark(folder, { ...mark, scan: { ...rest, below: lowest, done, ...(trouble && { trouble }) } });
  }

  /** What was listed before its turn, unless that is not what is wanted now. */
  function takeAhead({ path }: WatchedFolder, range: string): Promise<Listed | undefined> | undefined {
    const taken = ahead?.path === path && ahead.range === range ? ahead.listed : undefined;
    ahead = undefined;
    return taken;
  }

  /** A failure is kept before it is thrown, so that it counts over restarts too. */
  async function listOrTell(
    uids: readonly number[],
    told: (trouble: Trouble) => Promise<unknown>,
    before: Trouble | undefined,
    asked?: Promise<Listed | undefined>,
  ): Promise<Listed> {
    try {
      return (await asked) ?? (await listTimed(rangeOf(uids)));
    } catch (error) {
      await told(afterFailure(before, uids));
      throw error;
    }
  }

  function isShort(mark: Mark): boolean {
    const next = client.mailbox ? client.mailbox.uidNext : 0;
    return next === 0 || next - mark.last <= BATCH;
  }

  return {
    look,

    async glance(folder) {
      const status = await client.status(folder.path, { uidNext: true, uidValidity: true });
      const mark = known.get(folder.path) ?? (await marks.read(folder.path));
      const isSame = status && status.uidValidity?.toString() === mark?.validity;
      if (mark && isSame && status.uidNext !== undefined && status.uidNext <= mark.last + 1) return 0;
      return await look(folder);
    },

    async isScanning({ path }) {
      return (known.get(path) ?? (await marks.read(path)))?.scan !== undefined;
    },

    async scan(folder, mayGoOn) {
      let mark = await markOf(folder, await select(folder, true));
      try {
        for (;;) {
          const next = await scanBatch(folder, mark);
          if (next === undefined) return false;
          if (!mayGoOn()) return true;
          if (!ahead) await tools.rest(0);
          mark = next;
        }
      } finally {
        // Whatever comes next may open another folder.
        ahead?.putOff();
      }
    },

    async reconcile(folder) {
      const box = await select(folder);
      const mark = await markOf(folder, box);
      const modseq = box.highestModseq?.toString();
      if (modseq !== undefined && modseq === mark.modseq) return 0;
      const numbers = read.get(folder.path) ?? new Set<number>();
      const lowest = mark.scan?.below ?? 0;
      const since = new Date(tools.now() - RECONCILE_DAYS * DAY_MS);
      const missed = (await uidsSince(since, mark.last)).filter((uid) => uid >= lowest || uid > (mark.scan?.top ?? 0));
      const unread = missed.filter((uid) => !numbers.has(uid));
      let fresh = 0;
      while (unread.length > 0) fresh += await keep(folder, mark, "old", await list(rangeOf(unread.splice(0, BATCH))));
      read.set(folder.path, new Set(missed));
      await keepMark(folder, { ...mark, ...(modseq !== undefined && { modseq }) });
      return fresh;
    },

    progress() {
      const told = [...scans.values()];
      return {
        all: told.reduce((sum, { all }) => sum + all, 0),
        done: told.reduce((sum, { done }) => sum + done, 0),
      };
    },
  };
}

/** As servers write it: neighbours as one range, so that commands stay short. Rising numbers. */
export function rangeOf(uids: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const uid of uids) {
    const last = ranges.at(-1);
    if (last && last[1] === uid - 1) last[1] = uid;
    else ranges.push([uid, uid]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}:${to}`)).join(",");
}

import type { ImapFlow, MailboxObject } from "imapflow";
import type { KeptLetter, LetterBook, SeenLetter } from "../contract/letters.ts";
import type { SessionHost } from "../contract/sessions.ts";
import type { WatchedFolder } from "./folders.ts";
import { joinedEvents } from "./joined.ts";
import { createLister, type Listed, type ListerTools, rangeOf } from "./lister.ts";
import type { Mark, Marks, Scan, Trouble } from "./marks.ts";
import type { SeenPlace } from "./seen.ts";
import { afterFailure, afterSuccess, BATCH, batchSize, FIRST_BATCH, isHopeless } from "./trouble.ts";

/**
 * Reads what lies in the folders of one box into the book: what is new, and in the first scan what came in the last days.
 *
 * - Crash, kill, a connection cut in the middle: the mark stands before the batch, which is read again; the book knows what
 *   it has of it.
 * - The same while the scan begins, with the newest mails listed and the question of the last days open: that is asked first the
 *   next time, and the newest are read once more in their turn.
 * - `UIDVALIDITY` changed: all numbers are new and no mail is; the folder is scanned anew and the book knows them.
 * - A mail whose headers break the connection or that the server will not list: batches shrink with every try until it
 *   stands alone, and then it is passed over (`trouble.ts`).
 * - The server lies about what is new, or numbers mails late: `reconcile` compares what lies there with what was seen.
 */
export interface WatchTools extends ListerTools {
  readonly letters: LetterBook;
  readonly marks: Marks;
  readonly accept: SessionHost["accept"];
  readonly began: Date;
  readonly days: number;
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
   * Batches of the first scan, at least one, as long as it may go on. While one is written into the book, the next one is
   * listed, and no more than the one after that: the server rests between two lists, and three batches are all that is held.
   * When it answers, all that was listed is written. `false`: the scan is over for this folder.
   */
  scan(folder: WatchedFolder, mayGoOn: () => boolean): Promise<boolean>;
  /** Whether the first scan of a folder has something left. */
  isScanning(folder: WatchedFolder): Promise<boolean>;
  reconcile(folder: WatchedFolder): Promise<number>;
  progress(): { readonly all: number; readonly done: number };
}

const NOTHING: Listed = { seen: [], tookMs: 0 };

const DAY_MS = 86_400_000;
/** How far back mails are looked for that should have been seen. */
const RECONCILE_DAYS = 3;
/** Servers look for days of a zone of their own: what came in so many days before may have come after. */
const RECENT_DAYS = 2;

interface OpenFolder {
  readonly box: MailboxObject;
  /** By the question that brought this. */
  readonly justOpened: boolean;
}

const startOfDay = (time: Date): Date => new Date(Math.floor(time.getTime() / DAY_MS) * DAY_MS);
const daysBefore = (time: Date, days: number): Date => new Date(time.getTime() - days * DAY_MS);

export function createWatch(tools: WatchTools): Watch {
  const { client, letters, marks } = tools;
  const lister = createLister(tools);
  const known = new Map<string, Mark>();
  /** New mails that were read in this session, of the last days; reading them again would be harmless, and in vain. */
  const read = new Map<string, Set<number>>();
  /** What the first scan has still to do, lowest first. */
  const todo = new Map<string, readonly number[]>();
  const scans = new Map<string, Scan>();

  const open = async ({ path }: WatchedFolder): Promise<OpenFolder> => ({
    box: await client.mailboxOpen(path, { readOnly: true }),
    justOpened: true,
  });

  async function select(folder: WatchedFolder, announced = false): Promise<OpenFolder> {
    if (!client.mailbox || client.mailbox.path !== folder.path) return await open(folder);
    // The server tells what is new in an open folder only to those who ask it something.
    if (!announced) await client.noop();
    if (!client.mailbox) throw new Error("The folder is not open");
    return { box: client.mailbox, justOpened: false };
  }

  async function markOf(folder: WatchedFolder, opened: OpenFolder): Promise<Mark> {
    const validity = opened.box.uidValidity.toString();
    const mark = known.get(folder.path) ?? (await marks.read(folder.path));
    if (mark?.validity === validity) {
      known.set(folder.path, mark);
      return mark.scan?.all === 0 ? await beginScan(folder, mark, false) : mark;
    }
    read.delete(folder.path);
    todo.delete(folder.path);
    lister.forget();
    const last = (await uidNext(folder, opened)) - 1;
    const renumbered = mark !== undefined;
    if (opened.box.exists === 0 || (tools.days === 0 && !renumbered)) return await keepMark(folder, { validity, last });
    // Stands before anything is listed: what breaks the connection now is found by ever smaller batches after that.
    const scan = { top: last, below: last + 1, all: 0, done: 0 };
    const begun = await keepMark(folder, { validity, last, scan });
    return await beginScan(folder, begun, folder.role === "inbox" && !renumbered);
  }

  /**
   * What the first scan has to do.
   * @param newestFirst the newest mails are listed before the server is asked which ones came in the last days, and are written
   *   down while it looks: some servers look at every mail there is for that
   */
  async function beginScan(folder: WatchedFolder, begun: Mark, newestFirst: boolean): Promise<Mark> {
    const { scan: started, ...mark } = begun;
    const top = started?.top ?? mark.last;
    const since = daysBefore(tools.began, tools.days);
    const lowest = Math.max(1, top - BATCH + 1);
    const place = { ...placeOf(folder, begun, "old"), since: startOfDay(since) };
    const newest = newestFirst ? await lister.list(place, `${lowest}:${top}`) : [];
    const keeping = keep(newest);
    // May fail before it is waited for.
    keeping.catch(() => undefined);
    const past = await uidsSince(since, top);
    const [recent = top + 1] = await uidsSince(daysBefore(tools.began, RECENT_DAYS), top);
    await keeping;
    const there = new Set(newest.map(({ uid }) => uid));
    // A server whose days begin elsewhere may name others: they all have their turn then.
    const below = newestFirst && past.every((uid) => uid < lowest || there.has(uid)) ? lowest : top + 1;
    const left = past.filter((uid) => uid < below);
    todo.set(folder.path, left);
    const scan = { top, below, all: past.length, done: past.length - left.length, recent };
    return await keepMark(folder, left.length === 0 ? mark : { ...mark, scan });
  }

  /** The number that the next mail gets is told when a folder is opened, and not every server tells it again. */
  async function uidNext(folder: WatchedFolder, opened: OpenFolder): Promise<number> {
    const { box } = opened.justOpened ? opened : await open(folder);
    if (box.uidNext > 0) return box.uidNext;
    const [last = 0] = (await search({ uid: "*" })).slice(-1);
    return last + 1;
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
    return (await uidsSince(daysBefore(tools.began, tools.days), top)).filter((uid) => uid < below);
  }

  const placeOf = (folder: WatchedFolder, mark: Mark, how: "new" | "old"): SeenPlace => ({
    folder: folder.path,
    validity: mark.validity,
    sent: folder.role === "sent",
    ...(how === "old" && { began: tools.began }),
  });

  /** @param uids rising; of numbers below those of the last days it is known that they came before */
  const placeOfPast = (folder: WatchedFolder, mark: Mark, uids: readonly number[]): SeenPlace => ({
    ...placeOf(folder, mark, "old"),
    isPast: (uids.at(-1) ?? 0) < (mark.scan?.recent ?? 0),
  });

  /** Into the book, oldest first; which of them nobody had seen. */
  async function keep(seen: readonly SeenLetter[]): Promise<number> {
    if (seen.length === 0) return 0;
    const kept = await letters.keep(seen);
    await tellJoined(kept);
    return kept.filter((letter) => !letter.known).length;
  }

  /** Before anything is said in the thread that goes on. */
  async function tellJoined(kept: readonly KeptLetter[]): Promise<void> {
    const at = new Date(tools.now());
    const moved = kept.flatMap(({ thread, joined = [] }) => joinedEvents(joined, thread, at));
    if (moved.length > 0) await tools.accept(moved);
  }

  function remember({ path }: WatchedFolder, messages: readonly SeenLetter[]): void {
    const numbers = read.get(path) ?? new Set();
    for (const { uid } of messages) numbers.add(uid);
    read.set(path, numbers);
  }

  async function look(folder: WatchedFolder, announced = false): Promise<number> {
    const opened = await select(folder, announced);
    const mark = await markOf(folder, opened);
    // Some servers call a question for mails of an empty folder a mistake.
    if (opened.box.exists === 0 || hasNothingNew(opened, mark)) return 0;
    // All at once where nothing is wrong: one question less between a mail and its reader.
    if (mark.trouble || !isShort(mark)) return await lookBatchwise(folder, mark);
    const range = `${mark.last + 1}:*`;
    const listed = await lister.list(placeOf(folder, mark, "new"), range).catch(async (error: unknown) => {
      const trouble = { times: 1, from: mark.last + 1, to: Number.MAX_SAFE_INTEGER };
      await keepMark(folder, { ...mark, trouble });
      throw error;
    });
    const found = listed.filter(({ uid }) => uid > mark.last);
    const fresh = await keep(found);
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
      const tell = (trouble: Trouble) => keepMark(folder, { ...mark, trouble });
      const { seen } = await listOrTell(placeOf(folder, mark, "new"), batch, tell, before);
      fresh += await keep(seen);
      remember(folder, seen);
      const trouble = afterSuccess(before, uids[0]);
      mark = await keepMark(folder, { ...rest, last: batch.at(-1) ?? mark.last, ...(trouble && { trouble }) });
    }
    if (!mark.trouble) return fresh;
    const { trouble: _over, ...well } = mark;
    await keepMark(folder, well);
    return fresh;
  }

  /**
   * One batch is written while the next one is read. A mark follows its batch and the mark before it; where reading fails, what
   * was read before is written and marked first.
   */
  async function scanFolder(folder: WatchedFolder, begun: Mark, mayGoOn: () => boolean): Promise<boolean> {
    const { scan } = begun;
    if (!scan) return false;
    const left = [...(todo.get(folder.path) ?? (await uidsToScan(scan)))];
    const placeFor = (uids: readonly number[]) => placeOfPast(folder, begun, uids);
    let before = scan.trouble;
    let keeping: Promise<unknown> = Promise.resolve();
    let marking = Promise.resolve(begun);
    let size = scan.done === 0 ? FIRST_BATCH : BATCH;
    for (;;) {
      const batch = left.splice(-(before ? batchSize(before) : size));
      size = BATCH;
      if (batch.length === 0) {
        await endScan(folder, await marking);
        return false;
      }
      const tell = async (trouble: Trouble) => keepMark(folder, withScan(await marking, { trouble }));
      const { seen, tookMs } = await listOrTell(placeFor(batch), batch, tell, before);
      const next = before ? [] : left.slice(-BATCH);
      lister.askAhead(placeFor(next), next, tookMs);
      await keeping;
      keeping = keep(seen);
      marking = markBatch(folder, marking, keeping, batch, [...left]);
      // Either may fail before it is waited for.
      for (const promise of [keeping, marking]) promise.catch(() => undefined);
      // What there was trouble with goes one by one.
      if (before) before = (await marking).scan?.trouble;
      if (!mayGoOn()) {
        await marking;
        return true;
      }
      if (!lister.isAhead()) await tools.rest(0);
    }
  }

  /** @param left what has still to be read after it */
  async function markBatch(
    folder: WatchedFolder,
    marking: Promise<Mark>,
    keeping: Promise<unknown>,
    batch: readonly number[],
    left: readonly number[],
  ): Promise<Mark> {
    await keeping;
    const mark = await marking;
    todo.set(folder.path, left);
    const { all = 0, done = 0, trouble } = mark.scan ?? {};
    const still = afterSuccess(trouble, left.at(-1));
    const below = batch[0] ?? 0;
    return await keepMark(folder, withScan(mark, { below, done: Math.min(all, done + batch.length), trouble: still }));
  }

  async function endScan(folder: WatchedFolder, { scan, ...over }: Mark): Promise<void> {
    todo.delete(folder.path);
    if (scan) scans.set(folder.path, { ...scan, done: scan.all });
    await keepMark(folder, over);
  }

  /** A failure is kept before it is thrown, so that it counts over restarts too. */
  async function listOrTell(
    place: SeenPlace,
    uids: readonly number[],
    told: (trouble: Trouble) => Promise<unknown>,
    before: Trouble | undefined,
  ): Promise<Listed> {
    if (isHopeless(before)) return NOTHING;
    try {
      return await lister.take(place, uids);
    } catch (error) {
      await told(afterFailure(before, uids));
      throw error;
    }
  }

  /** What comes after it was opened is announced. */
  function hasNothingNew({ box, justOpened }: OpenFolder, { last }: Mark): boolean {
    return justOpened && box.uidNext > 0 && box.uidNext <= last + 1;
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
      const mark = await markOf(folder, await select(folder, true));
      try {
        return await scanFolder(folder, mark, mayGoOn);
      } finally {
        lister.putOff();
      }
    },

    async reconcile(folder) {
      // The number of its last change is told when a folder is opened.
      const opened = await open(folder);
      const mark = await markOf(folder, opened);
      const modseq = opened.box.highestModseq?.toString();
      if (modseq !== undefined && modseq === mark.modseq) return 0;
      const numbers = read.get(folder.path) ?? new Set<number>();
      const lowest = mark.scan?.below ?? 0;
      const since = daysBefore(new Date(tools.now()), RECONCILE_DAYS);
      const missed = (await uidsSince(since, mark.last)).filter((uid) => uid >= lowest || uid > (mark.scan?.top ?? 0));
      const unread = missed.filter((uid) => !numbers.has(uid));
      let fresh = 0;
      const place = placeOf(folder, mark, "old");
      while (unread.length > 0) fresh += await keep(await lister.list(place, rangeOf(unread.splice(0, BATCH))));
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

/** The mark with this of its scan changed; without trouble there is none in it. */
function withScan(mark: Mark, change: Pick<Partial<Scan>, "below" | "done"> & { trouble: Trouble | undefined }): Mark {
  if (!mark.scan) return mark;
  const { trouble: _before, ...scan } = mark.scan;
  const { trouble, ...rest } = change;
  return { ...mark, scan: { ...scan, ...rest, ...(trouble && { trouble }) } };
}

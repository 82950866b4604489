import type { FetchMessageObject, ImapFlow, MailboxObject } from "imapflow";
import type { KeptLetter, LetterBook } from "../contract/letters.ts";
import type { SessionHost } from "../contract/sessions.ts";
import { isSaidNo } from "./failures.ts";
import type { WatchedFolder } from "./folders.ts";
import type { Mark, Marks } from "./marks.ts";
import { ENVELOPE, type SeenPlace, seenLetter } from "./seen.ts";

/**
 * Reads what lies in the folders of one box into the book: what is new, and in the first scan what came in the last days.
 *
 * - Crash, kill, a connection cut in the middle: the mark stands before the batch, which is read again; the book knows what
 *   it has of it.
 * - `UIDVALIDITY` changed: all numbers are new and no mail is; the folder is scanned anew and the book knows them.
 * - A mail whose envelope breaks the connection or that the server will not list: batches shrink with every try until it
 *   stands alone, and then it is passed over.
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
}

export interface Watch {
  /**
   * Reads what is new; how many mails nobody had seen yet.
   * @param announced the server has just told of it, so that it need not be asked whether there is anything
   */
  look(folder: WatchedFolder, announced?: boolean): Promise<number>;
  /** The same, where the folder has changed at all. */
  glance(folder: WatchedFolder): Promise<number>;
  /** A batch of the first scan. `false`: it is over for this folder. */
  scan(folder: WatchedFolder): Promise<boolean>;
  /** Whether the first scan of a folder has something left. */
  isScanning(folder: WatchedFolder): Promise<boolean>;
  reconcile(folder: WatchedFolder): Promise<number>;
  progress(): { readonly all: number; readonly done: number };
}

const BATCH = 500;
/** Tries with ever smaller batches before a mail that stands alone is passed over. */
const MOST_STUCK = 6;
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
  const scans = new Map<string, NonNullable<Mark["scan"]>>();
  let ahead:
    | { readonly path: string; readonly range: string; readonly messages: Promise<FetchMessageObject[]> }
    | undefined;

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
    const { uidNext } = await fresh(folder);
    const top = uidNext - 1;
    const renumbered = mark !== undefined;
    const since = new Date(tools.began.getTime() - tools.days * DAY_MS);
    const all = tools.days === 0 && !renumbered ? 0 : (await uidsSince(since, top)).length;
    return await keepMark(folder, {
      validity,
      last: top,
      stuck: 0,
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

  async function uidsToScan({ top, below }: NonNullable<Mark["scan"]>): Promise<number[]> {
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

  /** So many at once, fewer after each failure. */
  const batchSize = ({ stuck }: Mark): number => Math.max(1, Math.floor(BATCH / 4 ** stuck));

  /**
   * The envelopes of these mails; empty for one that cannot be read. A failure is kept before it is thrown, so that it
   * counts over restarts too.
   */
  async function envelopes(
    folder: WatchedFolder,
    mark: Mark,
    range: string,
    asked = list(range),
  ): Promise<FetchMessageObject[]> {
    try {
      return await asked;
    } catch (error) {
      const alone = batchSize(mark) === 1 && mark.stuck >= MOST_STUCK;
      if (alone && isSaidNo(error)) return [];
      await keepMark(folder, { ...mark, stuck: mark.stuck + 1 });
      throw error;
    }
  }

  const list = (range: string): Promise<FetchMessageObject[]> => client.fetchAll(range, ENVELOPE, { uid: true });

  /** The next batch of a scan is on its way while the one before is written down. */
  function listAhead({ path }: WatchedFolder, uids: readonly number[]): void {
    ahead = undefined;
    if (uids.length === 0) return;
    const range = rangeOf(uids);
    const messages = list(range);
    messages.catch(() => undefined);
    ahead = { path, range, messages };
  }

  /** It stands alone, has failed often enough, and is passed over unread. */
  const isPassedOver = (mark: Mark): boolean => mark.stuck > MOST_STUCK;

  function remember({ path }: WatchedFolder, messages: readonly FetchMessageObject[]): void {
    const numbers = read.get(path) ?? new Set();
    for (const { uid } of messages) numbers.add(uid);
    read.set(path, numbers);
  }

  async function look(folder: WatchedFolder, announced = false): Promise<number> {
    let mark = await markOf(folder, await select(folder, announced));
    // All at once where nothing is wrong: one question less between a mail and its reader.
    if (mark.stuck === 0 && isShort(mark)) {
      const found = (await envelopes(folder, mark, `${mark.last + 1}:*`)).filter(({ uid }) => uid > mark.last);
      const fresh = await keep(folder, mark, "new", found);
      remember(folder, found);
      const last = Math.max(mark.last, ...found.map(({ uid }) => uid));
      if (last > mark.last) await keepMark(folder, { ...mark, last });
      return fresh;
    }
    const uids = (await search({ uid: `${mark.last + 1}:*` })).filter((uid) => uid > mark.last);
    let fresh = 0;
    while (uids.length > 0) {
      const batch = uids.splice(0, batchSize(mark));
      const last = batch.at(-1) ?? mark.last;
      if (!isPassedOver(mark)) fresh += await keep(folder, mark, "new", await envelopes(folder, mark, rangeOf(batch)));
      mark = await keepMark(folder, { ...mark, last, stuck: 0 });
    }
    return fresh;
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

    async scan(folder) {
      const mark = await markOf(folder, await select(folder));
      const { scan } = mark;
      if (!scan) return false;
      const uids = todo.get(folder.path) ?? (await uidsToScan(scan));
      todo.set(folder.path, uids);
      const batch = uids.slice(-batchSize(mark));
      const [lowest] = batch;
      const { scan: _over, ...over } = mark;
      if (lowest === undefined) {
        todo.delete(folder.path);
        scans.set(folder.path, { ...scan, done: scan.all });
        await keepMark(folder, { ...over, stuck: 0 });
        return false;
      }
      const range = rangeOf(batch);
      const asked = ahead?.path === folder.path && ahead.range === range ? ahead.messages : list(range);
      const found = isPassedOver(mark) ? [] : await envelopes(folder, mark, range, asked);
      uids.splice(-batch.length);
      listAhead(folder, uids.slice(-BATCH));
      try {
        await keep(folder, mark, "old", found);
      } catch (error) {
        uids.push(...batch);
        throw error;
      }
      const done = Math.min(scan.all, scan.done + batch.length);
      await keepMark(folder, { ...mark, stuck: 0, scan: { ...scan, below: lowest, done } });
      return true;
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
      while (unread.length > 0)
        fresh += await keep(folder, mark, "old", await envelopes(folder, mark, rangeOf(unread.splice(0, BATCH))));
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

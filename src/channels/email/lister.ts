import { setImmediate as othersTurn } from "node:timers/promises";
import type { FetchQueryObject, ImapFlow } from "imapflow";
import type { SeenLetter } from "../contract/letters.ts";
import { isWanted, LISTED, type SeenPlace, seenLetter, UNDATED } from "./seen.ts";

/**
 * What folders list of their mails, in the book's words. Of the first scan the next list is asked for before its turn, so that
 * the server works while a batch is written down.
 *
 * A list is made of what has arrived, mail by mail: what the server sent is not kept beside it. One that was asked for ahead and
 * is not wanted any more is dropped; asked for twice is harmless.
 */
export interface Lister {
  /** The letters of this range, in the order of their numbers. */
  list(place: SeenPlace, range: string): Promise<readonly SeenLetter[]>;
  /** The same with these numbers, and from what was asked for ahead, if that is it. */
  take(place: SeenPlace, uids: readonly number[]): Promise<Listed>;
  /** The server rests for its time, and then this list is on its way. */
  askAhead(place: SeenPlace, uids: readonly number[], tookMs: number): void;
  /** Something is on its way, or about to be. */
  isAhead(): boolean;
  /** What the server was not asked for yet it is not asked for: whatever comes next may open another folder. */
  putOff(): void;
  /** Numbers mean something else now. */
  forget(): void;
}

export interface Listed {
  readonly seen: readonly SeenLetter[];
  readonly tookMs: number;
}

export interface ListerTools {
  readonly client: ImapFlow;
  readonly now: () => number;
  /** So long the server is left alone between two lists of a scan, after one that took so long. */
  readonly rest: (tookMs: number) => Promise<void>;
}

/**
 * Mails that are read before everything else in this process has its turn. The library reads on as long as the server has sent
 * something: answers of the database, and people's requests, waited for the end of a whole list.
 */
const AT_A_STRETCH = 25;

const LISTED_AS_CAME: FetchQueryObject = { ...LISTED, internalDate: true };

const byNumber = (seen: SeenLetter[]): SeenLetter[] => seen.sort((one, other) => one.uid - other.uid);

interface Ahead {
  readonly path: string;
  readonly range: string;
  /** `undefined`: it was put off before the server was asked. */
  readonly listed: Promise<Listed | undefined>;
  putOff(): void;
}

export function createLister({ client, now, rest }: ListerTools): Lister {
  let ahead: Ahead | undefined;

  async function list(place: SeenPlace, range: string): Promise<readonly SeenLetter[]> {
    const seen = await read(place, range);
    const undated = seen.filter(({ date }) => date === UNDATED).map(({ uid }) => uid);
    if (undated.length === 0) return seen;
    const dated = await read({ ...place, isPast: false }, rangeOf(undated));
    return byNumber([...seen.filter(({ date }) => date !== UNDATED), ...dated]);
  }

  async function read(place: SeenPlace, range: string): Promise<SeenLetter[]> {
    const seen: SeenLetter[] = [];
    let count = 0;
    for await (const message of client.fetch(range, place.isPast ? LISTED : LISTED_AS_CAME, { uid: true })) {
      if (isWanted(place, message)) seen.push(seenLetter(place, message));
      count += 1;
      if (count % AT_A_STRETCH === 0) await othersTurn();
    }
    return byNumber(seen);
  }

  async function listTimed(place: SeenPlace, range: string): Promise<Listed> {
    const began = now();
    const seen = await list(place, range);
    return { seen, tookMs: now() - began };
  }

  return {
    list,

    async take(place, uids) {
      const range = rangeOf(uids);
      const taken = ahead?.path === place.folder && ahead.range === range ? ahead.listed : undefined;
      ahead = undefined;
      return (await taken) ?? (await listTimed(place, range));
    },

    askAhead(place, uids, tookMs) {
      ahead = undefined;
      if (uids.length === 0) return;
      const range = rangeOf(uids);
      let isWanted = true;
      const listed = rest(tookMs).then(() => (isWanted ? listTimed(place, range) : undefined));
      listed.catch(() => undefined);
      ahead = {
        ...{ path: place.folder, range, listed },
        putOff() {
          isWanted = false;
        },
      };
    },

    isAhead: () => ahead !== undefined,
    putOff: () => ahead?.putOff(),
    forget() {
      ahead = undefined;
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

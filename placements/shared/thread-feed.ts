import type { MessageAnswer } from "../../src/api/messages.ts";
import type { Paged } from "./api.ts";

/**
 * What is known of a column of messages, each in the version that was asked for last. The reader stands in one stretch
 * without holes; the newest messages are another one, unless it is the same.
 */
export interface ThreadFeed {
  /** The stretch in which the reader is, by position, oldest first. */
  rows(): readonly MessageAnswer[];
  /** The stretch that goes to the end. */
  newestRows(): readonly MessageAnswer[];
  /** Reads the newest page, and whatever came between it and what was known. */
  newest(): Promise<void>;
  /** Reads the page before the reader's stretch, if there is one. */
  earlier(): Promise<void>;
  /** Reads the page after the reader's stretch, up to the newest one. */
  later(): Promise<void>;
  hasEarlier(): boolean;
  /** Between the reader's stretch and the newest messages there are others. */
  hasLater(): boolean;
  /** Puts the reader where this position is, without what lies between. */
  goTo(seq: number): Promise<void>;
  /** Puts the reader to the newest ones. */
  goToEnd(): void;
  /** Reads rows again whose marks may have changed meanwhile. Those of the newest page are read by `newest` anyway. */
  again(from: number, to: number): Promise<void>;
  /** Takes in a row that the server gave otherwise; what was read of it stands. */
  put(row: MessageAnswer): void;
  /** Lets go of what is far from where the reader is; it is read again when they come back. */
  keepNear(seq: number): void;
}

/** Messages of a page. */
const PAGE = 50;
/** As many as the server gives at once. */
const MOST = 200;
/** So many newer ones are read after an absence; more are left for when the reader comes to them. */
const MOST_MISSED = 600;
/** Kept on each side of the reader. */
const NEAR = 150;
/** Beyond so many, what is far is let go. */
const MOST_KEPT = 500;

interface Known {
  readonly row: MessageAnswer;
  readonly asked: number;
}

/** Positions between which everything is known. `begins`: nothing was said before. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly begins: boolean;
}

/**
 * The newest page shows changes to its own rows by itself; rows further back change too (a receipt, a failure, a reaction),
 * and nothing tells where. So the rows that somebody looks at are read again, and only those.
 *
 * Answers out of order: the one asked for later stands. An answer to where the reader is no more: its rows are not shown.
 * A page that was hidden for long: what came meanwhile is fetched as well, so that there is no hole; where that is very
 * much, the reader stays in the stretch where they were.
 *
 * @param read asks for messages of the column with these conditions
 */
export function createThreadFeed(read: (query: string) => Promise<Paged<MessageAnswer>>): ThreadFeed {
  const known = new Map<string, Known>();
  let sorted: readonly MessageAnswer[] = [];
  let newest: Stretch | undefined;
  /** Where the reader is, when that is not the newest stretch. */
  let apart: Stretch | undefined;
  let newestFrom = Number.POSITIVE_INFINITY;
  let asked = 0;

  async function take(query: string): Promise<Paged<MessageAnswer>> {
    asked += 1;
    const mine = asked;
    const page = await read(query);
    for (const row of page.rows) {
      const had = known.get(row.id);
      if (had && had.asked >= mine) continue;
      // What reads the same stays the same: nobody draws it again.
      const isSame = had !== undefined && JSON.stringify(had.row) === JSON.stringify(row);
      known.set(row.id, { row: isSame ? had.row : row, asked: mine });
    }
    sort();
    return page;
  }

  function sort(): void {
    sorted = [...known.values()].map((one) => one.row).sort((a, b) => a.seq - b.seq);
  }

  const within = (stretch: Stretch | undefined) =>
    stretch ? sorted.filter(({ seq }) => seq >= stretch.from && seq <= stretch.to) : [];
  const here = () => apart ?? newest;

  function stand(stretch: Stretch): void {
    if (apart) apart = stretch;
    else newest = stretch;
  }

  async function between(from: number, to: number): Promise<void> {
    for (let below = to + 1; below > from; ) {
      const { rows } = await take(`limit=${MOST}&after=${from - 1}&before=${below}`);
      below = rows.length < MOST ? from : (rows[0]?.seq ?? from);
    }
  }

  /** Reads down from the newest page to what was known. `false`: that is too far away. */
  async function fill(top: number, from: number): Promise<boolean> {
    let below = from;
    for (let missed = 0; missed < MOST_MISSED; missed += MOST) {
      const { rows } = await take(`limit=${MOST}&after=${top}&before=${below}`);
      if (rows.length < MOST) return true;
      below = rows[0]?.seq ?? below;
    }
    return false;
  }

  /** The reader's stretch now reaches the newest one. */
  function join(stretch: Stretch): void {
    newest = { from: stretch.from, to: Number.POSITIVE_INFINITY, begins: stretch.begins };
    apart = undefined;
  }

  function forget(): void {
    const kept = [...within(apart), ...within(newest)];
    const ids = new Set(kept.map((row) => row.id));
    for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    sort();
  }

  return {
    rows: () => within(here()),
    newestRows: () => within(newest),
    hasEarlier: () => here()?.begins === false,
    hasLater: () => apart !== undefined,

    async newest() {
      const before = newest;
      const top = within(before).at(-1)?.seq;
      const page = await take(`limit=${PAGE}`);
      const from = page.rows[0]?.seq;
      newestFrom = from ?? newestFrom;
      const end = { from: from ?? 0, to: Number.POSITIVE_INFINITY, begins: page.next === undefined };
      if (!before || top === undefined) {
        newest ??= end;
        if (newest.from > end.from) newest = end;
      } else if (from !== undefined && from > top && !(await fill(top, from))) {
        apart ??= { ...(newest ?? before), to: top };
        newest = end;
        forget();
      }
    },

    async earlier() {
      const stretch = here();
      if (!stretch || stretch.begins) return;
      const page = await take(`limit=${PAGE}&before=${stretch.from}`);
      if (here() !== stretch) return;
      stand({ ...stretch, from: page.rows[0]?.seq ?? stretch.from, begins: page.next === undefined });
    },

    async later() {
      const stretch = apart;
      if (!stretch) return;
      const page = await take(`limit=${PAGE}&after=${stretch.to}`);
      if (apart !== stretch) return;
      const to = page.rows.at(-1)?.seq ?? stretch.to;
      if (page.next === undefined || (newest && to >= newest.from)) join(stretch);
      else apart = { ...stretch, to };
    },

    async goTo(seq) {
      const stretch = here();
      if (stretch && seq >= stretch.from && seq <= stretch.to) return;
      if (newest && seq >= newest.from) {
        apart = undefined;
        return;
      }
      const half = Math.ceil(PAGE / 2);
      const [above, below] = await Promise.all([
        take(`limit=${half}&before=${seq}`),
        take(`limit=${half}&after=${seq - 1}`),
      ]);
      const to = below.rows.at(-1)?.seq ?? seq;
      apart = { from: above.rows[0]?.seq ?? below.rows[0]?.seq ?? seq, to, begins: above.next === undefined };
      if (below.next === undefined || (newest && to >= newest.from)) join(apart);
      forget();
    },

    goToEnd() {
      apart = undefined;
      forget();
    },

    put(row) {
      if (known.has(row.id)) return;
      known.set(row.id, { row, asked: 0 });
      sort();
    },

    again: (from, to) => between(from, Math.min(to, newestFrom - 1)),

    keepNear(seq) {
      const stretch = here();
      const rows = within(stretch);
      if (!stretch || rows.length <= MOST_KEPT) return;
      const found = rows.findIndex((row) => row.seq >= seq);
      const at = found < 0 ? rows.length - 1 : found;
      const [first, last] = [rows[Math.max(0, at - NEAR)], rows[Math.min(rows.length - 1, at + NEAR)]];
      if (!first || !last) return;
      const from = first === rows[0] ? stretch.from : first.seq;
      const begins = stretch.begins && first === rows[0];
      if (apart || last === rows.at(-1)) stand({ from, to: apart ? last.seq : stretch.to, begins });
      else {
        const end = rows[Math.max(0, rows.length - PAGE)];
        if (!end || end.seq <= last.seq) return;
        apart = { from, to: last.seq, begins };
        newest = { from: end.seq, to: stretch.to, begins: false };
      }
      forget();
    },
  };
}

import type { MessageAnswer } from "../../src/api/messages.ts";
import type { Paged } from "./api.ts";

/** What is known of one conversation's rows, each in the version that was asked for last. */
export interface ThreadFeed {
  /** By position, oldest first. */
  rows(): readonly MessageAnswer[];
  /** Reads the newest page, and whatever came between it and what was known. */
  newest(): Promise<void>;
  /** Reads the page before what is known, if there is one. */
  earlier(): Promise<void>;
  hasEarlier(): boolean;
  /** Reads rows again whose marks may have changed meanwhile. Those of the newest page are read by `newest` anyway. */
  again(from: number, to: number): Promise<void>;
  /** Takes in a row that the server gave otherwise; what was read of it stands. */
  put(row: MessageAnswer): void;
}

/** Rows of a page, changes among them. */
const PAGE = 50;
/** As many as the server gives at once. */
const MOST = 200;

interface Known {
  readonly row: MessageAnswer;
  readonly asked: number;
}

/**
 * The newest page shows changes to its own rows by itself; rows further back change too (a receipt, a failure, a reaction),
 * and nothing tells where. So the rows that somebody looks at are read again, and only those.
 *
 * Answers out of order: the one asked for later stands. A page that was hidden for long: what came meanwhile and is more
 * than a page is fetched as well, so that there is no hole.
 *
 * @param read asks for rows of the conversation with these conditions
 */
export function createThreadFeed(read: (query: string) => Promise<Paged<MessageAnswer>>): ThreadFeed {
  const known = new Map<string, Known>();
  let sorted: readonly MessageAnswer[] = [];
  let before: number | undefined;
  let newestFrom = Number.POSITIVE_INFINITY;
  let asked = 0;

  async function take(query: string): Promise<Paged<MessageAnswer>> {
    asked += 1;
    const mine = asked;
    const page = await read(query);
    for (const row of page.rows) {
      const had = known.get(row.id);
      if (!had || had.asked < mine) known.set(row.id, { row, asked: mine });
    }
    sort();
    return page;
  }

  function sort(): void {
    sorted = [...known.values()].map((one) => one.row).sort((a, b) => a.seq - b.seq);
  }

  async function between(from: number, to: number): Promise<void> {
    for (let below = to + 1; below > from; ) {
      const { rows } = await take(`limit=${MOST}&after=${from - 1}&before=${below}`);
      below = rows.length < MOST ? from : (rows[0]?.seq ?? from);
    }
  }

  return {
    rows: () => sorted,
    hasEarlier: () => before !== undefined,

    async newest() {
      const top = sorted.at(-1)?.seq;
      const page = await take(`limit=${PAGE}`);
      newestFrom = page.rows[0]?.seq ?? newestFrom;
      if (top === undefined) before = page.next;
      else if (page.next !== undefined) await between(top + 1, page.next - 1);
    },

    async earlier() {
      if (before === undefined) return;
      before = (await take(`limit=${PAGE}&before=${before}`)).next;
    },

    put(row) {
      if (known.has(row.id)) return;
      known.set(row.id, { row, asked: 0 });
      sort();
    },

    again: (from, to) => between(from, Math.min(to, newestFrom - 1)),
  };
}

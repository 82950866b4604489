/**
 * Counts behind the messages what reports show. Also everything from before there were reports, when a server is brought up to
 * date: the same way, from the first message that is kept.
 *
 * - Killed: a batch is one transaction with its position; the next run goes on there.
 * - Several workers: a lock lets one be at it. Two that are at it all the same count one after the other.
 * - Traffic: a batch is small, counts as its portal's own work, and there is a pause after it; while many lanes are due only
 *   one batch of each portal is counted, so that today's figures still move.
 * - The portal cannot be asked who of those that wrote in lines is a bot: they count as people, and are asked for again.
 * - The database away: the run is missed, and the next one comes.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { PortalId } from "../../domain/ids.ts";
import type { Logger } from "../../log/log.ts";
import { countOn } from "../../rules/reports/count.ts";
import { saidBy } from "../../rules/reports/said-by.ts";
import type { Store } from "../../store/contract.ts";
import type { LineWriters } from "../line-writers.ts";
import { createRounds } from "../rounds.ts";
import { withLock } from "../with-lock.ts";

export interface CounterDeps {
  readonly store: Pick<Store, "reports" | "locks" | "lanes" | "writers">;
  readonly writers: Pick<LineWriters, "whoAre">;
  /** Work inside counts as that portal's. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Names this process in locks. */
  readonly owner: string;
  readonly now: () => Date;
}

export interface Counter {
  start(): void;
  /** One run over all portals; what `start` does again and again. Answers how many messages were counted. */
  run(): Promise<number>;
  close(): Promise<void>;
}

/** Raised when the rules for counting change: everything that is kept is then counted anew. */
export const COUNTING_VERSION = 2;
const EVERY_MS = 5_000;
const LOCK_MS = 30_000;
const BUSY_LANES = 200;
/** Transactions that were begun before are waited for so long at most; then the next run asks again. */
const SETTLED_TRIES = 20;
const SETTLED_MS = 50;

export function createCounter(deps: CounterDeps, batch = { size: 2_000, pauseMs: 50 }): Counter {
  const { reports, lanes, locks } = deps.store;

  async function run(): Promise<number> {
    const locked = await withLock({ ...deps, locks }, "reports", LOCK_MS, countAll);
    return locked.kind === "done" ? locked.value : 0;
  }

  async function countAll(): Promise<number> {
    const to = await settled();
    if (!to) {
      if (!rounds.over.aborted)
        deps.log.warn("Reports stand still: a transaction that was begun before is still open in the database");
      return 0;
    }
    let counted = 0;
    for (const portal of await reports.behind(to.position, COUNTING_VERSION)) {
      if (rounds.over.aborted) break;
      try {
        counted += await deps.inTurn(portal, () => countPortal(portal, to));
      } catch (error) {
        deps.log.warn({ err: error, portal }, "Reports could not be brought up to date; tried again in a moment");
      }
    }
    return counted;
  }

  async function countPortal(portal: PortalId, to: { readonly position: number; readonly at: Date }): Promise<number> {
    let counted = 0;
    for (;;) {
      const bots = await botsOf(portal, to.position);
      const { more, messages } = await reports.count(
        portal,
        { ...to, limit: batch.size, version: COUNTING_VERSION },
        {
          count: ({ conversation, before, rows, marks }) => countOn(conversation, before, rows, marks, bots),
          writer: (row) => saidBy(row, bots),
        },
      );
      counted += messages;
      if (!more || rounds.over.aborted) return counted;
      if ((await lanes.depth(deps.now())) > BUSY_LANES) return counted;
      await pause(batch.pauseMs);
    }
  }

  /** Who writes in the lines and is no employee, with those of the next batch. */
  async function botsOf(portal: PortalId, upTo: number): Promise<ReadonlySet<string>> {
    const strangers = await reports.strangers(portal, upTo, batch.size);
    const told = await deps.writers.whoAre(portal, strangers);
    if (told.kind !== "ok")
      deps.log.warn({ portal, outcome: told.kind }, "Bitrix24 did not tell who is a bot; they count as people");
    return new Set((await deps.store.writers.bots(portal)).keys());
  }

  async function settled() {
    for (let tries = 0; tries < SETTLED_TRIES && !rounds.over.aborted; tries += 1) {
      const to = await reports.settled();
      if (to) return to;
      await pause(SETTLED_MS);
    }
    return undefined;
  }

  /** Cut short when we close. */
  const pause = (ms: number) => sleep(ms, undefined, { signal: rounds.over }).catch(() => undefined);

  const rounds = createRounds(EVERY_MS, run, (error) =>
    deps.log.warn({ err: error }, "Reports could not be counted; tried again"),
  );

  return {
    start: rounds.start,
    run,
    close: rounds.close,
  };
}

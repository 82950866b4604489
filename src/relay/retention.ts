/**
 * Deletes messages that are older than their portal keeps them, with their files, and files whose message was never sent.
 * Of mails of that age the index keeps what they are known by, and neither names nor words; what was seen of letters and
 * what automations asked for goes.
 *
 * - Several workers: a lock for each portal lets one be at it. Two that are at it all the same delete disjoint rows.
 * - Killed before a batch: nothing happened. In the middle of it: it is one statement, so the same. After it: its files are
 *   still named by rows, and go with the next run.
 * - A shelf that fails: the files stay named, and the messages are gone already.
 * - Traffic: a batch is small, counts as its portal's own work and waits for nobody; while many lanes are due nothing is
 *   deleted at all.
 * - The database away: the run is missed, and the next one comes.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { PortalId } from "../domain/ids.ts";
import type { Portal } from "../domain/portal.ts";
import type { Logger } from "../log/log.ts";
import type { MediaShelf } from "../media/contract.ts";
import type { Store } from "../store/contract.ts";
import { withLock } from "./with-lock.ts";

export interface RetentionDeps {
  readonly store: Pick<
    Store,
    | "portals"
    | "journal"
    | "locks"
    | "lanes"
    | "media"
    | "notes"
    | "mails"
    | "robots"
    | "tracks"
    | "triggers"
    | "unsubscriptions"
  >;
  readonly shelf: Pick<MediaShelf, "remove">;
  /** Work inside counts as that portal's. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Names this process in locks. */
  readonly owner: string;
  readonly now: () => Date;
}

export interface Retention {
  start(): void;
  /** One run over all portals; what `start` does again and again. `busy`: it was left, because there is traffic. */
  run(): Promise<"done" | "busy">;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
/** A file whose message was never sent. */
const WAITING_MS = DAY_MS;
const FIRST_MS = 60_000;
const EVERY_MS = 3_600_000;
const BUSY_MS = 5 * 60_000;
const LOCK_MS = 30_000;
/** Lanes that wait for a worker: more than pass by at a quiet time. */
const BUSY_LANES = 200;

/**
 * @param batch how many messages are looked at in one statement, and how long others have the database to themselves between
 *   two of them
 */
export function createRetention(deps: RetentionDeps, batch = { size: 200, pauseMs: 100 }): Retention {
  const { journal, portals, lanes, locks, media, notes, mails, robots, tracks, triggers, unsubscriptions } = deps.store;
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();

  async function run(): Promise<"done" | "busy"> {
    for (const portal of await portals.list()) {
      if (closing.signal.aborted) return "done";
      try {
        const tidied = await withLock({ ...deps, locks }, `retention:${portal.id}`, LOCK_MS, () =>
          deps.inTurn(portal.id, () => tidy(portal)),
        );
        if (tidied.kind === "done" && tidied.value === "busy") return "busy";
      } catch (error) {
        deps.log.warn({ err: error, portal: portal.id }, "Old messages could not be deleted; tried again later");
      }
    }
    return "done";
  }

  async function tidy({ id, keepDays }: Portal): Promise<"done" | "busy"> {
    await media.dropWaiting(id, new Date(deps.now().getTime() - WAITING_MS));
    // And what an earlier run left.
    await removeFiles(id);
    if (keepDays === undefined) return "done";
    const before = new Date(deps.now().getTime() - keepDays * DAY_MS);
    let deleted = 0;
    let outcome: "done" | "busy" = "done";
    for (let after: number | undefined = 0; after !== undefined && !closing.signal.aborted; ) {
      if ((await lanes.depth(deps.now())) > BUSY_LANES) {
        outcome = "busy";
        break;
      }
      const { forgotten, next } = await journal.forget(id, { before, after, limit: batch.size });
      deleted += forgotten;
      if (forgotten > 0) await removeFiles(id);
      after = next;
      if (after !== undefined) await pause();
    }
    if (outcome === "done") {
      for (const kept of [notes, mails, tracks, unsubscriptions, robots, triggers])
        while ((await kept.forget(id, before, batch.size)) === batch.size) await pause();
    }
    if (deleted > 0) deps.log.info({ portal: id, deleted, keepDays }, "Deleted messages that are too old to be kept");
    return outcome;
  }

  async function removeFiles(id: PortalId): Promise<void> {
    for (;;) {
      const files = await journal.removedFiles(id, batch.size);
      if (files.length === 0) return;
      await deps.shelf.remove(files);
      await journal.filesGone(id, files);
    }
  }

  /** Cut short when we close. */
  const pause = () => sleep(batch.pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);

  function plan(afterMs: number): void {
    if (closing.signal.aborted) return;
    timer = setTimeout(() => {
      running = run().then(
        (outcome) => plan(outcome === "busy" ? BUSY_MS : EVERY_MS),
        (error: unknown) => {
          deps.log.warn({ err: error }, "Old messages could not be looked for; tried again later");
          plan(BUSY_MS);
        },
      );
    }, afterMs);
  }

  return {
    start: () => plan(FIRST_MS),
    run,
    async close() {
      closing.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

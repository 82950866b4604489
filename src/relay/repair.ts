import type { PortalId } from "../domain/ids.ts";
import type { Logger } from "../log/log.ts";
import type { OpenLines } from "../portal/contract.ts";
import type { Store } from "../store/contract.ts";
import { type CompareDeps, compareHistory, hasGap } from "./compare-history.ts";
import { withLock } from "./with-lock.ts";

export interface RepairDeps extends CompareDeps {
  readonly store: Pick<Store, "messages" | "conversations" | "portals" | "locks">;
  readonly lines: (portal: PortalId) => OpenLines;
  readonly log: Logger;
  /** Names this process in locks. */
  readonly owner: string;
}

/** What a repair run did, for the health page and the log. */
interface RepairReport {
  readonly checked: number;
  readonly recovered: number;
  /** Why histories could not be read, each once. */
  readonly problems: readonly string[];
  /** Replies whose files cannot be fetched from a history. */
  readonly withFiles: number;
}

/** Asked for by a start of ours, by an outage that ended, or by an administrator. */
export interface Repairs {
  /**
   * Starts a run over the conversations that were not compared since the portal's gap, and does not wait for it. It
   * begins after this moment; wishes that come while one waits are one.
   */
  start(portal: PortalId): void;
  close(): Promise<void>;
}

const WINDOW_MS = 3 * 24 * 3_600_000;
const MAX_CONVERSATIONS = 500;
/** How soon to look again when another process has the portal's lock: its run may have begun before our wish. */
const BUSY_RETRY_MS = 3_000;
/** A killed run frees its portal after this; a living one prolongs it. */
const LOCK_MS = 15_000;

/** A start takes seconds; one that dies leaves its gap open for so long, which costs a call for each reply and loses nothing. */
const START_MS = 10 * 60_000;

interface GapDeps {
  readonly store: Pick<Store, "portals">;
  readonly now: () => Date;
}

/**
 * Before a start of ours listens: events are being lost until it does, so whatever is compared with a history meanwhile has
 * to be compared once more. The gap reaches ahead for that; `endGap` sets its end.
 */
export const beginGap = ({ store, now }: GapDeps): Promise<void> =>
  store.portals.noteGap(new Date(now().getTime() + START_MS));

/** Now that we listen: what is compared from here on has all that was lost. */
export const endGap = ({ store, now }: GapDeps): Promise<void> => store.portals.noteGap(now());

export function createRepairs(deps: RepairDeps): Repairs {
  const wishes = new Map<PortalId, NodeJS.Timeout | undefined>();
  const runs = new Map<PortalId, Promise<void>>();
  let closed = false;

  const later = (portal: PortalId): void => {
    wishes.set(
      portal,
      setTimeout(() => begin(portal), BUSY_RETRY_MS),
    );
  };
  const begin = (portal: PortalId): void => {
    wishes.delete(portal);
    if (closed) return;
    const run = repairPortal(deps, portal)
      .then((report) => {
        if (!report && !closed) later(portal);
      })
      .catch((error: unknown) => {
        deps.log.warn({ err: error, portal }, "Looking for missed replies broke off and is tried again");
        if (!closed) later(portal);
      })
      .finally(() => runs.delete(portal));
    runs.set(portal, run);
  };

  return {
    start(portal) {
      if (closed || wishes.has(portal)) return;
      if (runs.has(portal)) later(portal);
      else begin(portal);
    },
    async close() {
      closed = true;
      for (const timer of wishes.values()) clearTimeout(timer);
      await Promise.all(runs.values());
    },
  };
}

/**
 * Finds operators' replies whose events never reached us (the portal sends each once; we may have been down) by reading
 * the history of every conversation of the last days, and accepts them like events.
 *
 * Twice, or together with a late event: the origin key is the portal's message id, so each is taken once. Two processes:
 * a lock, prolonged while the run lives. Killed half-way: the lock runs out and the next run begins anew, which costs calls and doubles nothing. The reading user is usually
 * no participant of the chats, so the portal may refuse: that is reported and not guessed around.
 */
async function repairPortal(deps: RepairDeps, portal: PortalId): Promise<RepairReport | undefined> {
  const locked = await withLock({ locks: deps.store.locks, ...deps }, `repair:${portal}`, LOCK_MS, async () => {
    const gapAt = (await deps.store.portals.find(portal))?.gapAt;
    const touched = await deps.store.conversations.list(portal, {
      touchedSince: new Date(deps.now().getTime() - WINDOW_MS),
      limit: MAX_CONVERSATIONS,
    });
    const problems = new Set<string>();
    const total = { checked: 0, recovered: 0, withFiles: 0 };
    for (const conversation of touched) {
      if (!hasGap(gapAt, conversation)) continue;
      const compared = await compareHistory(deps, deps.lines(portal), conversation);
      if (compared.kind === "done") {
        total.checked += 1;
        total.recovered += compared.recovered;
        total.withFiles += compared.withFiles;
        continue;
      }
      problems.add(compared.sentence);
      if (compared.kind === "unavailable") break;
    }
    const report: RepairReport = { ...total, problems: [...problems] };
    deps.log.info({ portal, ...report }, "compared the lines' histories with what was received");
    return report;
  });
  return locked.kind === "done" ? locked.value : undefined;
}

/**
 * What happens to accounts, counted in memory and added to the store a few times a minute, so that accepting and sending
 * write nothing for it.
 *
 * Crash: the counts since the last write are lost, some seconds of statistics. The database away: kept and written later,
 * in as much memory as accounts were active. A write that may have happened is repeated: counts may then be too high.
 */
import type { AccountId, PortalId } from "../domain/ids.ts";
import type { Message, MessageState } from "../domain/message.ts";
import type { Logger } from "../log/log.ts";
import type { AccountCount, ErrorKind, HealthRepository } from "../store/contract/health.ts";
import { localTime } from "./local-time.ts";

export interface Tally {
  /** A customer wrote to this account. */
  received(of: Place, at: Date): void;
  /** An attempt to deliver ended so. `uncertain` with `settleBy` is no end: the other side is still asked. */
  ended(message: Pick<Message, "portal" | "account" | "direction">, result: Ending, at: Date): void;
  /** Everything since the last time; it is the caller's now. */
  take(): readonly Counted[];
  putBack(counted: readonly Counted[]): void;
}

type Place = Pick<Message, "portal" | "account">;

interface Ending {
  readonly state: MessageState;
  readonly settleBy?: Date;
}

export interface Counted {
  readonly portal: PortalId;
  readonly account: AccountId;
  /** Within one quarter of an hour: no time zone divides these. */
  readonly at: Date;
  received: number;
  sent: number;
  refused: number;
  failed: number;
  uncertain: number;
  lastReceivedAt?: Date | undefined;
  lastSentAt?: Date | undefined;
}

const QUARTER_MS = 900_000;

export function createTally(): Tally {
  let counts = new Map<string, Counted>();

  function entry({ portal, account }: Place, at: Date): Counted {
    const key = `${account} ${Math.floor(at.getTime() / QUARTER_MS)}`;
    const known = counts.get(key);
    if (known) return known;
    const made = { portal, account, at, received: 0, sent: 0, refused: 0, failed: 0, uncertain: 0 };
    counts.set(key, made);
    return made;
  }

  return {
    received(of, at) {
      const counted = entry(of, at);
      counted.received += 1;
      counted.lastReceivedAt = at;
    },

    ended(message, { state, settleBy }, at) {
      if (settleBy !== undefined) return;
      if (isError(state)) entry(message, at)[state] += 1;
      if (message.direction !== "out" || (state !== "sent" && state !== "delivered")) return;
      const counted = entry(message, at);
      counted.sent += 1;
      counted.lastSentAt = at;
    },

    take() {
      const taken = [...counts.values()];
      counts = new Map();
      return taken;
    },

    putBack(counted) {
      for (const one of counted) {
        const now = entry(one, one.at);
        for (const key of ["received", "sent", "refused", "failed", "uncertain"] as const) now[key] += one[key];
        now.lastReceivedAt ??= one.lastReceivedAt;
        now.lastSentAt ??= one.lastSentAt;
      }
    },
  };
}

const isError = (state: MessageState): state is ErrorKind =>
  state === "refused" || state === "failed" || state === "uncertain";

export interface TallyWriterDeps {
  readonly tally: Tally;
  readonly health: Pick<HealthRepository, "record" | "timeZones">;
  readonly log: Pick<Logger, "warn">;
}

/** Adds what was counted to the days of its portal's clock. `false`: not now; it is kept for the next time. */
export async function writeTally(deps: TallyWriterDeps): Promise<boolean> {
  const counted = deps.tally.take();
  if (counted.length === 0) return true;
  try {
    const zones = await deps.health.timeZones(counted.map((one) => one.portal));
    const rows = counted.map(({ at, ...counts }): AccountCount => {
      const { day, hour } = localTime(at, zones.get(counts.portal));
      return { ...counts, day, hour };
    });
    await deps.health.record(rows);
    return true;
  } catch (error) {
    deps.tally.putBack(counted);
    deps.log.warn({ err: error }, "What happened to the accounts could not be written down; tried again");
    return false;
  }
}

const WRITE_MS = 10_000;

/** Writes now and again, and once more at the end. In every process that counts. */
export function createTallyWriter(deps: TallyWriterDeps): { start(): void; close(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<unknown> = Promise.resolve();
  let closed = false;

  function plan(): void {
    if (closed) return;
    timer = setTimeout(() => {
      writing = writeTally(deps).then(plan);
    }, WRITE_MS);
  }

  return {
    start: plan,
    async close() {
      closed = true;
      clearTimeout(timer);
      await writing;
      await writeTally(deps);
    },
  };
}

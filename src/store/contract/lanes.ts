import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { AccountId, LaneId, PortalId } from "../../domain/ids.ts";
import type { DueMessage } from "./messages.ts";

/** A lane with all that decides what becomes of it, as one look at the database found it. */
export interface LaneContents {
  /** As `unfinished` answers them. */
  readonly rows: readonly DueMessage[];
  readonly conversation: Conversation;
  readonly account: Account;
  readonly portal: {
    readonly active: boolean;
    /** Tokens are there. */
    readonly authorised: boolean;
    /** Events may have been lost before that time. */
    readonly gapAt?: Date;
  };
}

export interface LaneRepository {
  /** `undefined`: the conversation is gone. */
  read(lane: LaneId, limit: number): Promise<LaneContents | undefined>;
  /**
   * Takes the lane's lease for a living owner, clears its due time and reads it, in that order: what was accepted while it
   * was taken is among the contents. `undefined` when another living owner holds it, or there is no such lane.
   */
  take(lane: LaneId, owner: string, limit: number): Promise<LaneContents | undefined>;
  /** Gives it back, due again at `next` (the earlier of it and a wake that came during the run); answers the due time if any. */
  release(lane: LaneId, owner: string, next?: Date): Promise<Date | undefined>;
  /**
   * Of a conversation that moved: gives what this lane holds to the conversation that goes on, in order. Only with the
   * lease. Answers the lane that is due for it now.
   */
  handOver(lane: LaneId, owner: string): Promise<LaneId | undefined>;
  /** Lanes due by now and not held by a living owner, and lanes whose owner died. Oldest first. */
  due(now: Date, limit: number): Promise<readonly LaneId[]>;
  /** Due now, whatever it holds; durable, unlike a wake-up. A lane that never held anything is not there, and stays so. */
  makeDue(lane: LaneId): Promise<void>;
  /** Makes lanes with unfinished rows due now (switch on, line connected, tokens back). Answers them. */
  wakeAll(portal: PortalId, account?: AccountId): Promise<readonly LaneId[]>;
  /** This owner lives for so long from now, by the database's clock: clocks of processes need not agree. */
  heartbeat(owner: string, ttlMs: number): Promise<void>;
  /** This owner is gone; its leases are free at once. */
  retire(owner: string): Promise<void>;
  /** On a store that only one process can open: whoever held leases before is dead. */
  retireAll(): Promise<void>;
  /** Number of due lanes, for metrics. */
  depth(now: Date): Promise<number>;
}

/** How a conversation stands with the agents: whether anybody has to do something about it, and what they put on it. */
export interface Desk {
  /** Since when the customer waits for an answer; absent: nobody waits. */
  readonly waitingSince?: Date;
  /** Out of sight until then, or until the customer writes again. */
  readonly snoozedUntil?: Date;
  /** Out of sight until anybody writes. */
  readonly archived: boolean;
  readonly tags: readonly string[];
}

/** Turns within a vendor's limits. */

/** Waits until the vendor's limits allow one more call. Shared by all processes. */
export interface Pacer {
  /**
   * Resolves when this call may go, first come first served, except that who waits for one place does not hold up others.
   * @param account whose limits they are
   * @param rules all of them must allow it
   * @throws the signal's reason when it is aborted first, `TurnTooFar` at once where a rule says that it is not waited for
   */
  turn(account: string, rules: readonly PaceRule[], signal?: AbortSignal): Promise<void>;
  /** Something that the vendor counts too went by without asking: of these rules so much is used. Never throws. */
  spend(account: string, rules: readonly PaceRule[]): Promise<void>;
  /** The vendor counts anew: as if nothing of these rules had been used. Never throws. */
  renew(account: string, rules: readonly PaceRule[]): Promise<void>;
  /** The vendor asked for a pause after all: nothing of this key goes before that time. */
  pause(account: string, place: string, until: Date): Promise<void>;
}

/** A turn that is further away than whoever asks would wait. */
export class TurnTooFar extends Error {
  override readonly name = "TurnTooFar";
  /** What the limit is counted over that does not open. */
  readonly places: readonly string[];

  constructor(places: readonly string[]) {
    super("the vendor's limit does not open in time");
    this.places = places;
  }
}

/** `count` calls at once and from then on `count` in every `perMs`, evenly. */
export interface PaceRule {
  /** What the limit is counted over: "" for the whole account, a chat's id for that chat. */
  readonly place: string;
  readonly count: number;
  readonly perMs: number;
  /** How many calls this one counts for (an album is several messages). All of them or none are taken. Default 1. */
  readonly cost?: number;
  /** Counted as "at most `count` in any `perMs`": all may go at once, then none until the first are that old. */
  readonly window?: boolean;
  /** A call that this rule would hold up for longer is not waited for. */
  readonly mostWaitMs?: number;
  /**
   * Counted on credit: up to so many may go at once, within so long of the first of them; then none until the time that
   * they cost at the rule's own pace has passed since the first. Not together with `window`.
   */
  readonly burst?: { readonly count: number; readonly withinMs: number };
}

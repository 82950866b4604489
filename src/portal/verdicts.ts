import type { PortalCall, PortalOutcome } from "./contract.ts";
import type { Fault } from "./outcomes.ts";

/** What becomes of a call whose request did not end well. */
export type Verdict =
  | { readonly kind: "end"; readonly outcome: PortalOutcome<never> }
  /** Back to the front of its lane. `counts`: this was a try of a call that may be repeated only so often. */
  | { readonly kind: "again"; readonly afterMs: number; readonly counts: boolean }
  /** Back to the front; its method waits for its budget. */
  | { readonly kind: "hold-method" };

const TRIES = 4;
const RETRY_BASE_MS = 500;

/**
 * The retry rules, all in one place. Pure.
 * - Not executed for a reason that passes (bucket, budget, token, address): again, whatever the call's effect.
 * - Refused, or our authorization is dead: that is the end.
 * - Never reached the portal, or may have: a read and a repeatable call again with a growing delay, a few times; a call
 *   that counts once ends at once, as `unreachable` or `uncertain`.
 *
 * @param tries how often the call was repeated before
 * @param hopeless a fresh token (or address) was fetched a moment ago and was refused as well
 * @param random 0 to 1, so that repetitions of many calls spread
 */
export function decide(
  effect: PortalCall["effect"],
  fault: Fault,
  tries: number,
  hopeless: boolean,
  random: number,
): Verdict {
  const mayRepeat = effect !== "once" && tries + 1 < TRIES;
  const again: Verdict = {
    kind: "again",
    afterMs: RETRY_BASE_MS * 2 ** (tries + 1) * (0.75 + random / 2),
    counts: true,
  };
  switch (fault.kind) {
    case "rate-limited":
      return { kind: "again", afterMs: 0, counts: false };
    case "over-budget":
      return { kind: "hold-method" };
    case "token-rejected":
      if (!hopeless) return { kind: "again", afterMs: 0, counts: false };
      return ended({ kind: "unauthorised", sentence: "The portal does not accept even a fresh authorization." });
    case "moved":
      if (!hopeless) return { kind: "again", afterMs: 0, counts: false };
      return ended({
        kind: "unreachable",
        sentence: "The portal has moved to an address that Bitrix24 does not tell yet.",
      });
    case "unauthorised":
    case "refused":
      return ended(fault);
    case "unreachable":
      return mayRepeat ? again : ended(fault);
    case "ambiguous":
      if (effect === "once") return ended({ kind: "uncertain", sentence: fault.sentence });
      return mayRepeat ? again : ended({ kind: "unreachable", sentence: "The portal does not answer." });
  }
}

const ended = (outcome: PortalOutcome<never>): Verdict => ({ kind: "end", outcome });

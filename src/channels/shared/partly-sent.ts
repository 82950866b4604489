import type { SendOutcome } from "../contract/sending.ts";

/**
 * What an agent is told of a message of several parts when the first `gone` of them went out and the next one ended so. What
 * was sent stays sent and is never sent again, so the message as a whole is uncertain.
 */
export function partlySent(
  outcome: SendOutcome,
  externalIds: readonly string[],
  gone: number,
  all: number,
): SendOutcome {
  const went = gone === 1 ? "Part 1" : `Parts 1 to ${gone}`;
  const next = gone + 1;
  const missing = outcome.kind === "uncertain" ? `part ${next} may not have arrived` : `part ${next} did not`;
  const why = reasonOf(outcome);
  const sentence =
    next < all
      ? `${went} of ${all} of this message went out, ${missing}, the rest was not tried. ${why}`
      : `${went} of ${all} of this message went out, ${missing}. ${why}`;
  return { kind: "uncertain", externalIds, sentence };
}

/** Why a part did not go, without the promises that hold for a message none of which went. */
function reasonOf(outcome: SendOutcome): string {
  if (outcome.kind === "account-down") return outcome.connection.sentence;
  return outcome.kind === "refused" ? outcome.sentence : "Send by hand what is missing.";
}

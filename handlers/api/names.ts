import type { PortalId } from "../../src/domain/ids.ts";
import type { Message } from "../../src/domain/message.ts";
import type { ColleagueNames } from "../../src/relay/colleague-names.ts";

/** Names of the employees who wrote these. */
export function authorsOf(
  names: ColleagueNames,
  portal: PortalId,
  rows: readonly Message[],
): Promise<ReadonlyMap<string, string>> {
  return names(
    portal,
    rows.flatMap(({ origin }) =>
      (origin.by === "surface" || origin.by === "open-line") && origin.authorId !== undefined ? [origin.authorId] : [],
    ),
  );
}

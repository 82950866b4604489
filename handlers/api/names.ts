import type { PortalId } from "../../src/domain/ids.ts";
import { authorOf, type Message } from "../../src/domain/message.ts";
import type { ColleagueNames } from "../../src/relay/colleague-names.ts";

/** Names of the employees who wrote these. */
export function authorsOf(
  names: ColleagueNames,
  portal: PortalId,
  rows: readonly Message[],
): Promise<ReadonlyMap<string, string>> {
  return names(
    portal,
    rows.flatMap(({ origin }) => authorOf(origin) ?? []),
  );
}

import type { PortalId } from "../../src/domain/ids.ts";
import type { Message } from "../../src/domain/message.ts";
import type { Store } from "../../src/store/contract.ts";

/** Names of the employees who wrote these, as far as they have opened a page of ours: nobody else's are kept here. */
export function namesOf(
  store: Pick<Store, "users">,
  portal: PortalId,
  rows: readonly Message[],
): Promise<ReadonlyMap<string, string>> {
  const ids = rows.flatMap(({ origin }) =>
    (origin.by === "surface" || origin.by === "open-line") && origin.authorId !== undefined ? [origin.authorId] : [],
  );
  return store.users.names(portal, [...new Set(ids)]);
}

import type { FetchMessageObject, FetchQueryObject, ImapFlow } from "imapflow";

/** One mail of the open folder, by its number; `undefined`: it is gone. */
export async function fetchOne(
  client: ImapFlow,
  uid: number,
  query: FetchQueryObject,
): Promise<FetchMessageObject | undefined> {
  const found = await client.fetchOne(String(uid), query, { uid: true });
  return found === false ? undefined : found;
}

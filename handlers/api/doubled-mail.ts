import { setTimeout as wait } from "node:timers/promises";
import type { Account } from "../../src/domain/account.ts";
import type { Viewer } from "../../src/server/session.ts";
import type { ApiDeps } from "./deps.ts";

/** So long whoever connects a mailbox waits for the portal at most. */
const PATIENCE_MS = 5_000;

/**
 * A mailbox that the portal's own mail reads too would have every letter in the cards twice: a sentence for whoever connects
 * it, which stops nothing. The portal tells of the boxes of the one who asks alone, and only where the application may know.
 */
export async function doubledMail(
  { channels, portals }: Pick<ApiDeps, "channels" | "portals">,
  { portal, userId }: Viewer,
  { channel, settings }: Account,
): Promise<string | undefined> {
  const { address } = settings;
  if (channels.get(channel)?.capabilities.letters !== true || typeof address !== "string") return undefined;
  const late = new AbortController();
  const reads = await Promise.race([
    portals.ownMailOf(portal, userId).reads(address),
    wait(PATIENCE_MS, undefined, { signal: late.signal }),
  ]);
  late.abort();
  if (reads?.kind !== "ok")
    return `It could not be checked whether Bitrix24's own mail reads ${address} as well. If it does, leave it in one of the two: both write its letters into the cards.`;
  if (!reads.value) return undefined;
  return `Bitrix24's own mail reads ${address} as well, so its letters would stand in the cards twice. Leave one of the two: in Bitrix24 open Mail, the mailbox's settings, and delete it there; or delete this account here.`;
}

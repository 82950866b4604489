import { setTimeout as wait } from "node:timers/promises";
import type { Account } from "../../src/domain/account.ts";
import type { Viewer } from "../../src/server/session.ts";
import type { ApiDeps } from "./deps.ts";

/** So long whoever connects a mailbox waits for the portal at most. */
const PATIENCE_MS = 5_000;

type Deps = Pick<ApiDeps, "channels" | "portals">;

/**
 * A mailbox that the portal's own mail reads too would have every letter in the cards twice: a sentence for whoever connects
 * it, which stops nothing. The portal tells of the boxes of the one who asks alone, and only where the application may know.
 */
export async function doubledMail(deps: Deps, viewer: Viewer, account: Account): Promise<string | undefined> {
  const { address } = account.settings;
  switch (await isDoubled(deps, viewer, account.channel, address)) {
    case undefined:
      return `It could not be checked whether Bitrix24's own mail reads ${String(address)} as well. If it does, leave it in one of the two: both write its letters into the cards.`;
    case false:
      return undefined;
    case true:
      return `Bitrix24's own mail reads ${String(address)} as well, so its letters would stand in the cards twice. Leave one of the two: in Bitrix24 open Mail, the mailbox's settings, and delete it there; or delete this account here.`;
  }
}

/** The same before it is connected, where it is sure; what could not be asked is told when it is. */
export async function willDouble(
  deps: Deps,
  viewer: Viewer,
  { channel, settings }: { readonly channel: string; readonly settings: Readonly<Record<string, unknown>> },
): Promise<string | undefined> {
  const { address } = settings;
  if ((await isDoubled(deps, viewer, channel, address)) !== true) return undefined;
  return `Bitrix24's own mail reads ${String(address)} as well. Connected here too, its letters would stand in the cards twice. In Bitrix24 open Mail, the mailbox's settings, and delete it there; or do not connect it here.`;
}

/** `undefined`: nobody can say. */
async function isDoubled(
  { channels, portals }: Deps,
  { portal, userId }: Viewer,
  channel: string,
  address: unknown,
): Promise<boolean | undefined> {
  if (channels.get(channel)?.capabilities.letters !== true || typeof address !== "string") return false;
  const late = new AbortController();
  const reads = await Promise.race([
    portals.ownMailOf(portal, userId).reads(address),
    wait(PATIENCE_MS, undefined, { signal: late.signal }),
  ]);
  late.abort();
  return reads?.kind === "ok" ? reads.value : undefined;
}

/**
 * A POST of the portal's iframe: what it carries and how it is proved.
 *
 * Everything in it is input. The portal is found by `member_id`; APPLICATION_TOKEN is compared in constant time with
 * the stored one; AUTH_ID is tried at the STORED address of that portal, never at the DOMAIN of the request. Fails
 * closed: nothing is stored before all three hold. The same POST twice is harmless (it opens the same page twice); a
 * portal that cannot be asked just now is a 503, never a yes.
 */
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { type PortalId, portalId } from "../src/domain/ids.ts";
import type { Portal } from "../src/domain/portal.ts";
import type { PortalTransport } from "../src/portal/transport.ts";
import { HttpError } from "../src/server/errors.ts";
import { sameSecret } from "../src/server/same-secret.ts";
import { isInstalled } from "../src/server/session.ts";
import type { Store } from "../src/store/contract.ts";

const field = z.string().max(4000).optional();

/** Narrow on purpose: what is not read here is not kept. Missing proof is judged later (401), a wrong shape here (400). */
export const frameBody = z.preprocess(
  (body) => body ?? {},
  z.object({
    member_id: z.string().max(100).optional(),
    AUTH_ID: field,
    AUTH_EXPIRES: field,
    REFRESH_ID: field,
    SERVER_ENDPOINT: field,
    APPLICATION_TOKEN: field,
    APPLICATION_SCOPE: field,
    PLACEMENT: z.string().max(200).optional(),
    PLACEMENT_OPTIONS: z.string().max(20_000).optional(),
  }),
);
export type FrameBody = z.output<typeof frameBody>;

export const frameQuery = z.object({ LANG: z.string().max(20).optional().catch(undefined) });

/** A person as the portal names them. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly admin: boolean;
}

export type Identified =
  | { readonly kind: "person"; readonly person: Person }
  /** The portal does not accept the token. */
  | { readonly kind: "foreign" }
  | { readonly kind: "unreachable"; readonly sentence: string };

export interface FrameDeps {
  readonly store: Pick<Store, "portals" | "users">;
  readonly transport: Pick<PortalTransport, "send">;
  /** Runs work as that portal's, so that one portal's pages do not keep another's waiting. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
}

export interface Framed {
  readonly portal: Portal;
  readonly person: Person;
}

const profile = z.object({
  ID: z.union([z.string(), z.number()]).transform(String),
  ADMIN: z.union([z.boolean(), z.string()]).transform((value) => value === true || value === "Y" || value === "1"),
  NAME: z.string().nullish(),
  LAST_NAME: z.string().nullish(),
});

/** A full bucket empties by two requests a second, so a page opened in a flood waits this often for half a second. */
const BUSY_TRIES = 6;
const BUSY_PAUSE_MS = 500;

/** Whose token that is, asked at the portal's stored address. */
export async function identify(
  transport: Pick<PortalTransport, "send">,
  at: Pick<Portal, "id" | "clientEndpoint" | "serverEndpoint">,
  accessToken: string,
): Promise<Identified> {
  const credentials = {
    memberId: at.id,
    accessToken,
    expiresAt: Date.now() + 3_600_000,
    clientEndpoint: at.clientEndpoint,
    serverEndpoint: at.serverEndpoint,
  };
  for (let attempt = 1; ; attempt++) {
    const { ends } = await transport.send(credentials, [{ method: "profile", params: {} }]);
    const end = ends[0];
    if (!end) return { kind: "unreachable", sentence: "The portal gave no answer." };
    if (end.kind === "ok") {
      const read = profile.safeParse(end.value);
      if (!read.success)
        return { kind: "unreachable", sentence: "The portal's answer about the person could not be read." };
      const name = [read.data.NAME, read.data.LAST_NAME].filter(Boolean).join(" ").trim();
      return {
        kind: "person",
        person: { id: read.data.ID, name: name === "" ? `#${read.data.ID}` : name, admin: read.data.ADMIN },
      };
    }
    const { fault } = end;
    if ((fault.kind === "rate-limited" || fault.kind === "over-budget") && attempt < BUSY_TRIES) {
      await pause(BUSY_PAUSE_MS);
      continue;
    }
    if (fault.kind === "token-rejected" || fault.kind === "unauthorised" || fault.kind === "refused")
      return { kind: "foreign" };
    return { kind: "unreachable", sentence: "sentence" in fault ? fault.sentence : "The portal is too busy just now." };
  }
}

/**
 * Proves a page's POST and does what follows from it as that portal's work.
 * @throws HttpError 401 when a proof is missing, 403 when one is wrong, 503 when the portal cannot be asked.
 */
export async function inFrame<T>(deps: FrameDeps, body: FrameBody, work: (framed: Framed) => Promise<T>): Promise<T> {
  const { member_id: member, AUTH_ID: accessToken, APPLICATION_TOKEN: applicationToken } = body;
  if (!member || !accessToken || !applicationToken) throw missingProof();
  const portal = await deps.store.portals.find(portalId(member));
  if (!isInstalled(portal))
    throw new HttpError(
      403,
      "not_installed",
      "Threadline is not installed in this Bitrix24. An administrator must install it.",
    );
  if (!sameSecret(portal.applicationToken, applicationToken)) throw foreign();
  const identified = await identify(deps.transport, portal, accessToken);
  if (identified.kind === "foreign") throw foreign();
  if (identified.kind === "unreachable") throw new HttpError(503, "portal_unreachable", identified.sentence);
  const { person } = identified;
  return deps.inTurn(portal.id, async () => {
    await remember(deps, portal, person, body);
    return work({ portal, person });
  });
}

/** Keeps the viewer's own pair for that viewer's actions. */
async function remember(deps: FrameDeps, portal: Portal, person: Person, body: FrameBody): Promise<void> {
  const { AUTH_ID: accessToken, REFRESH_ID: refreshToken } = body;
  const now = Date.now();
  const tokens =
    accessToken && refreshToken
      ? { accessToken, refreshToken, expiresAt: new Date(now + lifetimeMs(body.AUTH_EXPIRES)) }
      : undefined;
  await deps.store.users.remember({
    portal: portal.id,
    userId: person.id,
    name: person.name,
    admin: person.admin,
    lastSeenAt: new Date(now),
    ...(tokens && { tokens }),
  });
}

/** Seconds as the portal states them, at most an hour: a claim, so never longer than what the platform gives. */
export function lifetimeMs(claimed: string | undefined): number {
  const seconds = Number(claimed);
  return (Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3600) : 3600) * 1000;
}

const option = z.union([z.string().max(2000), z.number(), z.boolean()]);

/** PLACEMENT_OPTIONS: JSON text with plain values; anything else is left out. */
export function placementOptions(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined || text === "") return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return {};
  const kept = Object.entries(parsed).filter(([, value]) => option.safeParse(value).success);
  return Object.fromEntries(kept.slice(0, 30));
}

export const missingProof = () =>
  new HttpError(401, "not_proved", "The request does not prove where it comes from. Open the page in Bitrix24.");
export const foreign = () =>
  new HttpError(403, "not_proved", "Bitrix24 did not confirm this request. Close the page and open it again.");

/**
 * Sessions of our pages: a signed bearer of one hour, carried by the page itself, because cookies do not survive the
 * portal's iframe. Nothing is stored: the signature is the proof, and the portal is looked up (briefly cached) at each
 * check, so that an uninstalled portal's sessions die within `PORTAL_CACHE_MS`.
 *
 * A process that dies takes nothing with it; another process with the same SECRET_KEY accepts the same sessions. With
 * the database gone a check throws `StoreUnavailable` (503), it never lets anybody in.
 */
import { hkdfSync } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { type PortalId, portalId } from "../domain/ids.ts";
import type { Portal, Role } from "../domain/portal.ts";
import type { PortalRepository } from "../store/contract/portals.ts";
import type { App } from "./app.ts";
import { HttpError } from "./errors.ts";

/** Who looks at a page, and where it was opened. */
export interface Viewer {
  readonly portal: PortalId;
  readonly userId: string;
  readonly admin: boolean;
  /** May change rules and links of customers: administrators, and whom they allow. */
  readonly editor: boolean;
  /** What an administrator lets them do with conversations. Absent, and of administrators: what the portal lets them. */
  readonly role?: Role | undefined;
  readonly placement: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Sessions {
  issue(viewer: Omit<Viewer, "editor" | "role">): Promise<string>;
  /** `undefined` for anything but a living session of an installed portal. */
  check(token: string): Promise<Viewer | undefined>;
  /** Like `check`, but a session that ended less than `RENEWABLE_SECONDS` ago counts: it says whose page asks for a new one. */
  checkForRenewal(token: string): Promise<Viewer | undefined>;
  /** Refuses every request of the scope that carries no living session; `viewerOf` then tells who it is, and what it does is its portal's work. */
  guard(scope: App): void;
}

const LIFETIME_SECONDS = 3600;
/** A laptop that slept over a long weekend may go on where it was, if the portal vouches for its user again. */
const RENEWABLE_SECONDS = 7 * 24 * 3600;
const PORTAL_CACHE_MS = 5000;
const PORTAL_CACHE_SIZE = 1000;
const ISSUER = "threadline";
const ALGORITHM = "HS256";

const claims = z.object({
  portal: z.string().min(1),
  sub: z.string().min(1),
  admin: z.boolean(),
  placement: z.string(),
  options: z.record(z.string(), z.unknown()),
});

export interface SessionSettings {
  readonly secretKey: string;
  readonly portals: Pick<PortalRepository, "find">;
  /** Runs work as that portal's, so that one portal's pages do not keep another's waiting. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  readonly now?: () => Date;
}

export function createSessions(settings: SessionSettings): Sessions {
  const key = Buffer.from(hkdfSync("sha256", settings.secretKey, "threadline", "session", 32));
  const now = settings.now ?? (() => new Date());
  const installed = installedPortals(settings.portals, now);

  async function verify(token: string, toleranceSeconds: number): Promise<Viewer | undefined> {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        requiredClaims: ["exp"],
        clockTolerance: toleranceSeconds,
        currentDate: now(),
      });
      const read = claims.safeParse(payload);
      if (!read.success) return undefined;
      const { portal, sub, admin, placement, options } = read.data;
      const known = await installed(portalId(portal));
      if (!known.installed) return undefined;
      const editor = admin || known.editors.has(sub);
      const role = admin ? undefined : known.roles.get(sub);
      return { portal: portalId(portal), userId: sub, admin, editor, role, placement, options };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  const sessions: Sessions = {
    issue: (viewer) =>
      new SignJWT({
        portal: viewer.portal,
        admin: viewer.admin,
        placement: viewer.placement,
        options: { ...viewer.options },
      })
        .setProtectedHeader({ alg: ALGORITHM })
        .setIssuer(ISSUER)
        .setSubject(viewer.userId)
        .setIssuedAt(seconds(now()))
        .setExpirationTime(seconds(now()) + LIFETIME_SECONDS)
        .sign(key),
    check: (token) => verify(token, 0),
    checkForRenewal: (token) => verify(token, RENEWABLE_SECONDS),
    guard(scope) {
      // Before the body is read: whoever has no session costs us no parsing.
      scope.addHook("onRequest", async (request) => {
        const token = bearerOf(request);
        const viewer = token === undefined ? undefined : await sessions.check(token);
        if (!viewer) throw noSession();
        viewers.set(request, viewer);
      });
      // After the body was read: what runs when its bytes arrive does not remember whose work it is.
      scope.addHook("preValidation", (request, _reply, done) => settings.inTurn(viewerOf(request).portal, done));
    },
  };
  return sessions;
}

const viewers = new WeakMap<FastifyRequest, Viewer>();

/** The viewer that `guard` let in. */
export function viewerOf(request: FastifyRequest): Viewer {
  const viewer = viewers.get(request);
  if (!viewer) throw noSession();
  return viewer;
}

/** @throws HttpError 403 for everybody who is no administrator of the portal. */
export function administratorOf(request: FastifyRequest): Viewer {
  const viewer = viewerOf(request);
  if (!viewer.admin)
    throw new HttpError(403, "administrators_only", "Only an administrator of the portal may do this.");
  return viewer;
}

/** @throws HttpError 403 for everybody who is neither an administrator nor allowed by one. */
export function editorOf(request: FastifyRequest): Viewer {
  const viewer = viewerOf(request);
  if (!viewer.editor)
    throw new HttpError(403, "editors_only", "Only an administrator of the portal, or whom they allow, may do this.");
  return viewer;
}

/** The token of `Authorization: Bearer …`. */
export function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "")?.[1];
}

export const noSession = () =>
  new HttpError(401, "no_session", "The session has ended or is not valid. Open the page in Bitrix24 again.");

/** Whether a portal has us installed: it is known and its tokens are not dropped. */
interface KnownPortal {
  readonly installed: boolean;
  readonly editors: ReadonlySet<string>;
  readonly roles: ReadonlyMap<string, Role>;
}

function installedPortals(portals: Pick<PortalRepository, "find">, now: () => Date) {
  const cache = new Map<PortalId, KnownPortal & { readonly until: number }>();
  return async (id: PortalId): Promise<KnownPortal> => {
    const kept = cache.get(id);
    if (kept && kept.until > now().getTime()) return kept;
    const portal = await portals.find(id);
    const editors = new Set(portal?.editors.map((editor) => editor.id) ?? []);
    const roles = new Map(portal?.roles.map(({ id: person, role }) => [person, role]) ?? []);
    cache.delete(id);
    if (cache.size >= PORTAL_CACHE_SIZE) {
      const oldest = cache.keys().next();
      if (!oldest.done) cache.delete(oldest.value);
    }
    const known = { installed: isInstalled(portal), editors, roles, until: now().getTime() + PORTAL_CACHE_MS };
    cache.set(id, known);
    return known;
  };
}

export const isInstalled = (portal: Portal | undefined): portal is Portal => portal?.tokens !== undefined;

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

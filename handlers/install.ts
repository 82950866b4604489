/**
 * `POST /install`: the page that the portal opens in its slider for the administrator who installs us.
 *
 * Proof. A portal we do not know has nothing to compare, so its refresh token is exchanged with our secret at an
 * authorization server of the fixed list; only the answer says who and where the portal is, and its member_id must be
 * the request's. A portal we know must bring the stored APPLICATION_TOKEN and a token that the portal accepts at its
 * stored address. A portal that was uninstalled and installed again brings a new APPLICATION_TOKEN: it is proved like a
 * first contact, but only once the authorization we hold is seen to be dead, or anybody with some valid token of a
 * living installation could replace its APPLICATION_TOKEN. Wrong proof: 401 or 403, and nothing is stored.
 *
 * Twice, or a double click: the refresh token of the first request is used up, so the second proves itself by
 * APPLICATION_TOKEN and keeps the pair that the first one stored. A crash after the exchange and before the store: that
 * pair is lost; opening the page again brings another. Portal or authorization server gone: 503 in words, nothing stored.
 */

import { setTimeout as pause } from "node:timers/promises";
import type { FastifyPluginAsync } from "fastify";
import type { BootInstallation } from "../src/api/boot.ts";
import { portalId } from "../src/domain/ids.ts";
import type { Say } from "../src/domain/localised.ts";
import type { Portal } from "../src/domain/portal.ts";
import type { ManagedPortalDirectory } from "../src/portal/directory.ts";
import type { Grant, OAuthClient } from "../src/portal/oauth.ts";
import type { App } from "../src/server/app.ts";
import { HttpError } from "../src/server/errors.ts";
import { sameSecret } from "../src/server/same-secret.ts";
import { isInstalled } from "../src/server/session.ts";
import {
  type FrameBody,
  foreign,
  frameBody,
  frameQuery,
  identify,
  missingProof,
  type Person,
  placementOptions,
} from "./frame.ts";
import type { Installer } from "./installer.ts";
import { openPage, type PageDeps } from "./page.ts";

export interface InstallDeps extends PageDeps {
  readonly oauth: Pick<OAuthClient, "proveFirstContact" | "exchangeRefresh">;
  readonly portals: Pick<ManagedPortalDirectory, "caller" | "forget">;
  readonly installer: Installer;
  /** How long an APPLICATION_TOKEN that is not the stored one waits for ONAPPUPDATE. */
  readonly updateWaitMs?: number;
}

/** How long the page's answer waits for ensure-installed; a slow portal is then watched by the page itself. */
const PATIENCE_MS = 20_000;
const UPDATE_WAIT_MS = 3_000;
const UPDATE_LOOK_MS = 100;

interface Proved {
  readonly person: Person;
  /** Absent: proved, but the request's refresh token was used up; the stored pair stays. */
  readonly grant?: Grant | undefined;
}

export async function registerInstall(app: App, deps: InstallDeps): Promise<void> {
  const routes: FastifyPluginAsync = async (plain) => {
    const scope = plain as App;
    scope.setErrorHandler((error: Error, request, reply) => deps.pages.error(error, request, reply));
    scope.get("/install", { schema: { hide: true } }, (request, reply) =>
      deps.pages.notice(request, reply, { status: 200, code: "open-inside" }),
    );
    scope.post(
      "/install",
      {
        config: { rateLimit: { max: 300, timeWindow: "1 minute" } },
        schema: {
          summary: "The installer's page, opened by the portal",
          tags: ["pages"],
          body: frameBody,
          querystring: frameQuery,
        },
      },
      async (request, reply) => {
        const body = request.body;
        const { LANG: language } = request.query;
        const proved = await prove(deps, body);
        if (!proved.person.admin)
          return deps.pages.notice(request, reply, { status: 403, code: "not-admin", language });
        const portal = await store(deps, body, proved, language);
        request.log.info(
          { portal: portal.id, domain: portal.domain, again: proved.grant === undefined },
          "Portal installed",
        );
        const installation = await install(deps, portal, request.say);
        return openPage(deps, reply, {
          page: "install",
          portal,
          person: proved.person,
          placement: body.PLACEMENT ?? "DEFAULT",
          options: placementOptions(body.PLACEMENT_OPTIONS),
          language,
          installation,
        });
      },
    );
  };
  await app.register(routes);
}

async function prove(deps: InstallDeps, body: FrameBody): Promise<Proved> {
  const { member_id: member, AUTH_ID: accessToken, APPLICATION_TOKEN: applicationToken } = body;
  if (!member || !accessToken) throw missingProof();
  const portal = await deps.store.portals.find(portalId(member));
  if (!isInstalled(portal)) return proveFirstContact(deps, body, member);
  if (!applicationToken) throw missingProof();
  if (sameSecret(portal.applicationToken, applicationToken)) return proveKnown(deps, body, portal, accessToken);
  if (portal.applicationToken === undefined || !(await isAlive(deps, portal)))
    return proveFirstContact(deps, body, member);
  const updated = await awaitUpdate(deps, portal, applicationToken);
  if (!updated) throw foreign();
  return proveKnown(deps, body, updated, accessToken);
}

/** An update of the app may bring a new APPLICATION_TOKEN; ONAPPUPDATE tells it and may come a moment after the page. */
async function awaitUpdate(deps: InstallDeps, portal: Portal, applicationToken: string): Promise<Portal | undefined> {
  for (let waited = 0; waited < (deps.updateWaitMs ?? UPDATE_WAIT_MS); waited += UPDATE_LOOK_MS) {
    await pause(UPDATE_LOOK_MS);
    const current = await deps.store.portals.find(portal.id);
    if (isInstalled(current) && sameSecret(current.applicationToken, applicationToken)) return current;
  }
  return undefined;
}

async function proveFirstContact(deps: InstallDeps, body: FrameBody, member: string): Promise<Proved> {
  const { SERVER_ENDPOINT: server, REFRESH_ID: refreshToken } = body;
  if (!server || !refreshToken) throw missingProof();
  const outcome = await deps.oauth.proveFirstContact(server, refreshToken);
  if (outcome.kind === "denied") throw foreign();
  if (outcome.kind === "unreachable") throw new HttpError(503, "authorization_unreachable", outcome.sentence);
  const { grant } = outcome;
  if (grant.memberId !== member) throw foreign();
  return { grant, person: await personAt(deps, { id: portalId(member), ...grant }, grant.tokens.accessToken) };
}

async function proveKnown(deps: InstallDeps, body: FrameBody, portal: Portal, accessToken: string): Promise<Proved> {
  const person = await personAt(deps, portal, accessToken);
  // A plain user's pair must not replace the administrator's, nor be used up here.
  if (!person.admin || !body.REFRESH_ID) return { person };
  const outcome = await deps.oauth.exchangeRefresh(portal.serverEndpoint, body.REFRESH_ID);
  const fresh = outcome.kind === "granted" && outcome.grant.memberId === portal.id;
  return fresh ? { person, grant: outcome.grant } : { person };
}

async function personAt(
  deps: InstallDeps,
  at: Pick<Portal, "id" | "clientEndpoint" | "serverEndpoint">,
  accessToken: string,
): Promise<Person> {
  const identified = await identify(deps.transport, at, accessToken);
  if (identified.kind === "foreign") throw foreign();
  if (identified.kind === "unreachable") throw new HttpError(503, "portal_unreachable", identified.sentence);
  return identified.person;
}

/** Whether the portal still accepts what we hold. */
async function isAlive(deps: InstallDeps, portal: Portal): Promise<boolean> {
  const outcome = await deps.portals.caller(portal.id).call({ method: "app.info", params: {}, effect: "read" });
  if (outcome.kind === "unauthorised") return false;
  if (outcome.kind === "ok" || outcome.kind === "refused") return true;
  throw new HttpError(503, "portal_unreachable", "The portal cannot be asked just now. Try again in a minute.");
}

async function store(
  deps: InstallDeps,
  body: FrameBody,
  proved: Proved,
  language: string | undefined,
): Promise<Portal> {
  const { grant, person } = proved;
  const member = portalId(body.member_id ?? "");
  if (grant) {
    await deps.store.portals.install({
      id: member,
      domain: grant.domain,
      clientEndpoint: grant.clientEndpoint,
      serverEndpoint: grant.serverEndpoint,
      applicationToken: body.APPLICATION_TOKEN,
      tokens: grant.tokens,
      userId: person.id,
      scopes: grant.scopes,
      language: (language ?? "en").toLowerCase(),
    });
    await deps.store.portals.update(member, { trouble: null });
    deps.portals.forget(member);
  }
  // Without tokens: the pair belongs to the background work now, and two must not renew one pair.
  await deps.store.users.remember({
    portal: member,
    userId: person.id,
    name: person.name,
    admin: person.admin,
    lastSeenAt: new Date(),
  });
  const portal = await deps.store.portals.find(member);
  if (!portal)
    throw new HttpError(
      409,
      "uninstalled",
      "Threadline was removed from this Bitrix24 at the same moment. Install it again.",
    );
  return portal;
}

async function install(deps: InstallDeps, portal: Portal, say: Say): Promise<BootInstallation> {
  const report = await deps.installer.run(portal.id, PATIENCE_MS);
  if (!report) return { running: true, ok: false, problems: [] };
  return { running: false, ok: report.ok, problems: report.problems.map(say) };
}

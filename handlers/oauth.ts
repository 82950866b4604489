/**
 * The full OAuth way, for a person who comes from outside the portal; it ends in the workplace standing alone.
 *
 * @fastify/oauth2 makes the state, its cookie and the authorization address; its authorize host is fixed, so the portal's
 * is put in, and only of a portal that installed us or of Bitrix24's own cloud hosts (anything else would make us a
 * redirector to any site). The code is exchanged by the same client that exchanges everything else, because that one
 * judges the endpoints it is told. The state counts once: it must match this browser's cookie and be claimed in the
 * store, so a copied callback address, a second click and a foreign browser all end in 400.
 *
 * A crash between: the state or the code is used up, and the person starts again. No token ever stands in an address.
 */
import { randomBytes } from "node:crypto";
import oauth2, { type OAuth2Namespace } from "@fastify/oauth2";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { portalId } from "../src/domain/ids.ts";
import type { Portal } from "../src/domain/portal.ts";
import type { EndpointPolicy } from "../src/portal/endpoints.ts";
import type { OAuthClient } from "../src/portal/oauth.ts";
import type { App } from "../src/server/app.ts";
import { HttpError } from "../src/server/errors.ts";
import { sameSecret } from "../src/server/same-secret.ts";
import { isInstalled } from "../src/server/session.ts";
import type { NonceRepository } from "../src/store/contract/locks.ts";
import type { Store } from "../src/store/contract.ts";
import { identify } from "./frame.ts";
import { openPage, type PageDeps } from "./page.ts";

export interface OAuthDeps extends PageDeps {
  readonly store: Pick<Store, "portals" | "users" | "nonces">;
  readonly oauth: Pick<OAuthClient, "exchangeCode">;
  readonly policy: Pick<EndpointPolicy, "domain">;
  readonly application: { readonly clientId: string; readonly clientSecret: string };
  readonly publicUrl: string;
}

const NONCE = "oauth-login";
const STATE_LIFE_MS = 10 * 60_000;
const STATE_COOKIE = "threadline-login";
const COOKIE_PATH = "/oauth";
/** Host that the plugin is told; never contacted. */
const PLACEHOLDER = "https://portal.invalid";

/** Top-level domains under which Bitrix24 gives portals their addresses. */
const CLOUD =
  /^[a-z0-9][a-z0-9-]*\.bitrix24\.(com|eu|de|fr|it|es|pl|in|cn|jp|vn|id|ru|by|kz|ua|uk|mx|co|site|com\.br|com\.tr)$/;

const loginQuery = z.object({ domain: z.string().min(1).max(300), LANG: z.string().max(20).optional() });
const callbackQuery = z.object({
  code: z.string().min(1).max(500).optional(),
  state: z.string().min(1).max(200).optional(),
  error: z.string().max(200).optional(),
  server_domain: z.string().max(300).optional(),
});

const payload = z.object({ domain: z.string(), portal: z.string().optional() });

export async function registerOAuth(app: App, deps: OAuthDeps): Promise<void> {
  const routes: FastifyPluginAsync = async (plain) => {
    const scope = plain as App;
    scope.setErrorHandler((error: Error, request, reply) => deps.pages.error(error, request, reply));
    const logins = new WeakMap<FastifyRequest, z.output<typeof payload>>();
    await scope.register(oauth2, {
      name: "bitrix24",
      scope: [],
      credentials: {
        client: { id: deps.application.clientId, secret: deps.application.clientSecret },
        auth: {
          authorizeHost: PLACEHOLDER,
          authorizePath: "/oauth/authorize/",
          tokenHost: PLACEHOLDER,
          tokenPath: "/oauth/token/",
        },
      },
      callbackUri: `${deps.publicUrl}/oauth/callback`,
      redirectStateCookieName: STATE_COOKIE,
      cookie: { path: COOKIE_PATH, secure: deps.publicUrl.startsWith("https:"), sameSite: "lax", httpOnly: true },
      generateStateFunction: async (request: FastifyRequest) => {
        const state = randomBytes(24).toString("base64url");
        await deps.store.nonces.issue(NONCE, state, logins.get(request) ?? {}, STATE_LIFE_MS);
        return state;
      },
      checkStateFunction: (request: FastifyRequest) => Promise.resolve(cookieMatches(request)),
    });
    const plugin = (scope as unknown as { readonly bitrix24: OAuth2Namespace }).bitrix24;
    const rateLimit = { max: 120, timeWindow: "1 minute" };

    scope.get(
      "/oauth/login",
      {
        config: { rateLimit },
        schema: { summary: "Sign in from outside the portal", tags: ["pages"], querystring: loginQuery },
      },
      async (request, reply) => {
        const domain = plainDomain(request.query.domain);
        const origin = domain === undefined ? undefined : await originOf(deps, domain);
        if (!domain || !origin) {
          return deps.pages.notice(request, reply, {
            status: 400,
            code: "not-installed",
            language: request.query.LANG,
          });
        }
        logins.set(request, { domain, ...(origin.portal && { portal: origin.portal.id }) });
        const uri = new URL(await plugin.generateAuthorizationUri(request, reply));
        const target = new URL(`${uri.pathname}${uri.search}`, origin.origin);
        // The portal takes both from the application's card.
        target.searchParams.delete("scope");
        target.searchParams.delete("redirect_uri");
        return reply.header("cache-control", "no-store").redirect(target.href, 302);
      },
    );

    scope.get(
      "/oauth/callback",
      {
        config: { rateLimit },
        schema: { summary: "The way back from the portal", tags: ["pages"], querystring: callbackQuery },
      },
      (request, reply) => callback(deps, request, request.query, reply),
    );
  };
  await app.register(routes);
}

async function callback(
  deps: OAuthDeps,
  request: FastifyRequest,
  query: z.output<typeof callbackQuery>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const login = cookieMatches(request) ? await claim(deps.store.nonces, query.state) : undefined;
  reply.clearCookie(STATE_COOKIE, { path: COOKIE_PATH });
  if (!login) return deps.pages.notice(request, reply, { status: 400, code: "login-stale" });
  if (query.error !== undefined || query.code === undefined)
    return deps.pages.notice(request, reply, { status: 403, code: "login-denied" });
  const expected = login.portal === undefined ? undefined : await deps.store.portals.find(portalId(login.portal));
  const server =
    expected?.serverEndpoint ??
    (query.server_domain === undefined ? undefined : `https://${query.server_domain}/rest/`);
  const outcome = await deps.oauth.exchangeCode(query.code, server);
  if (outcome.kind === "unreachable") return deps.pages.notice(request, reply, { status: 503, code: "login-failed" });
  if (outcome.kind === "denied") return deps.pages.notice(request, reply, { status: 403, code: "login-denied" });
  const { grant } = outcome;
  if (expected && expected.id !== grant.memberId)
    return deps.pages.notice(request, reply, { status: 403, code: "foreign" });
  const portal = await deps.store.portals.find(portalId(grant.memberId));
  if (!isInstalled(portal)) return deps.pages.notice(request, reply, { status: 403, code: "not-installed" });
  const identified = await identify(
    deps.transport,
    { ...portal, clientEndpoint: grant.clientEndpoint },
    grant.tokens.accessToken,
  );
  if (identified.kind === "unreachable") throw new HttpError(503, "portal_unreachable", identified.sentence);
  if (identified.kind === "foreign") return deps.pages.notice(request, reply, { status: 403, code: "foreign" });
  const { person } = identified;
  await deps.store.users.remember({
    portal: portal.id,
    userId: person.id,
    name: person.name,
    admin: person.admin,
    tokens: grant.tokens,
    lastSeenAt: new Date(),
  });
  request.log.info({ portal: portal.id }, "Signed in from outside the portal");
  return openPage(deps, reply, {
    page: "workplace",
    portal,
    person,
    placement: "STANDALONE",
    // Reloading the page would use the code a second time; it goes here instead.
    options: { login: `/oauth/login?domain=${encodeURIComponent(portal.domain)}` },
    language: request.headers["accept-language"],
    standalone: true,
  });
}

function cookieMatches(request: FastifyRequest): boolean {
  const cookie = request.cookies[STATE_COOKIE];
  const given = z.object({ state: z.string() }).safeParse(request.query);
  return given.success && cookie !== undefined && sameSecret(cookie, given.data.state);
}

async function claim(
  nonces: NonceRepository,
  state: string | undefined,
): Promise<z.output<typeof payload> | undefined> {
  if (state === undefined) return undefined;
  const claimed = payload.safeParse(await nonces.claim(NONCE, state));
  return claimed.success ? claimed.data : undefined;
}

/** `host[:port]` of what a person typed or a link carries; `undefined` for anything that is more than that. */
function plainDomain(value: string): string | undefined {
  const bare = value
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/\/+$/, "");
  return /^[a-z0-9.-]+(:\d{1,5})?$/.test(bare) && !bare.startsWith(".") && !bare.startsWith("-") ? bare : undefined;
}

async function originOf(
  deps: OAuthDeps,
  domain: string,
): Promise<{ readonly origin: string; readonly portal?: Portal } | undefined> {
  const portal = await deps.store.portals.findByDomain(domain);
  if (isInstalled(portal)) return { origin: new URL(portal.clientEndpoint).origin, portal };
  // A renamed portal: its new name is not known here yet, and the code's exchange will say which portal it is.
  if (!CLOUD.test(domain)) return undefined;
  const judged = deps.policy.domain(domain);
  return judged.kind === "accepted" ? { origin: new URL(judged.url).origin } : undefined;
}

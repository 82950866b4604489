/**
 * The authorization server: the one place that gets the client secret, always as a form POST (the documentation shows
 * GET, which would put the secret into access logs on the way), and the one place that says who a portal is and where.
 * Its host is judged by `endpoints.ts` before anything is sent.
 */
import { z } from "zod";
import type { TokenPair } from "../domain/portal.ts";
import type { EndpointPolicy } from "./endpoints.ts";

export interface OAuthApplication {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Used where a portal's own server endpoint is not known yet. No trailing slash. */
  readonly oauthUrl: string;
}

/** What the authorization server says about a portal, checked. */
export interface Grant {
  readonly memberId: string;
  /** REST base of the portal, judged, ends with `/rest/`. */
  readonly clientEndpoint: string;
  /** REST base of the authorization server, judged. */
  readonly serverEndpoint: string;
  /** Host[:port] of the portal. (The answer's own `domain` names the authorization server.) */
  readonly domain: string;
  readonly tokens: TokenPair;
  readonly scopes: readonly string[];
  /** Absent in the answer to a code. */
  readonly userId?: string | undefined;
  /** L local, F free, D demo, T trial, P paid, S subscription. Informational. */
  readonly status: string;
}

export type GrantOutcome =
  | { readonly kind: "granted"; readonly grant: Grant }
  /** The server understood and said no: a person must act. `code` is the server's own (`invalid_grant`, …). */
  | { readonly kind: "denied"; readonly code: string; readonly sentence: string }
  /** No or no readable answer. The pair may have been rotated all the same. */
  | { readonly kind: "unreachable"; readonly sentence: string };

export interface OAuthClient {
  /** Exchanges a refresh token for a new pair. The old one may be dead afterwards: store before use. */
  exchangeRefresh(serverEndpoint: string, refreshToken: string): Promise<GrantOutcome>;
  /** Exchanges a one-time code (30 s of life) for a pair. */
  exchangeCode(code: string, serverEndpoint?: string): Promise<GrantOutcome>;
  /**
   * Proves a portal that is not known yet: whoever holds a refresh token that our secret can exchange did install the
   * application, and the answer says in which portal. Nothing of the request itself is believed.
   */
  proveFirstContact(serverEndpoint: string, refreshToken: string): Promise<GrantOutcome>;
}

const TIMEOUT_MS = 15_000;

const grantSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires: z.coerce.number().int().positive().optional().catch(undefined),
  expires_in: z.coerce.number().int().positive().optional().catch(undefined),
  client_endpoint: z.string(),
  server_endpoint: z.string(),
  member_id: z.string().min(1).max(100),
  scope: z.string().optional(),
  user_id: z.union([z.string(), z.number()]).transform(String).optional(),
  status: z.string().optional(),
});
const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional() });

const DENIALS: Readonly<Record<string, string>> = {
  invalid_grant:
    "Bitrix24 does not accept the stored authorization any more. An administrator must open the application in Bitrix24 once.",
  invalid_client:
    "Bitrix24 does not know the application in this portal: it was removed there, or B24_CLIENT_ID / B24_CLIENT_SECRET are wrong.",
  PAYMENT_REQUIRED: "The application's subscription in this portal has run out. Renew it in Bitrix24 Market.",
  invalid_scope: "The application asks for permissions that Bitrix24 does not grant it. Update or reinstall it.",
  insufficient_scope: "The application lacks permissions. Update or reinstall it.",
};

export function createOAuthClient(
  application: OAuthApplication,
  policy: EndpointPolicy,
  now: () => number = Date.now,
): OAuthClient {
  async function ask(serverEndpoint: string, grant: Readonly<Record<string, string>>): Promise<GrantOutcome> {
    const server = policy.serverEndpoint(serverEndpoint);
    if (server.kind === "refused") return { kind: "denied", code: "foreign_server", sentence: server.sentence };
    const body = new URLSearchParams({
      client_id: application.clientId,
      client_secret: application.clientSecret,
      ...grant,
    });
    const answered = await post(new URL("/oauth/token/", server.url), body);
    if ("sentence" in answered) return { kind: "unreachable", sentence: answered.sentence };
    const refusal = refusalSchema.safeParse(answered.body);
    // A server in trouble may say so with an error code too: that is no verdict about the portal.
    if (refusal.success && answered.status < 500) return denial(refusal.data.error);
    const parsed = grantSchema.safeParse(answered.body);
    if (!parsed.success || answered.status !== 200) {
      return {
        kind: "unreachable",
        sentence: `The authorization server's answer could not be read (status ${answered.status}).`,
      };
    }
    return read(parsed.data);
  }

  function read(data: z.infer<typeof grantSchema>): GrantOutcome {
    const client = policy.clientEndpoint(data.client_endpoint);
    if (client.kind === "refused") return { kind: "denied", code: "foreign_portal", sentence: client.sentence };
    const server = policy.serverEndpoint(data.server_endpoint);
    if (server.kind === "refused") return { kind: "denied", code: "foreign_server", sentence: server.sentence };
    const lifetime = data.expires_in ?? 3600;
    // `expires` is by the server's clock; a clock that is off by more than the token's life says nothing of use.
    const stated = data.expires === undefined ? undefined : data.expires * 1000;
    const own = now() + lifetime * 1000;
    const expiresAt = stated !== undefined && Math.abs(stated - own) < lifetime * 1000 ? Math.min(stated, own) : own;
    return {
      kind: "granted",
      grant: {
        memberId: data.member_id,
        clientEndpoint: client.url,
        serverEndpoint: server.url,
        domain: new URL(client.url).host,
        tokens: { accessToken: data.access_token, refreshToken: data.refresh_token, expiresAt: new Date(expiresAt) },
        scopes: (data.scope ?? "").split(/[\s,]+/).filter((scope) => scope !== ""),
        userId: data.user_id,
        status: data.status ?? "",
      },
    };
  }

  const exchangeRefresh = (serverEndpoint: string, refreshToken: string) =>
    ask(serverEndpoint, { grant_type: "refresh_token", refresh_token: refreshToken });

  return {
    exchangeRefresh,
    proveFirstContact: exchangeRefresh,
    exchangeCode: (code, serverEndpoint) =>
      ask(serverEndpoint ?? `${application.oauthUrl}/rest/`, { grant_type: "authorization_code", code }),
  };
}

function denial(code: string): GrantOutcome {
  return {
    kind: "denied",
    code,
    sentence: DENIALS[code] ?? `Bitrix24 refused the authorization (${code.slice(0, 60)}).`,
  };
}

/** One POST; the answer's JSON or why there is none. The body of the request never appears in an error. */
async function post(
  url: URL,
  body: URLSearchParams,
): Promise<{ status: number; body: unknown } | { sentence: string }> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: "application/json", "user-agent": "Threadline" },
    });
    return { status: answer.status, body: await answer.json().catch(() => undefined) };
  } catch {
    return { sentence: `The authorization server ${url.host} cannot be reached just now.` };
  }
}

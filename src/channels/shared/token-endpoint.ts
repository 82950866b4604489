import { z } from "zod";

/**
 * A vendor's token endpoint (RFC 6749, 4.1.3 and 6), asked with this server's own client. What is sent never stands in an
 * error, and what comes back is read by schema.
 *
 * - Crash after the request: the vendor may have made new tokens that nobody has. Which of the old ones are good then is the
 *   vendor's to say; see who asks.
 * - Slow or gone: `unreachable` after 15 s. Lying: an answer that cannot be read is none.
 */
export interface TokenEndpoint {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export type TokenAnswer =
  | { readonly kind: "tokens"; readonly tokens: z.output<typeof tokensSchema> }
  /** The server's own code: `invalid_grant`, … */
  | { readonly kind: "denied"; readonly code: string }
  | { readonly kind: "unreachable"; readonly why: string };

const TIMEOUT_MS = 15_000;

const tokensSchema = z.object({
  access_token: z.string().min(1).max(10_000),
  refresh_token: z.string().min(1).max(10_000).optional(),
  expires_in: z.coerce.number().int().positive().max(31_536_000).catch(3_600),
  scope: z.string().default(""),
  id_token: z.string().max(20_000).optional(),
});
const deniedSchema = z.object({ error: z.string().min(1).max(200) });
/** Codes by which a server speaks of itself. */
const TROUBLED = ["temporarily_unavailable", "server_error"];

export async function askForTokens(
  { url, clientId, clientSecret }: TokenEndpoint,
  grant: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const { host } = new URL(url);
  let status: number;
  let body: unknown;
  try {
    const answer = await fetch(url, {
      method: "POST",
      body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...grant }),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: "application/json", "user-agent": "Threadline" },
    });
    status = answer.status;
    body = await answer.json().catch(() => undefined);
  } catch {
    return { kind: "unreachable", why: `${host} gave no answer` };
  }
  const denied = deniedSchema.safeParse(body);
  if (denied.success && status >= 400 && status < 500 && status !== 429 && !TROUBLED.includes(denied.data.error))
    return { kind: "denied", code: denied.data.error };
  const tokens = tokensSchema.safeParse(body);
  if (status !== 200 || !tokens.success) return { kind: "unreachable", why: `${host} answered ${status}` };
  return { kind: "tokens", tokens: tokens.data };
}

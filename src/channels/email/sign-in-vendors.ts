import { decodeJwt } from "jose";
import { z } from "zod";
import type { GrantOutcome, Judged, SignInVendor } from "../contract/vendor-sign-in.ts";
import { askForTokens, type TokenAnswer } from "../shared/token-endpoint.ts";
import { domainOf } from "./servers.ts";

/**
 * Google and Microsoft, who let programs into mailboxes by OAuth (XOAUTH2). Pages, endpoints and scopes: Google "Using OAuth 2.0
 * for Web Server Applications", "OpenID Connect" and "OAuth 2.0 Mechanism"; Microsoft "Microsoft identity platform and OAuth 2.0
 * authorization code flow", "Refresh tokens" and "Authenticate an IMAP, POP or SMTP connection using OAuth" (November 2026).
 *
 * Who signed in is told by the ID token. It comes straight from the token endpoint over TLS, so its signature need not be looked
 * at (OpenID Connect Core, 3.1.3.7); for whom and for which request it was made is.
 */
export interface OAuthClientKeys {
  readonly clientId: string;
  readonly clientSecret: string;
  /** In place of the vendor's own hosts, for an emulator. */
  readonly url?: string;
}

export interface MailVendors {
  readonly google?: OAuthClientKeys;
  readonly microsoft?: OAuthClientKeys;
}

/** After these the person has to sign in again; other codes speak of this server, or of the moment. */
const OVER = ["invalid_grant", "interaction_required", "consent_required", "login_required", "access_denied"];

interface Traits {
  readonly id: string;
  readonly title: string;
  readonly keys: OAuthClientKeys;
  readonly pageUrl: string;
  readonly tokenUrl: string;
  readonly scopes: readonly string[];
  /** Without it nothing can be read. */
  readonly needed: string;
  readonly variable: string;
  readonly page: (settings: z.output<typeof mailboxSchema>) => Readonly<Record<string, string>>;
  readonly isIssuer: (issuer: string, tenant: string) => boolean;
  readonly judge: (who: string, settings: z.output<typeof mailboxSchema>) => Judged;
}

const mailboxSchema = z.object({
  address: z.string().trim().catch(""),
  user: z.string().trim().catch(""),
  box: z.string().catch("shared"),
});

const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  exp: z.number(),
  nonce: z.string(),
  email: z.string().optional().catch(undefined),
  preferred_username: z.string().optional().catch(undefined),
  tid: z.string().default(""),
});

/** Clocks may differ by so much. */
const CLOCK_MS = 5 * 60_000;

export function createSignInVendors(
  { google, microsoft }: MailVendors,
  now: () => number = Date.now,
): readonly SignInVendor[] {
  return [
    ...(google ? [vendorOf(googleTraits(google), now)] : []),
    ...(microsoft ? [vendorOf(microsoftTraits(microsoft), now)] : []),
  ];
}

function googleTraits(keys: OAuthClientKeys): Traits {
  const base = keys.url ?? "https://accounts.google.com";
  return {
    id: "google",
    title: "Google",
    keys,
    pageUrl: `${base}/o/oauth2/v2/auth`,
    tokenUrl: `${keys.url ?? "https://oauth2.googleapis.com"}/token`,
    scopes: ["openid", "email", "https://mail.google.com/"],
    needed: "https://mail.google.com/",
    variable: "GOOGLE_CLIENT_ID",
    // A refresh token comes with the first consent only, unless consent is asked for again.
    page: (box) => ({ access_type: "offline", prompt: "consent", login_hint: nameOf(box) }),
    isIssuer: (issuer) => issuer === base || `https://${issuer}` === base,
    judge: (who, box) =>
      isSameGoogle(who, nameOf(box))
        ? { kind: "fits" }
        : {
            kind: "other",
            sentence: `The mailbox is ${nameOf(box)}, and ${who} signed in. Sign in as the mailbox; if its address is only another name of ${who}, write that as the user name.`,
          },
  };
}

function microsoftTraits(keys: OAuthClientKeys): Traits {
  const base = keys.url ?? "https://login.microsoftonline.com";
  return {
    id: "microsoft",
    title: "Microsoft",
    keys,
    pageUrl: `${base}/common/oauth2/v2.0/authorize`,
    tokenUrl: `${base}/common/oauth2/v2.0/token`,
    scopes: [
      ...["openid", "email", "profile", "offline_access"],
      ...["https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send"],
    ],
    needed: "https://outlook.office.com/IMAP.AccessAsUser.All",
    variable: "MICROSOFT_CLIENT_ID",
    // A shared mailbox cannot sign in: somebody does who may open it, and chooses as whom.
    page: (box) => ({
      response_mode: "query",
      ...(box.box === "personal" ? { login_hint: nameOf(box) } : { prompt: "select_account" }),
    }),
    isIssuer: (issuer, tenant) => tenant !== "" && issuer === `${base}/${tenant}/v2.0`,
    judge(who, box) {
      if (who.toLowerCase() === nameOf(box).toLowerCase()) return { kind: "fits" };
      if (box.box === "personal")
        return {
          kind: "other",
          sentence: `The mailbox is ${nameOf(box)}, and ${who} signed in. Sign in as the mailbox; if it is a shared mailbox, say that it is a department's.`,
        };
      return {
        kind: "fits",
        sentence: `${who} signed in for ${box.address}. That works if ${box.address} is a shared mailbox and ${who} has full access to it.`,
      };
    },
  };
}

/** What the provider knows the mailbox by. */
const nameOf = ({ user, address }: z.output<typeof mailboxSchema>): string => (user === "" ? address : user);

/** In Gmail's own domains dots say nothing, and both names are one. */
function isSameGoogle(one: string, other: string): boolean {
  const plain = (address: string): string => {
    const [name = "", domain = ""] = [address.slice(0, address.lastIndexOf("@")).toLowerCase(), domainOf(address)];
    const isGmail = domain === "gmail.com" || domain === "googlemail.com";
    return isGmail ? `${name.replaceAll(".", "")}@gmail.com` : `${name}@${domain}`;
  };
  return plain(one) === plain(other);
}

function vendorOf(traits: Traits, now: () => number): SignInVendor {
  const { id, title, keys } = traits;
  const endpoint = { url: traits.tokenUrl, clientId: keys.clientId, clientSecret: keys.clientSecret };
  const read = (settings: Readonly<Record<string, unknown>>) => mailboxSchema.parse(settings);

  function failed(answer: Exclude<TokenAnswer, { kind: "tokens" }>, over: string): GrantOutcome {
    if (answer.kind === "unreachable")
      return {
        kind: "unreachable",
        sentence: `${title} could not be asked for the sign-in (${answer.why}). It will be tried again.`,
      };
    if (OVER.includes(answer.code)) return { kind: "refused", sentence: over };
    return {
      kind: "unreachable",
      sentence: `${title} does not take this server's sign-in (${answer.code}). The operator of this server should check ${traits.variable} and its secret.`,
    };
  }

  const granted = (tokens: Extract<TokenAnswer, { kind: "tokens" }>["tokens"], who?: string): GrantOutcome => ({
    kind: "granted",
    tokens: {
      accessToken: tokens.access_token,
      ...(tokens.refresh_token !== undefined && { refreshToken: tokens.refresh_token }),
      expiresAt: new Date(now() + tokens.expires_in * 1_000),
      ...(who !== undefined && { who }),
    },
  });

  /** `undefined`: it was not made for us, or not for this request. */
  function whoOf(idToken: string | undefined, nonce: string): string | undefined {
    const claims = claimsSchema.safeParse(idToken === undefined ? undefined : decoded(idToken));
    if (!claims.success) return undefined;
    const { iss, aud, exp, tid, email, preferred_username } = claims.data;
    const isOurs = aud === keys.clientId && claims.data.nonce === nonce && exp * 1_000 > now() - CLOCK_MS;
    const who = email ?? preferred_username ?? "";
    return isOurs && traits.isIssuer(iss, tid) && who.includes("@") ? who : undefined;
  }

  return {
    id,
    title,
    pageUrl({ redirectUri, state, challenge, nonce, settings }) {
      const url = new URL(traits.pageUrl);
      url.search = new URLSearchParams({
        client_id: keys.clientId,
        redirect_uri: redirectUri,
        response_type: "code",
        scope: traits.scopes.join(" "),
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: "S256",
        ...traits.page(read(settings)),
      }).toString();
      return url.href;
    },

    async exchange({ code, verifier, redirectUri, nonce }) {
      const answer = await askForTokens(endpoint, {
        grant_type: "authorization_code",
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      });
      if (answer.kind !== "tokens") return failed(answer, `${title} did not confirm this sign-in. Sign in again.`);
      const { scope, id_token, refresh_token } = answer.tokens;
      if (!scope.split(" ").includes(traits.needed) || refresh_token === undefined)
        return {
          kind: "refused",
          sentence: `${title} was not allowed to let this application read and send the mail. Sign in again and leave everything ticked that is asked for.`,
        };
      const who = whoOf(id_token, nonce);
      return who === undefined
        ? { kind: "refused", sentence: `${title} did not say who signed in. Sign in again.` }
        : granted(answer.tokens, who);
    },

    async renew(refreshToken) {
      const answer = await askForTokens(endpoint, { grant_type: "refresh_token", refresh_token: refreshToken });
      if (answer.kind === "tokens") return granted(answer.tokens);
      return failed(answer, `${title} has ended this application's access to the mailbox. Sign in there again.`);
    },

    judge: (who, settings) => traits.judge(who, read(settings)),
  };
}

function decoded(token: string): unknown {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

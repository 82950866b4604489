import { createHash, randomBytes } from "node:crypto";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { generateKeyPair, SignJWT } from "jose";
import { parseForm } from "../../../src/server/app.ts";
import { VendorServer } from "../shared/vendor-server.ts";

/** A person's part at the vendor's page. */
export interface AtThePage {
  /** Who signs in; default: whom the address of the page hints at. */
  readonly who?: string;
  readonly denies?: boolean;
  /** Takes the tick off what would let the mail be read (Google lets people choose). */
  readonly unticks?: boolean;
}

interface Code {
  readonly who: string;
  readonly nonce: string | undefined;
  readonly challenge: string | undefined;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly refreshes: boolean;
  readonly until: number;
}

interface Token {
  readonly who: string;
  readonly until: number;
}

interface Refresh {
  readonly who: string;
  readonly scopes: readonly string[];
}

export interface TokenCall {
  readonly grant: string;
  readonly status: number;
}

type Fields = Readonly<Record<string, unknown>>;

class Denied extends Error {
  readonly status: number;
  readonly code: string;
  constructor(code: string, status = 400) {
    super(code);
    this.code = code;
    this.status = status;
  }
}

const CODE_MS = 10 * 60_000;

/** One of the two vendors. */
export class EmulatedVendor {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly calls: TokenCall[] = [];
  /** What the next people do at the page. */
  atThePage: AtThePage = {};
  /** Seconds that access tokens live. */
  lives = 3_599;
  /** Answered instead of anything else, while it is set. */
  trouble: number | undefined;
  /** Awaited before an answer of the token endpoint leaves; what it does is done before that. */
  hold: () => Promise<void> = () => Promise.resolve();
  private readonly codes = new Map<string, Code>();
  private readonly tokens = new Map<string, Token>();
  private readonly refreshes = new Map<string, Refresh>();
  private readonly base: () => string;
  readonly kind: "google" | "microsoft";

  constructor(kind: "google" | "microsoft", base: () => string) {
    this.kind = kind;
    this.base = base;
    this.clientId = `${kind}-client`;
    this.clientSecret = `${kind}-secret-${randomBytes(6).toString("hex")}`;
  }

  /** The address behind a token that lives; `undefined`: there is no such one. */
  ownerOf(token: string): string | undefined {
    const found = this.tokens.get(token);
    return found && found.until > Date.now() ? found.who : undefined;
  }

  /** Access tokens are refused from now on, as if their time were over. */
  expireTokens(): void {
    this.tokens.clear();
  }

  /** The person takes the application's access away. */
  revoke(who: string): void {
    for (const store of [this.tokens, this.refreshes])
      for (const [key, { who: owner }] of store) if (owner === who) store.delete(key);
  }

  renewals(): number {
    return this.calls.filter(({ grant, status }) => grant === "refresh_token" && status === 200).length;
  }

  /** The page; the person does their part at once. */
  authorise(query: Fields, reply: FastifyReply): FastifyReply {
    const text = (key: string) => (typeof query[key] === "string" ? query[key] : undefined);
    if (text("client_id") !== this.clientId) return reply.code(401).type("text/html").send("Error 401: invalid_client");
    const redirectUri = text("redirect_uri");
    if (redirectUri === undefined || text("response_type") !== "code")
      return reply.code(400).type("text/html").send("Error 400: invalid_request");
    const back = new URL(redirectUri);
    if (text("state") !== undefined) back.searchParams.set("state", text("state") ?? "");
    const end = (fields: Readonly<Record<string, string>>): FastifyReply => {
      for (const [key, value] of Object.entries(fields)) back.searchParams.set(key, value);
      return reply.redirect(back.href, 302);
    };
    const wanted = (text("scope") ?? "").split(" ").filter(Boolean);
    if (wanted.length === 0) return end({ error: "invalid_request" });
    if (text("code_challenge") !== undefined && text("code_challenge_method") !== "S256")
      return end({ error: "invalid_request" });
    if (this.atThePage.denies) return end({ error: "access_denied" });
    const who = this.atThePage.who ?? text("login_hint");
    if (who === undefined) return reply.code(200).type("text/html").send("Who are you?");
    const scopes = this.atThePage.unticks ? wanted.filter((scope) => !scope.includes("mail.google.com")) : wanted;
    const code = randomBytes(16).toString("base64url");
    this.codes.set(code, {
      who,
      scopes,
      redirectUri,
      nonce: text("nonce"),
      challenge: text("code_challenge"),
      refreshes:
        this.kind === "google"
          ? text("access_type") === "offline" && (text("prompt") ?? "").includes("consent")
          : scopes.includes("offline_access"),
      until: Date.now() + CODE_MS,
    });
    return end(this.kind === "google" ? { code, scope: scopes.join(" ") } : { code });
  }

  async answer(body: Fields, reply: FastifyReply): Promise<FastifyReply> {
    const grant = String(body["grant_type"] ?? "");
    const done = async (status: number, answer: Fields): Promise<FastifyReply> => {
      this.calls.push({ grant, status });
      await this.hold();
      return reply.code(status).send(answer);
    };
    if (this.trouble !== undefined) return await done(this.trouble, { error: "server_error" });
    try {
      if (body["client_id"] !== this.clientId || body["client_secret"] !== this.clientSecret)
        throw new Denied("invalid_client", 401);
      if (grant === "authorization_code") return await done(200, await this.exchange(body));
      if (grant === "refresh_token") return await done(200, this.renew(body));
      throw new Denied("unsupported_grant_type");
    } catch (error) {
      if (!(error instanceof Denied)) throw error;
      return await done(error.status, { error: error.code, error_description: "as documented" });
    }
  }

  private async exchange(body: Fields): Promise<Fields> {
    const key = String(body["code"] ?? "");
    const code = this.codes.get(key);
    this.codes.delete(key);
    if (!code || code.until < Date.now()) throw new Denied("invalid_grant");
    if (code.redirectUri !== body["redirect_uri"])
      throw new Denied(this.kind === "google" ? "redirect_uri_mismatch" : "invalid_grant");
    if (code.challenge !== undefined) {
      const made = createHash("sha256")
        .update(String(body["code_verifier"] ?? ""))
        .digest("base64url");
      if (made !== code.challenge) throw new Denied("invalid_grant");
    }
    return {
      ...this.newToken(code.who, code.scopes),
      ...(code.refreshes && { refresh_token: this.newRefresh(code) }),
      ...(code.scopes.includes("openid") && { id_token: await this.idToken(code) }),
    };
  }

  private renew(body: Fields): Fields {
    const found = this.refreshes.get(String(body["refresh_token"] ?? ""));
    if (!found) throw new Denied("invalid_grant");
    return {
      ...this.newToken(found.who, found.scopes),
      ...(this.kind === "microsoft" && { refresh_token: this.newRefresh(found) }),
    };
  }

  private newToken(who: string, scopes: readonly string[]): Fields {
    const token = `${this.kind === "google" ? "ya29." : "EwB"}${randomBytes(24).toString("base64url")}`;
    this.tokens.set(token, { who, until: Date.now() + this.lives * 1_000 });
    const told = scopes.filter((scope) => scope !== "offline_access");
    return { access_token: token, token_type: "Bearer", expires_in: this.lives, scope: told.join(" ") };
  }

  private newRefresh({ who, scopes }: Refresh): string {
    const token = `${this.kind === "google" ? "1//" : "M.C5_"}${randomBytes(24).toString("base64url")}`;
    this.refreshes.set(token, { who, scopes });
    return token;
  }

  private async idToken({ who, nonce }: Code): Promise<string> {
    const { privateKey } = await keys;
    const tenant = "9188040d-6c67-4c5b-b112-36a304b66dad";
    const own =
      this.kind === "google"
        ? { email: who, email_verified: true }
        : { preferred_username: who, tid: tenant, ver: "2.0" };
    return await new SignJWT({ ...own, ...(nonce !== undefined && { nonce }) })
      .setProtectedHeader({ alg: "RS256", kid: "1" })
      .setIssuer(this.kind === "google" ? this.base() : `${this.base()}/${tenant}/v2.0`)
      .setAudience(this.clientId)
      .setSubject("110169484474386276334")
      .setIssuedAt()
      .setExpirationTime("1 hour")
      .sign(privateKey);
  }
}

const keys = generateKeyPair("RS256");

export class MailVendorsEmulator {
  readonly google: EmulatedVendor;
  readonly microsoft: EmulatedVendor;
  private readonly server = new VendorServer();

  constructor() {
    this.google = new EmulatedVendor("google", () => this.url);
    this.microsoft = new EmulatedVendor("microsoft", () => this.url);
  }

  get url(): string {
    return this.server.url;
  }

  /** What the server under test is started with. */
  env(): Record<string, string> {
    return {
      GOOGLE_CLIENT_ID: this.google.clientId,
      GOOGLE_CLIENT_SECRET: this.google.clientSecret,
      GOOGLE_OAUTH_URL: this.url,
      MICROSOFT_CLIENT_ID: this.microsoft.clientId,
      MICROSOFT_CLIENT_SECRET: this.microsoft.clientSecret,
      MICROSOFT_OAUTH_URL: this.url,
    };
  }

  async start(): Promise<this> {
    const app = Fastify({ forceCloseConnections: true });
    app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) =>
      done(null, parseForm(String(body))),
    );
    const page = (vendor: EmulatedVendor) => (request: FastifyRequest, reply: FastifyReply) =>
      vendor.authorise(request.query as Fields, reply);
    const token = (vendor: EmulatedVendor) => (request: FastifyRequest, reply: FastifyReply) =>
      vendor.answer(request.body as Fields, reply);
    app.get("/o/oauth2/v2/auth", page(this.google));
    app.post("/token", token(this.google));
    app.get("/common/oauth2/v2.0/authorize", page(this.microsoft));
    app.post("/common/oauth2/v2.0/token", token(this.microsoft));
    app.get("/introspect", (request) => {
      const given = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
      const who = this.google.ownerOf(given) ?? this.microsoft.ownerOf(given);
      return who === undefined ? { active: false } : { active: true, username: who };
    });
    await this.server.listen(app);
    return this;
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

export const startMailVendors = (): Promise<MailVendorsEmulator> => new MailVendorsEmulator().start();

/** A browser that opens the vendor's page and is sent back: the address of the way back. */
export async function followPage(url: string): Promise<string> {
  const answer = await fetch(url, { redirect: "manual" });
  const location = answer.headers.get("location");
  if (location === null) throw new Error(`the page sent nobody back: ${answer.status} ${await answer.text()}`);
  return location;
}

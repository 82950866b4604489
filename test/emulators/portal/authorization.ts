import { randomBytes } from "node:crypto";
import type { ApplicationCard } from "./model.ts";

export interface AccessToken {
  readonly value: string;
  readonly portalId: string;
  /** null = a webhook: no application context. */
  readonly clientId: string | null;
  readonly userId: number;
  readonly scope: string[];
  expiresAt: number;
}

interface RefreshToken {
  readonly value: string;
  readonly portalId: string;
  readonly clientId: string;
  readonly userId: number;
  expiresAt: number;
  /** When it was exchanged for a new pair; dead afterwards (see refreshGraceMs). */
  usedAt: number | null;
}

interface AuthorizationCode {
  readonly portalId: string;
  readonly clientId: string;
  readonly userId: number;
  readonly expiresAt: number;
}

export interface TokenPair {
  access: AccessToken;
  refresh: string;
}

export interface AuthorizationOptions {
  accessLifetimeMs: number;
  refreshLifetimeMs: number;
  codeLifetimeMs: number;
  /**
   * How long a refresh token that was already exchanged is still accepted. The platform's behaviour is not
   * documented; 0 (dead at once) is the strict reading.
   */
  refreshGraceMs: number;
}

/** What the token endpoint needs to know about a portal. */
export interface PortalFacts {
  readonly memberId: string;
  readonly clientEndpoint: string;
  readonly deleted: boolean;
  installation(clientId: string): { scope: string[]; status: string; paymentExpired: boolean } | undefined;
}

export type TokenAnswer =
  | { readonly status: 200; readonly body: Record<string, unknown> }
  | { readonly status: 400 | 401 | 402; readonly body: { error: string; error_description: string } };

function tokenError(status: 400 | 401 | 402, error: string, description: string): TokenAnswer {
  return { status, body: { error, error_description: description } };
}

/** The authorization server's memory: application cards, codes, tokens. */
export class AuthorizationServer {
  readonly cards = new Map<string, ApplicationCard>();
  readonly #access = new Map<string, AccessToken>();
  readonly #refresh = new Map<string, RefreshToken>();
  readonly #codes = new Map<string, AuthorizationCode>();
  readonly #options: AuthorizationOptions;
  readonly #now: () => number;
  /** Set once listening; host:port. */
  address = "";

  constructor(options: AuthorizationOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  get accessLifetimeSeconds(): number {
    return Math.floor(this.#options.accessLifetimeMs / 1000);
  }

  get serverEndpoint(): string {
    return `http://${this.address}/rest/`;
  }

  issueAccess(portalId: string, clientId: string | null, userId: number, scope: string[]): AccessToken {
    const token: AccessToken = {
      value: randomBytes(35).toString("hex"),
      portalId,
      clientId,
      userId,
      scope: [...scope],
      expiresAt: this.#now() + this.#options.accessLifetimeMs,
    };
    this.#access.set(token.value, token);
    return token;
  }

  issuePair(portalId: string, clientId: string, userId: number, scope: string[]): TokenPair {
    const access = this.issueAccess(portalId, clientId, userId, scope);
    const value = randomBytes(35).toString("hex");
    this.#refresh.set(value, {
      value,
      portalId,
      clientId,
      userId,
      expiresAt: this.#now() + this.#options.refreshLifetimeMs,
      usedAt: null,
    });
    return { access, refresh: value };
  }

  issueCode(portalId: string, clientId: string, userId: number): string {
    const code = randomBytes(20).toString("hex");
    this.#codes.set(code, { portalId, clientId, userId, expiresAt: this.#now() + this.#options.codeLifetimeMs });
    return code;
  }

  /** The token, also when expired: callers tell expired from unknown. */
  findAccess(value: string): AccessToken | undefined {
    return this.#access.get(value);
  }

  isExpired(token: AccessToken): boolean {
    return token.expiresAt <= this.#now();
  }

  /** Makes access tokens of a portal (and application) expire at once; returns how many. */
  expireAccess(portalId: string, clientId?: string): number {
    let count = 0;
    for (const token of this.#access.values()) {
      if (token.portalId !== portalId || (clientId !== undefined && token.clientId !== clientId)) continue;
      token.expiresAt = Math.min(token.expiresAt, this.#now());
      count += 1;
    }
    return count;
  }

  /** Refresh tokens stop working, as after six months of silence or a dismissal. */
  revokeRefresh(portalId: string, clientId?: string): number {
    let count = 0;
    for (const token of this.#refresh.values()) {
      if (token.portalId !== portalId || (clientId !== undefined && token.clientId !== clientId)) continue;
      this.#refresh.delete(token.value);
      count += 1;
    }
    return count;
  }

  /** Everything an uninstalled application held becomes unknown. */
  forget(portalId: string, clientId: string): void {
    this.revokeRefresh(portalId, clientId);
    for (const token of this.#access.values()) {
      if (token.portalId === portalId && token.clientId === clientId) this.#access.delete(token.value);
    }
  }

  /** Which portal a token request is about, for logs and faults; undefined when its grant is unknown. */
  portalOf(request: Record<string, unknown>): string | undefined {
    const { refresh_token: refresh, code } = request;
    if (typeof refresh === "string") return this.#refresh.get(refresh)?.portalId;
    return typeof code === "string" ? this.#codes.get(code)?.portalId : undefined;
  }

  /** GET or POST /oauth/token/ */
  exchange(request: Record<string, unknown>, findPortal: (id: string) => PortalFacts | undefined): TokenAnswer {
    const text = (name: string): string => (typeof request[name] === "string" ? request[name] : "");
    const grant = text("grant_type");
    if (grant !== "authorization_code" && grant !== "refresh_token") {
      return tokenError(400, "invalid_request", "grant_type must be authorization_code or refresh_token");
    }
    const card = this.cards.get(text("client_id"));
    if (card === undefined || card.clientSecret !== text("client_secret")) {
      return tokenError(401, "invalid_client", "Invalid client credentials");
    }
    return grant === "authorization_code"
      ? this.#exchangeCode(card, text("code"), findPortal)
      : this.#exchangeRefresh(card, text("refresh_token"), findPortal);
  }

  #exchangeCode(card: ApplicationCard, code: string, findPortal: (id: string) => PortalFacts | undefined): TokenAnswer {
    const grant = this.#codes.get(code);
    this.#codes.delete(code);
    if (grant === undefined || grant.clientId !== card.clientId || grant.expiresAt <= this.#now()) {
      return tokenError(400, "invalid_grant", "The authorization code is invalid, used or expired");
    }
    return this.#answerPair(card, grant.portalId, grant.userId, findPortal, false);
  }

  #exchangeRefresh(
    card: ApplicationCard,
    value: string,
    findPortal: (id: string) => PortalFacts | undefined,
  ): TokenAnswer {
    const token = this.#refresh.get(value);
    const now = this.#now();
    const dead =
      token === undefined ||
      token.clientId !== card.clientId ||
      token.expiresAt <= now ||
      (token.usedAt !== null && token.usedAt + this.#options.refreshGraceMs <= now);
    if (dead) return tokenError(400, "invalid_grant", "The refresh token is invalid, used or expired");
    const answer = this.#answerPair(card, token.portalId, token.userId, findPortal, true);
    if (answer.status === 200) token.usedAt ??= now;
    return answer;
  }

  #answerPair(
    card: ApplicationCard,
    portalId: string,
    userId: number,
    findPortal: (id: string) => PortalFacts | undefined,
    renewal: boolean,
  ): TokenAnswer {
    const portal = findPortal(portalId);
    const installation = portal?.installation(card.clientId);
    if (portal === undefined || portal.deleted || installation === undefined) {
      return tokenError(401, "invalid_client", "The application is not installed in this portal");
    }
    if (installation.paymentExpired) return tokenError(402, "PAYMENT_REQUIRED", "Payment required");
    const pair = this.issuePair(portalId, card.clientId, userId, installation.scope);
    return {
      status: 200,
      body: {
        access_token: pair.access.value,
        refresh_token: pair.refresh,
        ...(renewal ? { expires: Math.floor(pair.access.expiresAt / 1000), user_id: userId } : {}),
        expires_in: this.accessLifetimeSeconds,
        client_endpoint: portal.clientEndpoint,
        server_endpoint: this.serverEndpoint,
        domain: this.address,
        member_id: portal.memberId,
        scope: installation.scope.join(","),
        status: installation.status,
      },
    };
  }
}

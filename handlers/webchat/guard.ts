import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Account } from "../../src/domain/account.ts";
import { accountId } from "../../src/domain/ids.ts";
import { createRateGate, type RateGate } from "../../src/server/rate-limits.ts";
import type { WebchatDependencies, WebchatLimits } from "./contract.ts";

/** What the hooks of a route found out about its caller. */
export interface Caller {
  readonly account: Account;
  /** Empty where a route needs no visitor. */
  readonly visitor: string;
}

const callers = new WeakMap<FastifyRequest, Caller>();

/** @throws for a route that was registered without the hooks: our bug. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (!caller) throw new Error("a web chat route runs without its guard");
  return caller;
}

export const fail = (reply: FastifyReply, status: number, code: string, message: string) =>
  reply.code(status).send({ error: { code, message } });

/**
 * Finds the account, checks the site and says so to the browser. Runs before a body is read.
 *
 * A browser sends `Origin` with every cross-site request and every POST; only a same-origin GET comes without, and
 * there the token is the proof. Where no token stands behind a request (`originNeeded`), no Origin means no answer.
 */
export function admitSite(deps: WebchatDependencies) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { accountId: id } = request.params as { accountId?: string };
    reply
      .header("vary", "Origin")
      .header("cache-control", "no-store")
      .header("cross-origin-resource-policy", "cross-origin");
    // Not even asked for what cannot be an id.
    const account = !z.uuid().safeParse(id).success
      ? undefined
      : await deps.store.accounts.findAnywhere(accountId(String(id)));
    if (account?.channel !== "webchat")
      return fail(reply, 404, "unknown-account", "There is no web chat with this id.");
    callers.set(request, { account, visitor: "" });
    const { origin } = request.headers;
    if (origin === undefined) {
      if (request.method === "GET") return;
      return fail(reply, 403, "origin-missing", "The web chat answers pages in a browser only.");
    }
    if (!deps.desk.allowsOrigin(account, origin)) {
      return fail(reply, 403, "origin-refused", "This site is not on the web chat's list of sites.");
    }
    reply.header("access-control-allow-origin", origin).header("access-control-expose-headers", "Retry-After");
  };
}

/** Answers the browser's question before a cross-site request. The site was admitted by then. */
export async function preflight(_request: FastifyRequest, reply: FastifyReply) {
  return reply
    .code(204)
    .header("access-control-allow-methods", "GET, POST")
    .header("access-control-allow-headers", "Authorization, Content-Type, Last-Event-ID")
    .header("access-control-max-age", "7200")
    .send();
}

/** Reads `Authorization: Bearer …`; the scheme's name in any case. */
export function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? "")?.[1];
}

/** Lets a visitor of this very account through. */
export function admitVisitor(deps: WebchatDependencies) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { account } = callerOf(request);
    const token = bearerOf(request);
    const visitor = token === undefined ? undefined : await deps.desk.readToken(account.id, token);
    if (visitor === undefined)
      return fail(reply, 401, "token-refused", "The visitor's token is missing, expired or of another chat.");
    callers.set(request, { account, visitor });
  };
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

export interface Gates {
  readonly ip: Hook;
  readonly session: Hook;
  readonly visitor: Hook;
  readonly message: Hook;
  readonly file: Hook;
  readonly typing: Hook;
}

/**
 * Per IP they stop floods before any work; per visitor they keep one open page from filling an agent's screen.
 */
export function createGates(app: FastifyInstance, limits: WebchatLimits): Gates {
  const perIp = (name: string, max: number) => hookOf(createRateGate(app, `webchat ip ${name}`, max));
  const perVisitor = (name: string, max: number) =>
    hookOf(
      createRateGate(app, `webchat visitor ${name}`, max, (request) => {
        const { account, visitor } = callerOf(request);
        return `${account.id} ${visitor}`;
      }),
    );
  return {
    ip: perIp("any", limits.perIp),
    session: perIp("session", limits.sessionsPerIp),
    visitor: perVisitor("any", limits.requestsPerVisitor),
    message: both(perIp("message", limits.messagesPerIp), perVisitor("message", limits.messagesPerVisitor)),
    file: both(perIp("file", limits.filesPerIp), perVisitor("file", limits.filesPerVisitor)),
    typing: perVisitor("typing", limits.typingPerVisitor),
  };
}

function hookOf(gate: RateGate): Hook {
  return async (request, reply) => {
    const seconds = await gate(request);
    if (seconds === undefined) return undefined;
    reply.header("retry-after", String(seconds));
    return fail(reply, 429, "too-many-requests", `Too many requests; try again in ${seconds} s.`);
  };
}

function both(first: Hook, second: Hook): Hook {
  return async (request, reply) => (await first(request, reply)) ?? second(request, reply);
}

/** Counts what is open at once in this process under a key: it is this process that the open streams cost. */
export function createOpenCount() {
  const counts = new Map<string, number>();
  return {
    /** Answers how to give the place back, or `undefined` when all are taken. */
    take(key: string, max: number): (() => void) | undefined {
      const now = counts.get(key) ?? 0;
      if (now >= max) return undefined;
      counts.set(key, now + 1);
      let isGiven = false;
      return () => {
        if (isGiven) return;
        isGiven = true;
        const left = (counts.get(key) ?? 1) - 1;
        if (left <= 0) counts.delete(key);
        else counts.set(key, left);
      };
    },
  };
}

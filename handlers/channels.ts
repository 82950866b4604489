import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ChannelAdapter } from "../src/channels/contract.ts";
import { accountId } from "../src/domain/ids.ts";
import type { InboundAcceptor } from "../src/relay/accept-inbound.ts";
import type { AccountCache } from "../src/relay/account-cache.ts";
import { bytesOf, keepRawBodies } from "../src/server/raw-bodies.ts";

export interface ChannelHandlerDeps {
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly accounts: AccountCache;
  readonly acceptor: InboundAcceptor;
}

/** Vendors' updates are small; their files are fetched, not posted. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * `POST /channels/:channel/:accountId`: the vendor's webhook. The adapter judges the raw request (proof included); 200
 * is said only after the commit, so that a vendor who hears anything else sends again.
 */
export async function registerChannels(app: FastifyInstance, deps: ChannelHandlerDeps): Promise<void> {
  const routes: FastifyPluginAsync = async (scope) => {
    keepRawBodies(scope, MAX_BODY_BYTES);
    scope.route({
      method: ["GET", "POST"],
      url: "/channels/:channel/:accountId",
      schema: { hide: true },
      handler: async (request: FastifyRequest<{ Params: { channel: string; accountId: string } }>, reply) => {
        const adapter = deps.channels.get(request.params.channel);
        const id = request.params.accountId;
        const account = adapter && UUID.test(id) ? await deps.accounts.find(accountId(id)) : undefined;
        if (!adapter || account?.channel !== adapter.id) {
          return reply
            .code(404)
            .send({ error: { code: "unknown_account", message: "There is no such channel account here." } });
        }
        const rawBody = bytesOf(request.body);
        const query = typeof request.query === "object" && request.query !== null ? { ...request.query } : {};
        const received = adapter.receive({ method: request.method, headers: request.headers, rawBody, query }, account);
        if (received.kind === "rejected") {
          request.log.warn(
            { channel: adapter.id, account: account.id, reason: received.reason },
            "a webhook was rejected",
          );
          return reply.code(received.status).send({ error: { code: "rejected", message: received.reason } });
        }
        if (received.kind === "challenge")
          return reply.code(received.status).type(received.contentType).send(received.body);
        adapter.arrived?.(account, received.events);
        await deps.acceptor.accept(account, received.events);
        if (received.answer) return reply.type(received.answer.contentType).send(received.answer.body);
        return reply.send({ ok: true });
      },
    });
  };
  await app.register(routes);
}

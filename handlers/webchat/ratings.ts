import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { WebchatDependencies } from "./contract.ts";
import { callerOf, fail } from "./guard.ts";
import { readPage } from "./history.ts";

const ratingBody = z.object({ session: z.string().min(1).max(64), value: z.int().min(0).max(5) });

/**
 * A visitor's word on a conversation that was closed. Twice, or after a crash: the first one stands, by its key. For a
 * session that is not the last closed one: refused, because the visitor saw another question.
 */
export function postRating(deps: WebchatDependencies) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const caller = callerOf(request);
    const body = ratingBody.safeParse(request.body);
    if (!body.success) return fail(reply, 400, "bad-rating", z.prettifyError(body.error));
    const { session, value } = body.data;
    const { rating } = await readPage(deps, caller, "latest", 1);
    if (rating?.session !== session) return fail(reply, 409, "not-asked", "This conversation cannot be rated now.");
    const isOnScale = rating.scale === "stars" ? value >= 1 : value <= 1;
    if (!isOnScale) return fail(reply, 400, "bad-rating", "Stars are 1 to 5, a thumb is 1 or 0.");
    await deps.acceptInbound(caller.account, [
      deps.desk.rating(caller.visitor, { scale: rating.scale, value, session }),
    ]);
    deps.desk.hub.notify(caller.account.id, caller.visitor);
    return reply.code(204).send();
  };
}

/**
 * `POST /robots/:code`: an automation rule or a workflow of a portal has come to a step of ours.
 *
 * Proof: `auth.application_token` of the portal that `auth.member_id` names, compared in constant time; without it nothing
 * is stored. Answered 200 as soon as the call is durable: in the database, or (database away) in the spool on disk. What it
 * asks for is done by a worker, and its workflow is told then.
 *
 * The portal's queue sends a call once, so a 503 would lose it. Twice all the same: its token is unique, and the second one is
 * answered like the first. Out of order: each call stands alone.
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { type PortalId, portalId } from "../src/domain/ids.ts";
import { ROBOTS, type Robot } from "../src/domain/robot.ts";
import type { Logger } from "../src/log/log.ts";
import type { Metrics } from "../src/log/metrics.ts";
import { parseRobotCall, type RobotCallBody } from "../src/portal/robot-schemas.ts";
import type { Spool } from "../src/relay/spool.ts";
import { type App, parseForm } from "../src/server/app.ts";
import { HttpError } from "../src/server/errors.ts";
import { bytesOf, keepRawBodies } from "../src/server/raw-bodies.ts";
import { type Store, StoreUnavailable } from "../src/store/contract.ts";
import { provePortal } from "./prove.ts";

export interface RobotsDeps {
  readonly store: Pick<Store, "portals" | "robots">;
  readonly spool: Spool;
  readonly inTurn: <T>(portal: PortalId, work: () => Promise<T>) => Promise<T>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

const MAX_BODY_BYTES = 1024 * 1024;
const FORM = /^application\/x-www-form-urlencoded\b/i;
const params = z.object({ code: z.enum(ROBOTS) });
/** A spooled call keeps which robot was called in front of its body. */
const SPOOLED = /^([a-z]+)\n(.*)$/s;

export async function registerRobots(app: App, deps: RobotsDeps): Promise<void> {
  await deps.spool.start(async ({ body, receivedAt }) => {
    const [, robot, form = ""] = SPOOLED.exec(body) ?? [];
    const known = params.safeParse({ code: robot }).data;
    try {
      if (known) await take(deps, known.code, parsed(form), new Date(receivedAt));
      return "done";
    } catch (error) {
      if (error instanceof StoreUnavailable) return "later";
      deps.log.warn({ err: error, robot }, "A robot's call from the spool was not accepted");
      return "done";
    }
  });
  const routes: FastifyPluginAsync = async (scope) => {
    keepRawBodies(scope, MAX_BODY_BYTES);
    scope.post("/robots/:code", { schema: { hide: true } }, (request, reply) => answer(deps, request, reply));
  };
  await app.register(routes);
}

async function answer(deps: RobotsDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const robot = params.safeParse(request.params).data?.code;
  if (robot === undefined) throw new HttpError(404, "unknown_robot", "There is no such robot.");
  if (!FORM.test(request.headers["content-type"] ?? ""))
    throw new HttpError(415, "wrong_content_type", "Calls of robots come as application/x-www-form-urlencoded.");
  const body = bytesOf(request.body).toString("utf8");
  const call = parsed(body);
  const now = new Date();
  try {
    await take(deps, robot, call, now);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const kept = await deps.spool.put({
      ...{ receivedAt: now.toISOString(), contentType: "application/x-www-form-urlencoded", body: `${robot}\n${body}` },
    });
    deps.metrics.events.inc({ event: "robot", outcome: kept === "kept" ? "spooled" : "lost" });
    if (kept === "full") throw new HttpError(503, "unavailable", "The database is away and the spool is full.");
  }
  return reply.send({ ok: true });
}

function parsed(body: string): RobotCallBody {
  const call = parseRobotCall(parseForm(body));
  if (call.kind === "malformed") throw new HttpError(400, "malformed", `The call cannot be read: ${call.reason}`);
  return call;
}

/** @throws HttpError 4xx for what is not proved; StoreUnavailable */
async function take(deps: RobotsDeps, robot: Robot, call: RobotCallBody, at: Date): Promise<void> {
  const portal = provePortal(await deps.store.portals.find(portalId(call.memberId)), call.applicationToken);
  const { token, workflow, card, properties, returns } = call;
  const accepted = await deps.inTurn(portal.id, () =>
    deps.store.robots.accept({ portal: portal.id, robot, token, workflow, card, properties, returns, at }),
  );
  deps.metrics.events.inc({ event: "robot", outcome: accepted.kind === "stored" ? "accepted" : "duplicate" });
}

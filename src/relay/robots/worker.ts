/**
 * Carries out what automations of the portals ask of us, and tells their workflows what became of it.
 *
 * - Several workers: each call is one's for a minute at a time.
 * - Killed before anything was done: taken again after that minute. After a message was accepted, before that was noted: its
 *   key finds it, and it is sent once. After the workflow was told, before that was noted: it is told again, which the portal
 *   refuses, because a token ends one wait and no other.
 * - The same call twice: the schema keeps one, and its result is told once.
 * - The portal away: nothing is known of the card, and it is looked again for an hour. A workflow that cannot be told is told
 *   for three days.
 * - The database away: the next look comes.
 * - A fault of ours: tried again for an hour, then the workflow is told that it failed, rather than that it waits for ever.
 */
import type { PortalId, RobotCallId } from "../../domain/ids.ts";
import type { Robot, RobotCall } from "../../domain/robot.ts";
import type { Logger } from "../../log/log.ts";
import { StoreUnavailable } from "../../store/contract.ts";
import { backoff } from "../backoff.ts";
import { createRounds } from "../rounds.ts";
import { type Speech, sayIn } from "../speech.ts";
import { reasonIn } from "./reason.ts";
import { send } from "./send.ts";
import { SMALL_ROBOTS } from "./small.ts";
import { wait } from "./wait.ts";
import { over, type RobotDeps, type Work, type Worked } from "./work.ts";

export interface RobotWorkerDeps extends RobotDeps {
  readonly speech: Speech;
  /** Work inside counts as that portal's. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  readonly log: Pick<Logger, "warn" | "error">;
}

export interface RobotWorker {
  start(): void;
  /** Takes what is due and carries it out; what `start` does again and again. Answers how many calls were taken. */
  run(): Promise<number>;
  close(): Promise<void>;
}

const EVERY_MS = 1_000;
const AT_ONCE = 50;
const AWAY_MS = 3_600_000;
const AGAIN_MS = 30_000;
const GIVE_BACK_MS = 3 * 86_400_000;
const WORKS: Readonly<Record<Robot, Work>> = { send, wait, ...SMALL_ROBOTS };
const IS_OFF = "Threadline is switched off in this portal.";
const BROKE = "Something broke on the side of Threadline. It was logged.";

export function createRobotWorker(deps: RobotWorkerDeps): RobotWorker {
  const { robots } = deps.store;
  const busy = new Map<RobotCallId, Promise<void>>();

  /** Begins what there is room for: a portal that hangs holds up nobody else's. */
  async function look(): Promise<number> {
    const room = AT_ONCE - busy.size;
    if (room <= 0) return 0;
    const taken = (await robots.take(deps.now(), room)).filter(({ id }) => !busy.has(id));
    for (const call of taken) {
      const working = deps
        .inTurn(call.portal, () => carryOut(call))
        .catch((error: unknown) =>
          deps.log.warn({ err: error, call: call.id }, "A robot's call is taken up again later"),
        )
        .finally(() => busy.delete(call.id));
      busy.set(call.id, working);
    }
    return taken.length;
  }

  async function carryOut(call: RobotCall): Promise<void> {
    try {
      if (call.outcome) await giveBack(call);
      else await work(call);
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      deps.log.error({ err: error, call: call.id, robot: call.robot }, "A robot could not be carried out");
      if (isOld(call, AWAY_MS)) await conclude(call, over("failed", BROKE));
      else await robots.postpone(call.portal, call.id, later(AGAIN_MS));
    }
  }

  async function work(call: RobotCall): Promise<void> {
    const portal = await deps.store.portals.find(call.portal);
    const worked: Worked = portal?.active === true ? await WORKS[call.robot](deps, call) : over("failed", IS_OFF);
    if (worked.kind === "later") return robots.postpone(call.portal, call.id, worked.at, worked.wait);
    if (worked.kind === "over") return conclude(call, worked);
    // What waits for an answer has its own time, and nothing is lost while nobody can be asked.
    if (call.robot !== "wait" && isOld(call, AWAY_MS)) return conclude(call, over("failed", worked.sentence));
    return robots.postpone(call.portal, call.id, later(AGAIN_MS));
  }

  async function conclude(call: RobotCall, { outcome }: Extract<Worked, { kind: "over" }>): Promise<void> {
    await robots.conclude(call.portal, call.id, outcome, deps.now());
    if (call.returns) await giveBack({ ...call, outcome, attempts: 0 });
  }

  async function giveBack(call: RobotCall): Promise<void> {
    const { portal, id, outcome, attempts } = call;
    const token = await robots.tokenOf(portal, id);
    if (!outcome || token === undefined) return robots.returned(portal, id, "not-wanted", deps.now());
    const say = await sayIn(deps.speech, portal);
    const reason = reasonIn(say, outcome.reason);
    const values = { result: outcome.result, reason, ...outcome.values };
    const log = reason === "" ? outcome.result : `${outcome.result}: ${reason}`;
    const told = await deps.portals.automation(portal).giveBack(token, values, log);
    switch (told.kind) {
      case "ok":
        return robots.returned(portal, id, "returned", deps.now());
      case "refused":
        return robots.returned(portal, id, "refused", deps.now(), told.sentence);
      default: {
        const why = told.kind === "withdrawn" ? "" : told.sentence;
        if (isOld(call, GIVE_BACK_MS)) return robots.returned(portal, id, "given-up", deps.now(), why);
        return robots.returnLater(portal, id, later(backoff(attempts + 1)), why);
      }
    }
  }

  const later = (milliseconds: number): Date => new Date(deps.now().getTime() + milliseconds);
  const isOld = ({ createdAt }: RobotCall, milliseconds: number): boolean =>
    deps.now().getTime() - createdAt.getTime() > milliseconds;

  const rounds = createRounds(EVERY_MS, look, (error) =>
    deps.log.warn({ err: error }, "Calls of robots could not be looked for"),
  );

  return {
    start: rounds.start,
    async run() {
      const taken = await look();
      await Promise.all(busy.values());
      return taken;
    },
    async close() {
      await rounds.close();
      await Promise.all(busy.values());
    },
  };
}

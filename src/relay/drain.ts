import { parseLane } from "../domain/ids.ts";
import { drainInbound } from "./drain-inbound.ts";
import { drainOutbound } from "./drain-outbound.ts";
import { type Drained, IDLE, type RelayDeps, type Turn } from "./ports.ts";

/** One run over one lane, whose lease the turn's owner holds. The dispatcher calls this for every wake-up. */
export async function drain(deps: RelayDeps, turn: Turn): Promise<Drained> {
  const parsed = parseLane(turn.lane);
  if (!parsed) {
    deps.log.error({ lane: turn.lane }, "a wake-up for something that is no lane");
    return IDLE;
  }
  if (turn.contents.conversation.movedTo !== undefined) return handOver(deps, turn);
  return parsed.direction === "in" ? drainInbound(deps, turn) : drainOutbound(deps, turn);
}

/**
 * The vendor goes on with this chat under another id, and so does the conversation: what still came here goes there, where
 * it is worked on in its order. A crash before the commit leaves it here, due again by the lease that ends.
 */
async function handOver(deps: RelayDeps, turn: Turn): Promise<Drained> {
  const lane = await deps.store.lanes.handOver(turn.lane, turn.owner);
  if (lane !== undefined) deps.dispatcher.wake(lane);
  return IDLE;
}

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
  return parsed.direction === "in" ? drainInbound(deps, turn) : drainOutbound(deps, turn);
}

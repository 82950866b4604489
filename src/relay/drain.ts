import { type LaneId, parseLane } from "../domain/ids.ts";
import { drainInbound } from "./drain-inbound.ts";
import { drainOutbound } from "./drain-outbound.ts";
import { type Drained, IDLE, type RelayDeps } from "./ports.ts";

/** One run over one lane, whose lease `owner` holds. The dispatcher calls this for every wake-up. */
export async function drain(deps: RelayDeps, lane: LaneId, owner: string): Promise<Drained> {
  const parsed = parseLane(lane);
  if (!parsed) {
    deps.log.error({ lane }, "a wake-up for something that is no lane");
    return IDLE;
  }
  const turn = { lane, owner };
  return parsed.direction === "in" ? drainInbound(deps, turn) : drainOutbound(deps, turn);
}

/** Who of a queue is next. Pure. */
import type { OwnLine } from "./own-line.ts";
import type { Agent } from "./own-session.ts";

/** There, whatever they have to do already. */
export function isPresent({ active, onLeave, atWork, online }: Agent, { checkPresence }: OwnLine): boolean {
  if (!active) return false;
  if (!checkPresence) return true;
  if (onLeave === true) return false;
  // What the portal does not tell speaks for nobody's absence.
  return online === true || atWork === true || (online === undefined && atWork === undefined);
}

/** There, and below the limit. */
export const canTake = (agent: Agent, settings: OwnLine): boolean =>
  isPresent(agent, settings) && (settings.limit === null || agent.chats < settings.limit.chats);

/** Of those who can and have not been tried. In order: the first. Evenly: whose last turn is the longest ago. */
export function chooseAgent(queue: readonly Agent[], tried: readonly string[], settings: OwnLine): Agent | undefined {
  const able = queue.filter((agent) => !tried.includes(agent.id) && canTake(agent, settings));
  if (settings.distribution === "in-order") return able[0];
  return able.toSorted((one, other) => one.lastTurn - other.lastTurn)[0];
}

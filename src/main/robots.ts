import { createFirstContact } from "../relay/first-contact.ts";
import { createLineSessions } from "../relay/line-sessions.ts";
import type { RobotWorkerDeps } from "../relay/robots/worker.ts";
import type { Base } from "./base.ts";
import type { PortalPart } from "./portal.ts";
import type { RelayPart } from "./relay.ts";

/** What robots of automation rules and workflows work with. */
export function robotDeps(
  { store, log, metrics, now }: Base,
  { portals }: PortalPart,
  { addressing, dispatcher, names, relay, replies, rules, speech }: RelayPart,
): Omit<RobotWorkerDeps, "inTurn"> {
  const { channels, news } = relay;
  return {
    ...{ store, portals, channels, replies, addressing, news, rules, speech, log, now },
    firstContact: createFirstContact({
      ...{ store, channels, dispatcher, voice: portals.voice, addressing, metrics, now },
    }),
    // Nobody stands behind an automation: it acts with the rights under which the application works.
    sessions: createLineSessions({
      ...{ store, dispatcher, news, names, log },
      portals: { chatsOf: (portal) => portals.chats(portal) },
    }),
  };
}

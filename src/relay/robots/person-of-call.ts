/**
 * The person of a call's card, with the conversation that an earlier step of the same run began. Somebody who was written to
 * first belongs to no card until they answer: only the run knows where it has written.
 */
import { messageId } from "../../domain/ids.ts";
import type { Message } from "../../domain/message.ts";
import type { RobotCall } from "../../domain/robot.ts";
import type { PortalOutcome } from "../../portal/contract.ts";
import { BEGUN, type ChainState } from "../../rules/robots/chain.ts";
import { type CardPerson, isUsable, personOfCard } from "./card-people.ts";
import type { RobotDeps } from "./work.ts";

/** How far a call of "send a message" has come. */
export interface SendProgress {
  readonly chain: ChainState;
}

export const progressOf = (call: RobotCall): ChainState => (call.progress as Partial<SendProgress>).chain ?? BEGUN;

/** What the same run of an automation sent last, before this call. */
export async function sentBefore(deps: Pick<RobotDeps, "store">, call: RobotCall): Promise<Message | undefined> {
  // Without a name, runs cannot be told apart.
  const sent = call.workflow === "" ? undefined : await deps.store.robots.before(call.portal, call, "send");
  const going = sent && (progressOf(sent).going ?? progressOf(sent).before);
  return going && (await deps.store.messages.find(call.portal, messageId(going.message)));
}

/** `undefined`: there is no such card, or the application may not see it. */
export async function personOfCall(
  deps: Pick<RobotDeps, "store" | "portals">,
  call: RobotCall,
): Promise<PortalOutcome<CardPerson | undefined>> {
  const found = await personOfCard(deps, call.portal, call.card);
  if (found.kind !== "ok" || !found.value) return found;
  const sent = await sentBefore(deps, call);
  const begun = sent && (await deps.store.conversations.find(call.portal, sent.conversation));
  if (!begun) return found;
  const { conversations, accounts } = found.value;
  const isKnown = conversations.some(({ id }) => id === begun.id);
  if (isKnown || !isUsable(begun, accounts.get(begun.account))) return found;
  return { kind: "ok", value: { ...found.value, conversations: [begun, ...conversations] } };
}

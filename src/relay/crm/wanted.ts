/**
 * Somebody says that a letter goes into its card as a whole: an owner of a personal box by a click, or by a blind copy of it.
 *
 * Twice: one wish. Crash between the wish and the lane: the copy's sender tries again, and who clicked sees that it is wanted; the
 * next letter of the conversation fulfils it as well. There is no card yet: it waits for one.
 */
import type { Dispatcher } from "../../dispatch/contract.ts";
import { type ConversationId, laneOf, type MessageId, type PortalId } from "../../domain/ids.ts";
import type { Store } from "../../store/contract.ts";

export interface WantedDeps {
  readonly store: Pick<Store, "lanes" | "wishes">;
  readonly dispatcher: Pick<Dispatcher, "wake">;
}

/** @param user whoever says so, by their id in the portal */
export async function wantInCard(
  { store, dispatcher }: WantedDeps,
  portal: PortalId,
  { message, conversation }: { readonly message: MessageId; readonly conversation: ConversationId },
  user: string,
): Promise<void> {
  await store.wishes.add(portal, message, user);
  const lane = laneOf("in", conversation, portal);
  await store.lanes.makeDue(lane);
  dispatcher.wake(lane);
}

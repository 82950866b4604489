import type { ConversationId, MessageId, PortalId } from "../../domain/ids.ts";

export interface LetterWish {
  /** Nothing is left to be done: it stands in its card, or its card would not have it. */
  readonly done: boolean;
}

/**
 * Letters of personal boxes that somebody wants in their card as a whole. A wish is of the letter and not of a decision, so that
 * one that comes before there is a card waits for it, and one that was fulfilled stays so when the thread moves.
 */
export interface WishRepository {
  find(portal: PortalId, message: MessageId): Promise<LetterWish | undefined>;
  /** Said twice, or fulfilled already: nothing changes. */
  add(portal: PortalId, message: MessageId, user: string): Promise<void>;
  /** Of a conversation, those that are still to be fulfilled, in the order of its letters. */
  open(portal: PortalId, conversation: ConversationId): Promise<readonly MessageId[]>;
  /** Also of a letter that nobody had asked for: it came into the card by another way. */
  settle(portal: PortalId, message: MessageId, user: string): Promise<void>;
}

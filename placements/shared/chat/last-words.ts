import type { ChannelAnswer } from "../../../src/api/channels.ts";
import type { ConversationAnswer, MessageAnswer } from "../../../src/api/messages.ts";
import { replyWindow } from "./reply-window.ts";

export interface LastWords {
  /** What the customer wrote last in a conversation, as far as it is here. */
  customers(conversation: string): MessageAnswer | undefined;
  /** When the customer wrote last there, as far as is known. */
  at(conversation: ConversationAnswer): string | null;
  /** Whether a free message may go there now. */
  mayWrite(conversation: ConversationAnswer): boolean;
}

/** What the customer said last, and what a vendor allows because of it. */
export function lastWordsOf(
  newest: () => readonly MessageAnswer[],
  channelOf: (conversation: ConversationAnswer) => ChannelAnswer | undefined,
): LastWords {
  const customers = (conversation: string) =>
    newest().findLast(
      (message) => message.conversation === conversation && message.direction === "in" && !message.fromPhone,
    );

  function at({ id, lastCustomerAt: known }: ConversationAnswer): string | null {
    const last = customers(id);
    return last !== undefined && (known === null || last.sentAt > known) ? last.sentAt : known;
  }

  return {
    customers,
    at,
    mayWrite(conversation) {
      const capabilities = channelOf(conversation)?.capabilities;
      if (!capabilities) return false;
      const { kind } = replyWindow(capabilities, at(conversation), new Date());
      return kind === "free" || kind === "open";
    },
  };
}

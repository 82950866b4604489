import type { Selectable } from "kysely";
import { accountId, conversationId, type Direction, messageId, portalId } from "../domain/ids.ts";
import type { Content, Message, MessageKind, MessageState, Origin } from "../domain/message.ts";
import type { DueMessage } from "./contract/messages.ts";
import type { Schema } from "./schema.ts";

/** A message as the domain knows it, of its row. */
export function toMessage(row: Selectable<Schema["messages"]>): Message {
  return {
    id: messageId(row.id),
    portal: portalId(row.portal_id),
    account: accountId(row.account_id),
    conversation: conversationId(row.conversation_id),
    direction: row.direction as Direction,
    kind: row.kind as MessageKind,
    seq: row.seq,
    ...(row.target_id !== null && { target: messageId(row.target_id) }),
    externalIds: row.external_ids,
    content: row.content as Content,
    ...(row.album !== null && { album: row.album }),
    origin: row.origin as Origin,
    ...(row.im_message_id !== null && { imMessageId: row.im_message_id }),
    ...(row.im_chat_id !== null && { imChatId: row.im_chat_id }),
    state: row.state as MessageState,
    attempts: row.attempts,
    ...(row.attempted_at !== null && { attemptedAt: row.attempted_at }),
    ...(row.error !== null && { error: row.error }),
    nextAt: row.next_at,
    sentAt: row.sent_at,
    createdAt: row.created_at,
  };
}

export const toDueMessage = (row: Selectable<Schema["messages"]>): DueMessage => ({
  ...toMessage(row),
  ...(row.settle_by && { settleBy: row.settle_by }),
});

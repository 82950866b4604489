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
    ...(row.answered_at !== null && { answeredAt: row.answered_at }),
    ...(row.delivered_at !== null && { deliveredAt: row.delivered_at }),
    ...(row.read_at !== null && { readAt: row.read_at }),
    nextAt: row.next_at,
    sentAt: row.sent_at,
    createdAt: row.created_at,
  };
}

export const toDueMessage = (row: Selectable<Schema["messages"]>): DueMessage => ({
  ...toMessage(row),
  ...(row.settle_by && { settleBy: row.settle_by }),
});

const TIMES = [
  "answered_at",
  "attempted_at",
  "created_at",
  "delivered_at",
  "edited_at",
  "next_at",
  "read_at",
  "sent_at",
  "settle_by",
] as const;

/** A row of messages that came as JSON. */
export const messageOfJson = (row: Selectable<Schema["messages"]>) => withDates(row, TIMES);

/** A row that came as JSON, in which times are texts. */
export function withDates<Row>(row: Row, times: readonly (keyof Row)[]): Row {
  const dated = times.flatMap((key) => (row[key] === null ? [] : [[key, new Date(String(row[key]))]]));
  return { ...row, ...Object.fromEntries(dated) };
}

import type { ConversationId, PlannedId, PortalId } from "./ids.ts";
import type { Content } from "./message.ts";

/** What an agent has written and wants sent later. */
export interface PlannedMessage {
  readonly id: PlannedId;
  readonly portal: PortalId;
  readonly conversation: ConversationId;
  readonly authorId: string;
  /** Made by the page: the same one twice is one message, here and when it is sent. */
  readonly clientId: string;
  readonly content: Content;
  readonly sendAt: Date;
  /** Why it was not sent when its time came. */
  readonly trouble?: string;
  readonly createdAt: Date;
}

import type { ColumnType, Generated, GeneratedAlways } from "kysely";
import type { Json } from "./json.ts";

interface AccountsTable {
  id: string;
  portal_id: string;
  channel: string;
  name: string;
  credentials_sealed: string;
  webhook_secret_sealed: string;
  settings: Json<unknown>;
  line: string | null;
  connector: string | null;
  enabled: Generated<boolean>;
  connection: Json<unknown>;
  profile: ColumnType<unknown, string | undefined, string>;
  poll_cursor: string | null;
  created_at: Generated<Date>;
  steady_since: Generated<Date>;
  worked: Generated<boolean>;
}

interface ConversationsTable {
  id: Generated<string>;
  portal_id: string;
  account_id: string;
  external_chat_id: string;
  customer: Json<unknown>;
  im_chat_id: string | null;
  session_id: string | null;
  portal_user_id: string | null;
  open: Generated<boolean>;
  last_message_at: Generated<Date>;
  compared_at: Date | null;
  is_group: Generated<boolean>;
  last_inbound_at: Date | null;
  person_id: string | null;
  moved_to: string | null;
  answered_seq: number | null;
  answered_before: ColumnType<unknown, string | null | undefined, string | null>;
  answered_at: Date | null;
  snoozed_until: Date | null;
  snoozed_seq: number | null;
  archived_at: Date | null;
  tags: Generated<string[]>;
  operator_id: string | null;
  accepted: Generated<boolean>;
  state_at: Date | null;
  mirrored: Generated<boolean>;
  bot: ColumnType<unknown, string | null | undefined, string | null>;
}

interface MessagesTable {
  id: Generated<string>;
  portal_id: string;
  account_id: string;
  conversation_id: string;
  seq: GeneratedAlways<number>;
  direction: string;
  kind: string;
  inbound_key: string | null;
  origin_key: string | null;
  target_id: string | null;
  edited_at: Date | null;
  external_ids: string[];
  content: Json<unknown>;
  album: string | null;
  origin: Json<unknown>;
  im_message_id: string | null;
  im_chat_id: string | null;
  state: Generated<string>;
  settle_by: Date | null;
  pending: Generated<boolean>;
  attempts: Generated<number>;
  attempted_at: Date | null;
  error: string | null;
  next_at: Date;
  to_report: Generated<boolean>;
  to_tell: Generated<boolean>;
  proved: string[] | null;
  answered_at: Date | null;
  delivered_at: Date | null;
  read_at: Date | null;
  sent_at: Date;
  created_at: Generated<Date>;
}

interface MessagePartsTable {
  portal_id: string;
  account_id: string;
  external_id: string;
  message_id: string;
}

interface MessageOriginalsTable {
  message_id: string;
  portal_id: string;
  body: Json<unknown>;
}

interface EarlyReceiptsTable {
  portal_id: string;
  account_id: string;
  external_id: string;
  state: string;
  error: string | null;
  received_at: Generated<Date>;
}

interface MediaTable {
  id: string;
  portal_id: string;
  message_id: string | null;
  conversation_id: string | null;
  user_id: string | null;
  kind: string | null;
  planned_id: string | null;
  name: string;
  mime: string;
  size: number;
  created_at: Generated<Date>;
}

interface RemovedMediaTable {
  id: string;
  portal_id: string;
}

interface AccountDaysTable {
  portal_id: string;
  account_id: string;
  /** Goes in and out as text, `2026-11-28`. */
  day: string;
  received: Generated<number>;
  sent: Generated<number>;
  refused: Generated<number>;
  failed: Generated<number>;
  uncertain: Generated<number>;
  last_received_at: Date | null;
  last_sent_at: Date | null;
  heard_hours: Generated<number>;
  watched_hours: Generated<number>;
}

interface AccountAlarmsTable {
  portal_id: string;
  account_id: string;
  kind: string;
  reason: string;
  sentence: string;
  since: Date;
  raised_at: Generated<Date>;
  told_to: string[] | null;
  told_at: Date | null;
  ended_at: Date | null;
  ending: string | null;
}

interface ChannelStateTable {
  portal_id: string;
  account_id: string;
  key: string;
  /** PGlite gives plain bytes, pg a Buffer. */
  value_sealed: ColumnType<Uint8Array, Buffer, Buffer>;
}

/** Accounts, conversations, their messages and files. */
export interface TalkTables {
  accounts: AccountsTable;
  conversations: ConversationsTable;
  messages: MessagesTable;
  message_parts: MessagePartsTable;
  message_originals: MessageOriginalsTable;
  early_receipts: EarlyReceiptsTable;
  media: MediaTable;
  removed_media: RemovedMediaTable;
  account_days: AccountDaysTable;
  account_alarms: AccountAlarmsTable;
  channel_state: ChannelStateTable;
}

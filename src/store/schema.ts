import type { ColumnType, Generated, GeneratedAlways } from "kysely";

/** The tables as TypeScript sees them; `migrations/` is what makes them. JSON goes in as text made by `toJson`. */
type Json<T> = ColumnType<T, string, string>;

interface SealedTokens {
  access_token_sealed: string | null;
  refresh_token_sealed: string | null;
  refresh_token_digest: string | null;
  tokens_expire_at: Date | null;
}

interface PortalsTable extends SealedTokens {
  id: string;
  domain: string;
  client_endpoint: string;
  server_endpoint: string;
  application_token_sealed: string | null;
  user_id: string | null;
  scopes: string[];
  language: string;
  active: Generated<boolean>;
  name: string;
  trouble: string | null;
  installation: Json<unknown>;
  installed_at: Generated<Date>;
  gap_at: Date | null;
  editors: ColumnType<unknown, string | undefined, string>;
  roles: ColumnType<unknown, string | undefined, string>;
  alarm_people: ColumnType<unknown, string | undefined, string | null>;
  time_zone: string | null;
  keep_days: ColumnType<number | null, number | null | undefined, number | null>;
  forgotten_before: Date | null;
}

interface PortalUsersTable extends SealedTokens {
  portal_id: string;
  user_id: string;
  name: string;
  admin: boolean;
  used_at: Date;
  last_seen_at: Date;
}

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

interface LanesTable {
  conversation_id: string;
  direction: string;
  portal_id: string;
  account_id: string;
  due_at: Date | null;
  owner: string | null;
}

interface LaneOwnersTable {
  owner: string;
  until: Date;
}

interface LocksTable {
  name: string;
  owner: string;
  until: Date;
}

interface ChannelStateTable {
  portal_id: string;
  account_id: string;
  key: string;
  /** PGlite gives plain bytes, pg a Buffer. */
  value_sealed: ColumnType<Uint8Array, Buffer, Buffer>;
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

interface PeopleTable {
  id: Generated<string>;
  portal_id: string;
  created_at: Generated<Date>;
  active_at: Generated<Date>;
  name: Generated<string>;
}

interface ContactPointsTable {
  portal_id: string;
  kind: string;
  key: string;
  shown: string;
  person_id: string;
  why: Json<unknown>;
  linkable: boolean;
  shared: Generated<boolean>;
  is_first: boolean;
  created_at: Generated<Date>;
}

interface PersonEntitiesTable {
  portal_id: string;
  type: string;
  id: string;
  person_id: string;
  why: string;
  title: string;
  open: boolean;
  pipeline: string | null;
  stage: string | null;
  responsible: string | null;
  last_active_at: Date;
  fresh_at: Date | null;
  chosen: Generated<boolean>;
}

interface PersonAuditTable {
  id: Generated<string>;
  portal_id: string;
  person_id: string;
  at: Generated<Date>;
  by_user: string;
  what: string;
  about: Json<unknown>;
  moved: Json<unknown>;
  undone_at: Date | null;
}

interface RulesetsTable {
  portal_id: string;
  version: number;
  content: Json<unknown>;
  at: Generated<Date>;
  by_user: string;
  note: string;
}

interface LineCrmTable {
  portal_id: string;
  line: string;
  before: Json<unknown>;
}

interface DecisionsTable {
  id: Generated<string>;
  portal_id: string;
  conversation_id: string;
  person_id: string;
  message_id: string;
  at: Generated<Date>;
  ruleset_version: number | null;
  facts: Json<unknown>;
  decision: Json<unknown>;
  given_filter: string | null;
  given_person: string | null;
  written_seq: Generated<number>;
  ended_at: Date | null;
  portal_link: Json<unknown>;
  closed_at: Date | null;
  judged_at: Date | null;
  follow: Json<unknown>;
  chat_changed_at: Date | null;
  card_changed_at: Date | null;
}

interface DecisionStepsTable {
  portal_id: string;
  decision_id: string;
  name: string;
  begun_at: Generated<Date>;
  ending: Json<unknown>;
}

interface NotesTable {
  id: Generated<string>;
  portal_id: string;
  conversation_id: string;
  seq: GeneratedAlways<number>;
  author_id: string;
  client_id: string;
  body: string;
  mentions: Json<unknown>;
  untold: ColumnType<string[], string[] | undefined, string[]>;
  created_at: Generated<Date>;
  edited_at: Date | null;
  deleted_at: Date | null;
}

interface CannedRepliesTable {
  id: string;
  portal_id: string;
  owner_id: string | null;
  shortcut: string;
  body: string;
  changed_by: string;
  changed_at: Generated<Date>;
}

interface MailsTable {
  portal_id: string;
  id: number;
  thread_id: number;
  scope: string | null;
  key: string;
  subject_key: string | null;
  header_id: string | null;
  refs: string[];
  sender: string | null;
  relayed: boolean;
  direction: string;
  people: string[];
  sent_at: Date | null;
  at: Date;
  subject: string | null;
  is_reply: boolean;
  orphan: boolean;
  content: string | null;
  class: string | null;
  handled_at: Date | null;
  message_id: string | null;
  conversation_id: string | null;
  forgotten: Generated<boolean>;
}

interface MailSightingsTable {
  portal_id: string;
  account_id: string;
  folder: string;
  uid_validity: number;
  uid: number;
  mail_id: number;
}

interface MailRefsTable {
  portal_id: string;
  node: string;
  thread_id: number;
}

interface MailThreadJoinsTable {
  portal_id: string;
  given_up: number;
  kept: number;
}

interface PlannedMessagesTable {
  id: Generated<string>;
  portal_id: string;
  conversation_id: string;
  author_id: string;
  client_id: string;
  content: Json<unknown>;
  send_at: Date;
  taken_at: Date | null;
  trouble: string | null;
  created_at: Generated<Date>;
}

interface MailSignaturesTable {
  portal_id: string;
  user_id: string;
  template: string;
}

interface LetterTracksTable {
  id: Generated<string>;
  portal_id: string;
  origin_key: string;
  account_id: string;
  message_header_id: string;
  links: string[];
  created_at: Generated<Date>;
}

interface LetterHitsTable {
  track_id: string;
  n: number;
  link: number | null;
  at: Date;
  method: string;
  agent: string;
  from_print: string;
  ahead: boolean;
  class: string;
}

interface NoncesTable {
  kind: string;
  value: string;
  payload: Json<unknown>;
  until: Date;
}

interface OwnLinesTable {
  account_id: string;
  portal_id: string;
  settings: Json<unknown>;
  since: Generated<Date>;
  changed_by: string;
  changed_at: Generated<Date>;
}

interface OwnTurnsTable {
  account_id: string;
  user_id: string;
  turn: string;
}

interface OwnSessionsTable {
  conversation_id: string;
  portal_id: string;
  account_id: string;
  state: Json<unknown>;
  seen_seq: number;
  outbox: Json<unknown>;
  operator_id: string | null;
  holding: string | null;
  due_at: Date | null;
}

interface OwnRatingsTable {
  conversation_id: string;
  session: number;
  portal_id: string;
  account_id: string;
  operator_id: string | null;
  stars: number | null;
  rated_at: Date | null;
  supervisor_stars: number | null;
  supervisor_id: string | null;
  supervised_at: Date | null;
}

export interface Schema {
  portals: PortalsTable;
  portal_users: PortalUsersTable;
  accounts: AccountsTable;
  conversations: ConversationsTable;
  messages: MessagesTable;
  message_parts: MessagePartsTable;
  message_originals: MessageOriginalsTable;
  early_receipts: EarlyReceiptsTable;
  media: MediaTable;
  removed_media: RemovedMediaTable;
  lanes: LanesTable;
  lane_owners: LaneOwnersTable;
  locks: LocksTable;
  nonces: NoncesTable;
  channel_state: ChannelStateTable;
  account_days: AccountDaysTable;
  account_alarms: AccountAlarmsTable;
  people: PeopleTable;
  contact_points: ContactPointsTable;
  person_entities: PersonEntitiesTable;
  person_audit: PersonAuditTable;
  rulesets: RulesetsTable;
  line_crm: LineCrmTable;
  decisions: DecisionsTable;
  decision_steps: DecisionStepsTable;
  notes: NotesTable;
  canned_replies: CannedRepliesTable;
  mails: MailsTable;
  mail_sightings: MailSightingsTable;
  mail_refs: MailRefsTable;
  mail_thread_joins: MailThreadJoinsTable;
  planned_messages: PlannedMessagesTable;
  mail_signatures: MailSignaturesTable;
  letter_tracks: LetterTracksTable;
  letter_hits: LetterHitsTable;
  own_lines: OwnLinesTable;
  own_turns: OwnTurnsTable;
  own_sessions: OwnSessionsTable;
  own_ratings: OwnRatingsTable;
}

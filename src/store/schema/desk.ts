import type { ColumnType, Generated, GeneratedAlways } from "kysely";
import type { Json } from "./json.ts";

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
  folder_id: ColumnType<string | null, string | null | undefined, string | null>;
  shortcut: string;
  body: string;
  changed_by: string;
  changed_at: Generated<Date>;
}

interface CannedFoldersTable {
  id: string;
  portal_id: string;
  owner_id: string | null;
  name: string;
  changed_by: string;
  changed_at: Generated<Date>;
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

/** What agents keep beside the messages. */
export interface DeskTables {
  notes: NotesTable;
  canned_replies: CannedRepliesTable;
  canned_folders: CannedFoldersTable;
  planned_messages: PlannedMessagesTable;
}

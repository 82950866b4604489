import type { Generated } from "kysely";
import type { Json } from "./json.ts";

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

/** Accounts without an open line: who answers there. */
export interface OwnLineTables {
  own_lines: OwnLinesTable;
  own_turns: OwnTurnsTable;
  own_sessions: OwnSessionsTable;
  own_ratings: OwnRatingsTable;
}

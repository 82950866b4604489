import type { ColumnType, Generated } from "kysely";
import type { Json } from "./json.ts";

interface RobotCallsTable {
  id: Generated<string>;
  portal_id: string;
  token_digest: string;
  token_sealed: string | null;
  robot: string;
  workflow: string;
  card_type: string;
  card_id: string;
  properties: Json<unknown>;
  returns: boolean;
  progress: ColumnType<unknown, string | undefined, string>;
  waits_for: string[] | null;
  waits_after: number | null;
  result: ColumnType<unknown, string | undefined, string | null>;
  returned: string | null;
  returned_why: string | null;
  attempts: Generated<number>;
  due_at: Date | null;
  taken_at: Date | null;
  created_at: Generated<Date>;
  ended_at: Date | null;
}

interface TriggersTable {
  id: Generated<string>;
  portal_id: string;
  kind: string;
  name: string;
  filter: Json<unknown>;
  enabled: Generated<boolean>;
  registered_name: string | null;
  problem: string | null;
  made_by: string;
  since: Generated<Date>;
  changed_at: Generated<Date>;
  fired: Generated<number>;
  last_fired_at: Date | null;
}

interface TriggerMarksTable {
  conversation_id: string;
  portal_id: string;
  seen_seq: number;
  open: boolean;
}

interface TriggerFiringsTable {
  id: Generated<string>;
  portal_id: string;
  trigger_id: string;
  conversation_id: string;
  cause: string;
  state: Generated<string>;
  cards: ColumnType<unknown, string | undefined, string>;
  error: string | null;
  due_at: Date | null;
  taken_at: Date | null;
  created_at: Generated<Date>;
  ended_at: Date | null;
}

export interface AutomationTables {
  robot_calls: RobotCallsTable;
  triggers: TriggersTable;
  trigger_marks: TriggerMarksTable;
  trigger_firings: TriggerFiringsTable;
}

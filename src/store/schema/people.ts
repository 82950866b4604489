import type { Generated } from "kysely";
import type { Json } from "./json.ts";

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
  won_at: Generated<Date | null>;
  changes: Generated<number>;
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

/** Who is who, the rules, and what was decided. */
export interface PeopleTables {
  people: PeopleTable;
  contact_points: ContactPointsTable;
  person_entities: PersonEntitiesTable;
  person_audit: PersonAuditTable;
  rulesets: RulesetsTable;
  line_crm: LineCrmTable;
  decisions: DecisionsTable;
  decision_steps: DecisionStepsTable;
}

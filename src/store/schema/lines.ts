import type { Generated, GeneratedAlways } from "kysely";
import type { Json } from "./json.ts";

interface LineSavesTable {
  id: GeneratedAlways<string>;
  portal_id: string;
  line_id: string;
  saved_by: string;
  saved_at: Generated<Date>;
  before: Json<unknown>;
  after: Json<unknown>;
}

/** What was done to open lines here. */
export interface LineTables {
  line_saves: LineSavesTable;
}

import type { Generated } from "kysely";
import type { Json } from "./json.ts";

/** Outside bots (`0048-bots.sql`). */
export interface BotTables {
  bots: {
    account_id: string;
    portal_id: string;
    settings: Json<unknown>;
    secret_sealed: string;
    since: Generated<Date>;
    changed_by: string;
    changed_at: Generated<Date>;
    failures: Generated<number>;
    broken_until: Date | null;
    failure: string | null;
    failed_at: Date | null;
    answered_at: Date | null;
  };
  bot_talks: { conversation_id: string; portal_id: string; account_id: string; state: Json<unknown> };
}

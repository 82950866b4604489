import type { Generated } from "kysely";
import type { Json } from "./json.ts";

/** Outside bots (`0048-bots.sql`), and who is a bot in lines (`0055-line-bots.sql`). */
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
  line_writers: {
    portal_id: string;
    user_id: string;
    is_person: boolean;
    name: string | null;
    told_at: Generated<Date>;
  };
  bot_talks: { conversation_id: string; portal_id: string; account_id: string; state: Json<unknown> };
}

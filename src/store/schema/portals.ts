import type { ColumnType, Generated } from "kysely";
import type { Json } from "./json.ts";

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

/** The installed portals and the people who have opened the app. */
export interface PortalTables {
  portals: PortalsTable;
  portal_users: PortalUsersTable;
}

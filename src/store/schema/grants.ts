import type { Generated } from "kysely";

interface VendorGrantsTable {
  portal_id: string;
  id: string;
  account_id: string | null;
  channel: string;
  vendor: string;
  user_id: string;
  who: string;
  access_token_sealed: string;
  refresh_token_sealed: string;
  tokens_expire_at: Date;
  code_digest: string | null;
  refused: string | null;
  created_at: Generated<Date>;
}

/** Sign-ins at vendors' own pages. */
export interface GrantTables {
  vendor_grants: VendorGrantsTable;
}

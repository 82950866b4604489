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

interface BoxInvitationsTable {
  portal_id: string;
  id: Generated<string>;
  user_id: string;
  channel: string;
  address: string;
  invited_by: string;
  sent_at: Generated<Date>;
  expires_at: Date;
}

/** Sign-ins at vendors' own pages, and who is asked for one. */
export interface GrantTables {
  vendor_grants: VendorGrantsTable;
  box_invitations: BoxInvitationsTable;
}

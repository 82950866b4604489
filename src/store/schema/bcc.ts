import type { Generated } from "kysely";

interface BccAddressesTable {
  portal_id: string;
  owner_id: string;
  key_digest: string;
  key_sealed: string;
  made_at: Generated<Date>;
  used_at: Date | null;
}

interface BccSendersTable {
  portal_id: string;
  owner_id: string;
  address: string;
  state: string;
  seen_at: Date;
}

export interface BccTables {
  bcc_addresses: BccAddressesTable;
  bcc_senders: BccSendersTable;
}

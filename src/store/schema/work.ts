import type { Json } from "./json.ts";

interface LanesTable {
  conversation_id: string;
  direction: string;
  portal_id: string;
  account_id: string;
  due_at: Date | null;
  owner: string | null;
}

interface LaneOwnersTable {
  owner: string;
  until: Date;
}

interface LocksTable {
  name: string;
  owner: string;
  until: Date;
}

interface NoncesTable {
  kind: string;
  value: string;
  payload: Json<unknown>;
  until: Date;
}

/** What keeps workers apart and requests from counting twice. */
export interface WorkTables {
  lanes: LanesTable;
  lane_owners: LaneOwnersTable;
  locks: LocksTable;
  nonces: NoncesTable;
}

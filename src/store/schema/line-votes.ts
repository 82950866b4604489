interface LineVotesTable {
  portal_id: string;
  account_id: string;
  conversation_id: string;
  session_id: string;
  operator_id: string | null;
  stars: number | null;
  rated_at: Date | null;
  supervisor_stars: number | null;
  supervised_at: Date | null;
  thanked_seq: number | null;
  thanked_due: Date | null;
  look_at: Date | null;
  looks: number;
}

interface StrangeDealsTable {
  portal_id: string;
  id: string;
  told_at: Date;
  changes: number;
}

export interface LineVoteTables {
  line_votes: LineVotesTable;
  strange_deals: StrangeDealsTable;
}

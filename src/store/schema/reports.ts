import type { ColumnType, Generated, GeneratedAlways } from "kysely";

interface TalkMarksTable {
  id: GeneratedAlways<number>;
  portal_id: string;
  conversation_id: string;
  kind: string;
  seq: number;
  at: Generated<Date>;
  agent: string | null;
  counted: Generated<boolean>;
}

interface ReportProgressTable {
  portal_id: string;
  version: number;
  position: ColumnType<number, number | undefined, number>;
  counted_to: Date | null;
  said_before: Generated<number>;
}

interface ReportTalksTable {
  portal_id: string;
  account_id: string;
  conversation_id: string;
  n: number;
  opened_at: Date;
  opened_seq: number;
  by_us: boolean;
  answered_seq: number | null;
  agent: string | null;
  closed_at: Date | null;
  closed_seq: number | null;
}

interface ReportWaitsTable {
  portal_id: string;
  account_id: string;
  conversation_id: string;
  asked_seq: number;
  asked_at: Date;
  is_first: boolean;
  ended: string | null;
  end_seq: number | null;
  seconds: number | null;
  agent: string | null;
}

interface ReportSaidTable {
  portal_id: string;
  account_id: string;
  conversation_id: string;
  quarter: number;
  writer: string;
  messages: number;
}

interface ReportRatingsTable {
  portal_id: string;
  account_id: string;
  conversation_id: string;
  seq: number;
  at: Date;
  stars: number;
  agent: string | null;
}

interface ReportTagsTable {
  portal_id: string;
  conversation_id: string;
  tag: string;
}

interface ReportRetagsTable {
  id: GeneratedAlways<number>;
  portal_id: string;
  conversation_id: string;
}

/** Kept by the database, in the statement that changes a row of those above. */
interface ReportDaysTable {
  portal_id: string;
  tag: string;
  day: number;
  account_id: string;
  agent: string;
  messages: number;
  opened: number;
  begun_by_us: number;
  closed: number;
  asked: number;
  no_reply: number;
  firsts: Uint8Array;
  furthers: Uint8Array;
}

interface ReportQuartersTable {
  portal_id: string;
  tag: string;
  quarter: number;
  account_id: string;
  received: number;
  answers: number;
  opened: number;
  closed: number;
  asked: number;
  unanswered: number;
  answered: number;
  seconds: number;
}

export interface ReportTables {
  talk_marks: TalkMarksTable;
  report_progress: ReportProgressTable;
  report_talks: ReportTalksTable;
  report_waits: ReportWaitsTable;
  report_said: ReportSaidTable;
  report_ratings: ReportRatingsTable;
  report_tags: ReportTagsTable;
  report_retags: ReportRetagsTable;
  report_days: ReportDaysTable;
  report_quarters: ReportQuartersTable;
}

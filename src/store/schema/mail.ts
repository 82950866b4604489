import type { Generated } from "kysely";

interface MailsTable {
  portal_id: string;
  id: number;
  thread_id: number;
  scope: string | null;
  key: string;
  subject_key: string | null;
  header_id: string | null;
  refs: string[];
  sender: string | null;
  relayed: boolean;
  direction: string;
  people: string[];
  sent_at: Date | null;
  at: Date;
  subject: string | null;
  is_reply: boolean;
  orphan: boolean;
  content: string | null;
  class: string | null;
  handled_at: Date | null;
  message_id: string | null;
  conversation_id: string | null;
  forgotten: Generated<boolean>;
}

interface MailSightingsTable {
  portal_id: string;
  account_id: string;
  folder: string;
  uid_validity: number;
  uid: number;
  mail_id: number;
}

interface MailRefsTable {
  portal_id: string;
  node: string;
  thread_id: number;
}

interface MailThreadJoinsTable {
  portal_id: string;
  given_up: number;
  kept: number;
}

interface MailSignaturesTable {
  portal_id: string;
  user_id: string;
  template: string;
}

interface LetterTracksTable {
  id: Generated<string>;
  portal_id: string;
  origin_key: string;
  account_id: string;
  message_header_id: string;
  links: string[];
  created_at: Generated<Date>;
}

interface LetterHitsTable {
  track_id: string;
  n: number;
  link: number | null;
  at: Date;
  method: string;
  agent: string;
  from_print: string;
  ahead: boolean;
  class: string;
}

interface MailGroupsTable {
  portal_id: string;
  address: string;
  since: Generated<Date>;
  added_by: string | null;
  removed_at: Date | null;
  removed_by: string | null;
}

interface UnsubscribeLinksTable {
  id: Generated<string>;
  portal_id: string;
  origin_key: string;
  sender: string;
  recipients: string[];
  created_at: Generated<Date>;
}

interface UnsubscribedTable {
  portal_id: string;
  address_key: string;
  address: string;
  at: Date;
  how: string;
  noted_by: string | null;
  ended_at: Date | null;
  ended_by: string | null;
}

interface LetterWishesTable {
  portal_id: string;
  message_id: string;
  user_id: string;
  at: Generated<Date>;
  done_at: Date | null;
}

/** The index of all mails, signatures, and what became of written letters. */
export interface MailTables {
  mails: MailsTable;
  mail_sightings: MailSightingsTable;
  mail_refs: MailRefsTable;
  mail_thread_joins: MailThreadJoinsTable;
  mail_signatures: MailSignaturesTable;
  letter_tracks: LetterTracksTable;
  letter_hits: LetterHitsTable;
  mail_groups: MailGroupsTable;
  unsubscribe_links: UnsubscribeLinksTable;
  unsubscribed: UnsubscribedTable;
  letter_wishes: LetterWishesTable;
}

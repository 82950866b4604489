import type { Generated, GeneratedAlways } from "kysely";

/** Accounts as message providers of the portal (`0046-message-providers.sql`). */
export interface ProviderTables {
  message_providers: { portal_id: string; account_id: string; name: string; handler: string };
  provider_messages: ProviderMessagesTable;
}

interface ProviderMessagesTable {
  id: GeneratedAlways<string>;
  portal_id: string;
  message_key: string;
  code: string;
  account_id: string;
  phone: string;
  body: string;
  author_id: string | null;
  card_type: string | null;
  card_id: string | null;
  asked_at: Date;
  message_id: string | null;
  trouble: string | null;
  told: string | null;
  told_words: Generated<boolean>;
  attempts: Generated<number>;
  changes: Generated<number>;
  next_at: Date | null;
  taken_at: Date | null;
}

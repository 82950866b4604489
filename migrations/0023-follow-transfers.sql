-- Who had the chat and the cards of a decision when they were last looked at, and when the portal told that somebody may have
-- changed that; null: nothing to look at.
alter table decisions add column follow jsonb, add column chat_changed_at timestamptz, add column card_changed_at timestamptz;

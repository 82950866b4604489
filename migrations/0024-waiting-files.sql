-- Files that agents put on a page of ours before their message is sent: of a conversation and a person, and of no message
-- yet. What becomes of no message within a day is removed.
alter table media
  alter column message_id drop not null,
  add column conversation_id uuid references conversations on delete cascade,
  add column user_id text,
  -- photo, voice, …: what it is sent as.
  add column kind text;
create index media_waiting on media (conversation_id, created_at) where message_id is null;

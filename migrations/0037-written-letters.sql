-- What agents have written and want sent later: no message before its time, so that it holds up no other.
create table planned_messages (
  id uuid primary key default gen_random_uuid(),
  portal_id text not null references portals on delete cascade,
  conversation_id uuid not null references conversations on delete cascade,
  author_id text not null,
  -- Made by the page: the same one twice is one message, here and when it is sent.
  client_id text not null,
  content jsonb not null,
  send_at timestamptz not null,
  -- Somebody is making a message of it; whoever took it and died loses it after a minute.
  taken_at timestamptz,
  -- Why it was not sent when its time came. It stays, for its author to see.
  trouble text,
  created_at timestamptz not null default clock_timestamp(),
  unique (portal_id, client_id)
);
create index planned_messages_due on planned_messages (send_at) where trouble is null;
create index planned_messages_conversation on planned_messages (conversation_id);

-- A file of such a message waits as long as it does.
alter table media add column planned_id uuid references planned_messages on delete set null;
create index media_planned on media (planned_id) where planned_id is not null;

-- What stands below the letters of a person, as a template.
create table mail_signatures (
  portal_id text not null references portals on delete cascade,
  user_id text not null,
  template text not null,
  primary key (portal_id, user_id)
);

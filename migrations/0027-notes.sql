-- What agents write beside a conversation for each other: never a message, and nothing that any lane sees.
create table notes (
  id uuid primary key default gen_random_uuid(),
  portal_id text not null references portals on delete cascade,
  conversation_id uuid not null references conversations on delete cascade,
  -- In the order in which they were written.
  seq bigint generated always as identity,
  author_id text not null,
  -- Made by the page: the same one twice is one note.
  client_id text not null,
  body text not null,
  -- [{"id": …, "name": …}]: employees as they are named in the text.
  mentions jsonb not null default '[]',
  -- Those of them who have not been told yet.
  untold text[] not null default '{}',
  -- By the clock of the messages' `created_at`, among which it stands.
  created_at timestamptz not null default clock_timestamp(),
  edited_at timestamptz,
  deleted_at timestamptz,
  unique (portal_id, author_id, client_id)
);
create index notes_conversation on notes (conversation_id, seq);
create index notes_untold on notes (created_at) where untold <> '{}';
create index notes_age on notes (portal_id, created_at);

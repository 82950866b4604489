-- Letters whose reading is to be seen: the links that stand in them, so that nobody is ever led anywhere else.
create table letter_tracks (
  id uuid primary key default gen_random_uuid(),
  portal_id text not null references portals on delete cascade,
  -- Of the message that it is, or will be.
  origin_key text not null,
  account_id uuid not null references accounts on delete cascade,
  message_header_id text not null,
  links text[] not null,
  created_at timestamptz not null default clock_timestamp(),
  unique (portal_id, origin_key)
);
create index letter_tracks_age on letter_tracks (portal_id, created_at);

-- Who fetched its picture or followed its links: what the request said, never the address it came from.
create table letter_hits (
  track_id uuid not null references letter_tracks on delete cascade,
  n integer not null,
  link integer,
  at timestamptz not null,
  method text not null,
  agent text not null,
  from_print text not null,
  ahead boolean not null,
  class text not null,
  primary key (track_id, n)
);

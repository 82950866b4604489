-- Who is who, by which rules it is decided where they belong, and what was decided.

create table people (
  id uuid primary key default gen_random_uuid(),
  portal_id text not null references portals on delete cascade,
  created_at timestamptz not null default clock_timestamp(),
  -- For the list of people: the latest activity of any of their conversations, and their names in one text to search in.
  active_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  name text not null default ''
);
create index people_latest on people (portal_id, active_at desc, id);

-- What a person is known by. One of each kind and key in a portal: it belongs to one person, or to nobody.
create table contact_points (
  portal_id text not null references portals on delete cascade,
  kind text not null,
  key text collate "C" not null,
  shown text not null,
  person_id uuid not null references people on delete cascade,
  why jsonb not null,
  linkable boolean not null,
  shared boolean not null default false,
  is_first boolean not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (portal_id, kind, key)
);
create index contact_points_person on contact_points (person_id);
create index contact_points_shown on contact_points (portal_id, lower(shown) text_pattern_ops);

-- Cards of the CRM that belong to a person, as they looked when they were last read.
create table person_entities (
  portal_id text not null references portals on delete cascade,
  type text not null,
  id text not null,
  person_id uuid not null references people on delete cascade,
  why text not null,
  title text not null,
  open boolean not null,
  pipeline text,
  stage text,
  responsible text,
  last_active_at timestamptz not null,
  -- null: an event said that it has changed since.
  fresh_at timestamptz,
  primary key (portal_id, type, id)
);
create index person_entities_person on person_entities (person_id);

create table person_audit (
  id uuid primary key default gen_random_uuid(),
  portal_id text not null references portals on delete cascade,
  -- Not a reference: who was joined into another is gone, and what happened to them is still to be seen and undone.
  person_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  by_user text not null,
  what text not null,
  about jsonb not null,
  -- What moved, from where and to where: enough to put it back.
  moved jsonb not null,
  undone_at timestamptz
);
create index person_audit_person on person_audit (portal_id, person_id, at desc);

alter table conversations add column person_id uuid references people on delete set null;
create index conversations_person on conversations (person_id) where person_id is not null;

create table rulesets (
  portal_id text not null references portals on delete cascade,
  version integer not null,
  content jsonb not null,
  at timestamptz not null default clock_timestamp(),
  by_user text not null,
  note text not null,
  primary key (portal_id, version)
);

-- What an open line made of its chats by itself before our rules took over: put back when they no longer do.
create table line_crm (
  portal_id text not null references portals on delete cascade,
  line text not null,
  before jsonb not null,
  primary key (portal_id, line)
);

create table decisions (
  id uuid primary key default gen_random_uuid(),
  portal_id text not null references portals on delete cascade,
  conversation_id uuid not null references conversations on delete cascade,
  person_id uuid not null references people on delete cascade,
  message_id uuid not null references messages on delete cascade,
  at timestamptz not null default clock_timestamp(),
  ruleset_version integer,
  facts jsonb,
  decision jsonb,
  given_filter text,
  given_person text,
  -- Messages up to here stand in the cards.
  written_seq bigint not null default 0,
  ended_at timestamptz
);
create unique index decisions_message on decisions (message_id);
create unique index decisions_current on decisions (conversation_id) where ended_at is null;
create index decisions_conversation on decisions (conversation_id, at desc);
create index decisions_recent on decisions (portal_id, at desc) where facts is not null;
create index decisions_given on decisions (portal_id, at) where given_filter is not null;
create index decisions_open on decisions (portal_id) where ended_at is null;
create index decisions_person on decisions (person_id);

create table decision_steps (
  portal_id text not null,
  decision_id uuid not null references decisions on delete cascade,
  name text not null,
  begun_at timestamptz not null default clock_timestamp(),
  -- null: it began, and nobody knows yet.
  ending jsonb,
  primary key (decision_id, name)
);

-- What automation rules and workflows of a portal ask us to do. A call is known by its token, so the same call twice is one.
create table robot_calls (
  id uuid primary key default gen_random_uuid(),
  portal_id text not null references portals on delete cascade,
  token_digest text not null,
  -- Sealed; null once nothing is to be returned any more.
  token_sealed text,
  robot text not null,
  workflow text not null,
  card_type text not null,
  card_id text not null,
  properties jsonb not null,
  -- The workflow waits for what became of it.
  returns boolean not null,
  progress jsonb not null default '{}',
  -- Conversations in which an answer is waited for, and the last position that is none.
  waits_for uuid[],
  waits_after bigint,
  result jsonb,
  returned text check (returned in ('returned', 'refused', 'given-up', 'not-wanted')),
  returned_why text,
  attempts integer not null default 0,
  -- Null: it is over.
  due_at timestamptz,
  taken_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  unique (portal_id, token_digest)
);
create index robot_calls_due on robot_calls (due_at) where due_at is not null;
create index robot_calls_latest on robot_calls (portal_id, created_at desc, id desc);
create index robot_calls_workflow on robot_calls (portal_id, workflow);
create index robot_calls_waiting on robot_calls (due_at) where waits_for is not null;

-- What of a conversation moves a card of the CRM. Each is a trigger of the portal under a code of its own.
create table triggers (
  id uuid primary key default gen_random_uuid(),
  portal_id text not null references portals on delete cascade,
  kind text not null,
  name text not null,
  filter jsonb not null,
  enabled boolean not null default true,
  -- The portal knows it under this name; null: not yet, or not any more.
  registered_name text,
  problem text,
  made_by text not null,
  -- What happened before is none of its causes.
  since timestamptz not null default clock_timestamp(),
  changed_at timestamptz not null default clock_timestamp(),
  fired bigint not null default 0,
  last_fired_at timestamptz
);
create index triggers_portal on triggers (portal_id);

-- How far a conversation was looked through for causes.
create table trigger_marks (
  conversation_id uuid primary key references conversations on delete cascade,
  portal_id text not null,
  seen_seq bigint not null,
  open boolean not null
);

create table trigger_firings (
  id uuid primary key default gen_random_uuid(),
  portal_id text not null references portals on delete cascade,
  trigger_id uuid not null references triggers on delete cascade,
  conversation_id uuid not null references conversations on delete cascade,
  cause text not null,
  state text not null default 'due' check (state in ('due', 'done', 'nowhere', 'given-up')),
  -- Each with what became of it: an attempt is on record before it leaves.
  cards jsonb not null default '[]',
  error text,
  due_at timestamptz,
  taken_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  unique (trigger_id, cause)
);
create index trigger_firings_due on trigger_firings (due_at) where due_at is not null;
create index trigger_firings_latest on trigger_firings (portal_id, created_at desc, id desc);

-- Outside bots: one for an account, and how each conversation stands with it.

create table bots (
  account_id uuid primary key references accounts on delete cascade,
  portal_id text not null references portals on delete cascade,
  settings jsonb not null,
  secret_sealed text not null,
  -- What was said before it was switched on is no business of the bot.
  since timestamptz not null default clock_timestamp(),
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp(),
  -- In a row, over all conversations.
  failures integer not null default 0,
  broken_until timestamptz,
  failure text,
  failed_at timestamptz,
  answered_at timestamptz
);

create table bot_talks (
  conversation_id uuid primary key references conversations on delete cascade,
  portal_id text not null,
  account_id uuid not null references bots on delete cascade,
  -- `talk` as the rules keep it, and an answer that is not carried out yet.
  state jsonb not null
);
create index bot_talks_talking on bot_talks (account_id) where state #>> '{talk,phase}' = 'talking';

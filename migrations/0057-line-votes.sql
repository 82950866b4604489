-- Votes that open lines ask for by themselves: the customer's, recognised in what passes through us, and the supervisor's,
-- which the portal tells of a session when it is asked. One row for each session of a line.
create table line_votes (
  portal_id text not null,
  account_id uuid not null references accounts on delete cascade,
  conversation_id uuid not null references conversations on delete cascade,
  session_id text not null,
  -- Who had the conversation.
  operator_id text,
  -- The customer's, 1 to 5.
  stars smallint,
  rated_at timestamptz,
  supervisor_stars smallint,
  supervised_at timestamptz,
  -- The line said this without an author after a customer's 1 or 0: its texts tell whether that was a vote. Null: nothing to ask.
  thanked_seq bigint,
  thanked_due timestamptz,
  -- When the portal is asked for the supervisor's, and how often it was. Null: not any more.
  look_at timestamptz,
  looks smallint not null default 0,
  primary key (conversation_id, session_id)
);
create index line_votes_thanked on line_votes (thanked_due) where thanked_due is not null;
create index line_votes_look on line_votes (look_at) where look_at is not null;
create index line_votes_rated on line_votes (portal_id, rated_at) where rated_at is not null;
create index line_votes_supervised on line_votes (portal_id, supervised_at) where supervised_at is not null;

-- Deals of which an event told and that belong to nobody we know. Read once: those whose contact is a person's are then theirs,
-- so that what is made and won after the last message counts.
create table strange_deals (
  portal_id text not null references portals on delete cascade,
  id text not null,
  told_at timestamptz not null,
  -- What was read before the last event is not taken for how it looks now.
  changes integer not null default 0,
  primary key (portal_id, id)
);

-- What reports count. The journal is forgotten after a while and is too large to be read for a page; so what was said, asked and
-- answered is counted once, behind the messages, from their positions. Nothing of it is written on the way in.

-- What ended a wait or a conversation and is no message. Kept, because everything can be counted anew from it and the messages.
--   closed    the conversation was closed
--   no-reply  somebody said that nothing needs an answer, or a rating was given
--   rated     what was said was a number of stars
--   void      that was taken back
--   moved     messages went to another conversation
create table talk_marks (
  id bigint generated always as identity primary key,
  portal_id text not null,
  conversation_id uuid not null references conversations on delete cascade,
  kind text not null,
  -- Stands behind this message.
  seq bigint not null,
  at timestamptz not null default clock_timestamp(),
  -- Who had the conversation.
  agent text,
  counted boolean not null default false
);
create index talk_marks_conversation on talk_marks (conversation_id, seq);
create index talk_marks_new on talk_marks (portal_id, seq) where not counted;

-- How far a portal's messages are counted, and by which version of the rules for it.
create table report_progress (
  portal_id text primary key references portals on delete cascade,
  version integer not null,
  position bigint not null default 0,
  -- Everything that came before this is counted.
  counted_to timestamptz,
  -- Nothing up to this quarter of an hour is counted again.
  said_before integer not null default 0
);

-- One for each time that a customer was spoken with: from the first word to the closing. n: from 1 in each conversation.
create table report_talks (
  portal_id text not null,
  account_id uuid not null references accounts on delete cascade,
  conversation_id uuid not null,
  n integer not null,
  opened_at timestamptz not null,
  opened_seq bigint not null,
  -- We wrote first.
  by_us boolean not null,
  -- The first word of a person of the company, and whose.
  answered_seq bigint,
  agent text,
  closed_at timestamptz,
  closed_seq bigint,
  primary key (conversation_id, n)
);
create index report_talks_opened on report_talks (portal_id, opened_at) include (account_id, agent);
create index report_talks_closed on report_talks (portal_id, closed_at) include (account_id, agent);

-- One for each time that a customer waited: from the first word that nobody had answered to what ended it.
create table report_waits (
  portal_id text not null,
  account_id uuid not null references accounts on delete cascade,
  conversation_id uuid not null,
  asked_seq bigint not null,
  asked_at timestamptz not null,
  -- Nobody had answered in that talk yet.
  is_first boolean not null,
  -- answered, no-reply, closed; null: they wait.
  ended text,
  end_seq bigint,
  seconds integer,
  -- Who answered; of a wait that was only closed: who had the conversation.
  agent text,
  primary key (conversation_id, asked_seq)
);
create index report_waits_asked on report_waits (portal_id, asked_at)
  include (account_id, conversation_id, is_first, ended, seconds, agent);

-- How many messages were said in a quarter of an hour (no time zone divides these; counted from 1970).
-- writer: empty for customers, `phone`, `auto`, or an employee's id.
create table report_said (
  portal_id text not null,
  account_id uuid not null references accounts on delete cascade,
  conversation_id uuid not null,
  quarter integer not null,
  writer text not null,
  messages integer not null,
  primary key (conversation_id, quarter, writer)
);
create index report_said_quarter on report_said (portal_id, quarter) include (account_id, conversation_id, writer, messages);

-- Stars that customers gave in a chat of a line; those of accounts without one stand in own_ratings.
create table report_ratings (
  portal_id text not null,
  account_id uuid not null references accounts on delete cascade,
  conversation_id uuid not null,
  seq bigint not null,
  at timestamptz not null,
  stars smallint not null,
  agent text,
  primary key (conversation_id, seq)
);
create index report_ratings_at on report_ratings (portal_id, at);
create index own_ratings_supervised on own_ratings (portal_id, supervised_at) where supervised_at is not null;

-- Who writes in lines: people, or bots. Asked once.
create table report_writers (
  portal_id text not null references portals on delete cascade,
  user_id text not null,
  is_person boolean not null,
  primary key (portal_id, user_id)
);

-- Few conversations have tags; those that have one are found by it.
create index conversations_tagged on conversations using gin (tags) where tags <> '{}';

-- Behind which message a conversation is closed: what the line has not been handed yet, and nobody has answered, belongs to
-- what comes next.
create function mark_closed(of_portal text, of_conversation uuid) returns void
language sql set enable_seqscan = off set jit = off as $$
  insert into talk_marks (portal_id, conversation_id, kind, seq, agent)
    select c.portal_id, c.id, 'closed', coalesce(
        (select greatest(min(m.seq) - 1, c.answered_seq) from messages m
          where m.conversation_id = c.id and m.direction = 'in' and m.pending and m.kind = 'message'
          having count(*) > 0),
        (select m.seq from messages m where m.conversation_id = c.id order by m.seq desc limit 1),
        0), c.operator_id
      from conversations c where c.id = of_conversation and c.portal_id = of_portal
$$;

-- What is known of the time before: when sessions that our rules decided about were closed, and what stands closed now.
insert into talk_marks (portal_id, conversation_id, kind, seq, at, agent)
  select d.portal_id, d.conversation_id, 'closed', last.seq, d.closed_at, null
    from decisions d cross join lateral (
      select m.seq from messages m
        where m.conversation_id = d.conversation_id and m.created_at <= d.closed_at order by m.seq desc limit 1) as last
    where d.closed_at is not null
  union all
  select c.portal_id, c.id, 'closed', last.seq, c.state_at, c.operator_id
    from conversations c cross join lateral (
      select m.seq from messages m
        where m.conversation_id = c.id and m.created_at <= c.state_at order by m.seq desc limit 1) as last
    where not c.open and c.state_at is not null and c.moved_to is null;

-- As before; and what was counted of both is counted anew.
do $$
declare
  made text := pg_get_functiondef('hand_over'::regproc);
begin
  if position('if not waiting then' in made) = 0 then
    raise exception 'hand_over is not what it was';
  end if;
  execute replace(made, 'if not waiting then', $change$update talk_marks t set conversation_id = place.id where t.conversation_id = lane_conversation;
  insert into talk_marks (portal_id, conversation_id, kind, seq)
    select lane_portal, k.id, 'moved', 0 from unnest(array[lane_conversation, place.id]) as k(id);
  if not waiting then$change$);
end
$$;

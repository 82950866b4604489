-- How the accounts are: what was counted of them by day, how long they stand as they do, and which trouble was told to whom.

alter table accounts
  -- Since when it is connected, or is not: which way of not being connected does not matter.
  add column steady_since timestamptz not null default clock_timestamp(),
  -- It was connected once: from then on, not being connected is trouble and no longer a set-up under way.
  add column worked boolean not null default false;
update accounts set worked = connection ->> 'kind' = 'connected', steady_since = created_at;

-- An account's day, by the clock of its portal. Counted in memory and added a few times a minute: accepting a message writes
-- nothing here, and a crash loses the counts of some seconds. Bit 0 of the hours is the hour after midnight.
create table account_days (
  portal_id text not null,
  account_id uuid not null references accounts on delete cascade,
  day date not null,
  received integer not null default 0,
  sent integer not null default 0,
  refused integer not null default 0,
  failed integer not null default 0,
  uncertain integer not null default 0,
  last_received_at timestamptz,
  last_sent_at timestamptz,
  -- Hours in which a customer wrote.
  heard_hours integer not null default 0,
  -- Hours in which the account was on and connected, so that silence in them tells something.
  watched_hours integer not null default 0,
  primary key (account_id, day)
);
create index account_days_portal on account_days (portal_id, day);
insert into account_days (portal_id, account_id, day, last_received_at)
  select portal_id, account_id, (max(last_inbound_at) at time zone 'UTC')::date, max(last_inbound_at)
    from conversations where last_inbound_at is not null group by portal_id, account_id;

-- Trouble of an account that people are told about: a row from the alarm to the all-clear.
create table account_alarms (
  portal_id text not null,
  account_id uuid not null references accounts on delete cascade,
  -- connection, silence
  kind text not null,
  -- down, person, silent
  reason text not null,
  sentence text not null,
  since timestamptz not null,
  raised_at timestamptz not null default clock_timestamp(),
  -- Whom the telling began with. Written before it, so that after a crash the all-clear reaches whoever heard the alarm.
  told_to text[],
  told_at timestamptz,
  ended_at timestamptz,
  -- mended, off
  ending text,
  primary key (account_id, kind)
);
create index account_alarms_portal on account_alarms (portal_id);

alter table portals
  -- Whom alarms go to, as [{id, name}]. Null: who installed the application.
  add column alarm_people jsonb,
  -- IANA name. Null: not known, so UTC.
  add column time_zone text;

-- What waits to be delivered, by account and direction. Goes from the portal's lanes to their unfinished messages.
create function account_queues(of_portal text)
returns table (account_id uuid, direction text, waiting bigint, oldest_at timestamptz)
language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
begin
  return query
    select l.account_id, l.direction, sum(w.waiting)::bigint, min(w.oldest_at)
      from lanes l cross join lateral (
        select count(*) as waiting, min(m.created_at) as oldest_at from messages m
          where m.conversation_id = l.conversation_id and m.direction = l.direction and m.pending) as w
      where l.portal_id = of_portal and w.waiting > 0
      group by l.account_id, l.direction;
end
$$;

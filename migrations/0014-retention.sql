-- How long messages are kept. Conversations, people and what was counted stay.
alter table portals
  -- Null: for ever.
  add column keep_days integer default 90,
  -- Messages from before this may have been deleted: what a line's history still shows of them is no news.
  add column forgotten_before timestamptz;

-- Files of messages that are deleted already, until their bytes are gone too: a crash between leaves none behind.
create table removed_media (
  id text primary key,
  portal_id text not null references portals on delete cascade
);
create index removed_media_portal on removed_media (portal_id);

-- The functions keep their plans for as long as a connection lives. One made while a table was nearly empty would read it
-- from end to end for ever after, so that is forbidden to them.

-- The position from which on a portal's messages came at that time or later. Positions are drawn as messages come, so this
-- is halving, a look into the index each time; messages that came within the same seconds may stand the other way round.
create function position_at(of_portal text, at_time timestamptz) returns bigint
language plpgsql stable set enable_seqscan = off set jit = off as $$
declare
  low bigint;
  high bigint;
  probe record;
begin
  select m.seq into low from messages m where m.portal_id = of_portal order by m.seq limit 1;
  select m.seq + 1 into high from messages m where m.portal_id = of_portal order by m.seq desc limit 1;
  if low is null then
    return 0;
  end if;
  while low < high loop
    select m.seq, m.created_at into probe from messages m
      where m.portal_id = of_portal and m.seq >= (low + high) / 2 order by m.seq limit 1;
    if not found or probe.created_at >= at_time then
      high := (low + high) / 2;
    else
      low := probe.seq + 1;
    end if;
  end loop;
  return low;
end
$$;

-- How many messages came before a time; counts no further than `at_most`.
create function count_before(of_portal text, before_time timestamptz, at_most integer) returns integer
language plpgsql stable set enable_seqscan = off set jit = off as $$
begin
  return (
    select count(*) from (
      select 1 from messages m
        where m.portal_id = of_portal and m.seq < position_at(of_portal, before_time) order by m.seq limit at_most) as old);
end
$$;

-- Deletes what came before a time, of at most `at_most` messages from a position on. Kept: what is not at its end yet, what
-- a conversation's lane may be working with, what an unfinished change is about, and what an open session has still to write
-- into its card, or was decided by. Rows that somebody holds are left for another time, so this waits for nobody.
-- Answers the last position looked at, or null when there is nothing older behind it.
create function forget_messages(of_portal text, before_time timestamptz, after_seq bigint, at_most integer)
returns table (last_seq bigint, forgotten integer)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  ids uuid[];
  looked_at integer;
  old integer;
begin
  select array_agg(w.id), max(w.seq), count(*), count(*) filter (where w.created_at < before_time)
    into ids, last_seq, looked_at, old
    from (
      select m.id, m.seq, m.created_at from messages m
        where m.portal_id = of_portal and m.seq > after_seq order by m.seq limit at_most) as w;
  if looked_at < at_most or old = 0 then
    last_seq := null;
  end if;

  with doomed as materialized (
    select m.id from messages m
      where m.id = any(ids) and m.created_at < before_time and not m.pending
        and not exists (
          select 1 from lanes l
            where l.conversation_id = m.conversation_id and (l.owner is not null or l.due_at is not null))
        and not exists (
          select 1 from messages w where w.conversation_id = m.conversation_id and w.pending and w.target_id = m.id)
        and not exists (
          select 1 from decisions d join conversations c on c.id = d.conversation_id
            where d.conversation_id = m.conversation_id and d.ended_at is null and c.open
              and (d.message_id = m.id or m.seq > d.written_seq))
      for update of m skip locked),
  files as (
    insert into removed_media (id, portal_id)
      select f.id, f.portal_id from media f join doomed on doomed.id = f.message_id
      on conflict do nothing),
  gone as (
    delete from messages m using doomed where m.id = doomed.id returning 1)
  select count(*) into forgotten from gone;
  return next;
end
$$;

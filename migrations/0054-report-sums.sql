-- Sums of what reports count, so that a page over a year does not read a year of rows. The database keeps them itself, in the
-- statement that changes a row: whatever counts, counts anew, or deletes, the sums say what the rows say.

-- Tags of conversations as they are counted: the counter alone writes them, so that no row is summed under one tag and taken
-- back under another.
create table report_tags (
  portal_id text not null references portals on delete cascade,
  conversation_id uuid not null,
  tag text not null,
  primary key (conversation_id, tag)
);
create index report_tags_tag on report_tags (portal_id, tag, conversation_id);

-- Conversations whose tags have changed since.
create table report_retags (
  id bigint generated always as identity primary key,
  portal_id text not null references portals on delete cascade,
  conversation_id uuid not null
);
create index report_retags_portal on report_retags (portal_id, id);

-- Of each UTC day and writer or agent. What belongs to nobody yet (it goes on, and is whose the conversation is) is in no sum.
create table report_days (
  portal_id text not null,
  -- Empty: of all conversations.
  tag text not null,
  -- From 1970.
  day integer not null,
  account_id uuid not null references accounts on delete cascade,
  -- As in report_said; and empty for what nobody answered.
  agent text not null,
  messages integer not null default 0,
  opened integer not null default 0,
  begun_by_us integer not null default 0,
  closed integer not null default 0,
  asked integer not null default 0,
  no_reply integer not null default 0,
  -- Seconds of first and of further answers, four bytes each: from these, medians are exact.
  firsts bytea not null default '',
  furthers bytea not null default '',
  primary key (portal_id, tag, day, account_id, agent)
) with (fillfactor = 80);

-- Of each quarter of an hour, from which the days and hours of every time zone are made.
create table report_quarters (
  portal_id text not null,
  tag text not null,
  quarter integer not null,
  account_id uuid not null references accounts on delete cascade,
  received integer not null default 0,
  answers integer not null default 0,
  opened integer not null default 0,
  closed integer not null default 0,
  asked integer not null default 0,
  unanswered integer not null default 0,
  answered integer not null default 0,
  seconds bigint not null default 0,
  primary key (portal_id, tag, quarter, account_id)
) with (fillfactor = 80);

-- What goes on.
create index report_waits_open on report_waits (portal_id, asked_at) include (account_id, conversation_id) where ended is null;
create index report_talks_open on report_talks (portal_id, opened_at) include (account_id, conversation_id, agent, by_us)
  where closed_at is null;
-- What one colleague did: no more than one person can do.
create index report_waits_agent on report_waits (portal_id, agent, asked_at) where agent is not null;
create index report_talks_agent on report_talks (portal_id, agent, opened_at) where agent is not null;
create index report_said_writer on report_said (portal_id, writer, quarter) where writer not in ('', 'auto');

-- A number out of a row of them.
create function report_seconds(packed bytea, n integer) returns integer language sql immutable as $$
  select (get_byte(packed, n * 4) << 24) + (get_byte(packed, n * 4 + 1) << 16)
    + (get_byte(packed, n * 4 + 2) << 8) + get_byte(packed, n * 4 + 3)
$$;

-- What is left of a row of numbers without others.
create function report_without(packed bytea, gone bytea) returns bytea language sql immutable as $$
  select case when length(gone) = 0 then packed else coalesce((
    select string_agg(int4send(k.seconds), ''::bytea)
      from (
        select x.seconds, sum(x.n)::int as n from (
            select report_seconds(packed, i) as seconds, 1 as n from generate_series(0, length(packed) / 4 - 1) as i
            union all
            select report_seconds(gone, i), -1 from generate_series(0, length(gone) / 4 - 1) as i) as x
          group by x.seconds having sum(x.n) > 0) as k
        cross join lateral generate_series(1, k.n)), ''::bytea) end
$$;

-- The sums of each table, written once and used three times: for rows that change, for conversations that get or lose a tag, and
-- for what was counted before there were sums. $FROM: rows c, each with tags g; $SIGN: they come (1) or go (-1).
do $$
declare
  day text := 'floor(extract(epoch from %s) / 86400)::int';
  quarter text := 'floor(extract(epoch from %s) / 900)::int';
  events text := '(values (c.opened_at, 1, c.by_us::int, 0), (c.closed_at, 0, 0, 1)) as e(at, opened, begun, closed)';
  of_days text := 'on conflict (portal_id, tag, day, account_id, agent) do update set ';
  of_quarters text := 'on conflict (portal_id, tag, quarter, account_id) do update set ';
  sums jsonb := jsonb_build_object(
    'report_waits', format($sum$
      insert into report_days as s (portal_id, tag, day, account_id, agent, asked, no_reply, firsts, furthers)
        select c.portal_id, g.tag, %1$s, c.account_id, coalesce(c.agent, ''), $SIGN * count(*),
            $SIGN * count(*) filter (where c.ended = 'no-reply'),
            coalesce(string_agg(int4send(c.seconds), ''::bytea) filter (where c.ended = 'answered' and c.is_first), ''),
            coalesce(string_agg(int4send(c.seconds), ''::bytea) filter (where c.ended = 'answered' and not c.is_first), '')
          from $FROM where c.ended is not null group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        %3$s asked = s.asked + excluded.asked, no_reply = s.no_reply + excluded.no_reply,
          firsts = case when $SIGN > 0 then s.firsts || excluded.firsts else report_without(s.firsts, excluded.firsts) end,
          furthers = case when $SIGN > 0 then s.furthers || excluded.furthers else report_without(s.furthers, excluded.furthers) end;
      insert into report_quarters as s (portal_id, tag, quarter, account_id, asked, unanswered, answered, seconds)
        select c.portal_id, g.tag, %2$s, c.account_id, $SIGN * count(*),
            $SIGN * count(*) filter (where c.ended is null or c.ended = 'closed'),
            $SIGN * count(*) filter (where c.ended = 'answered'),
            $SIGN * coalesce(sum(c.seconds) filter (where c.ended = 'answered'), 0)
          from $FROM group by 1, 2, 3, 4 order by 1, 2, 3, 4
        %4$s asked = s.asked + excluded.asked, unanswered = s.unanswered + excluded.unanswered,
          answered = s.answered + excluded.answered, seconds = s.seconds + excluded.seconds;
      $sum$, format(day, 'c.asked_at'), format(quarter, 'c.asked_at'), of_days, of_quarters),
    'report_talks', format($sum$
      insert into report_days as s (portal_id, tag, day, account_id, agent, opened, begun_by_us, closed)
        select c.portal_id, g.tag, %1$s, c.account_id, coalesce(c.agent, ''),
            $SIGN * sum(e.opened), $SIGN * sum(e.begun), $SIGN * sum(e.closed)
          from $FROM cross join lateral %3$s
          where e.at is not null and (c.agent is not null or c.closed_at is not null)
          group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        %4$s opened = s.opened + excluded.opened, begun_by_us = s.begun_by_us + excluded.begun_by_us,
          closed = s.closed + excluded.closed;
      insert into report_quarters as s (portal_id, tag, quarter, account_id, opened, closed)
        select c.portal_id, g.tag, %2$s, c.account_id, $SIGN * sum(e.opened), $SIGN * sum(e.closed)
          from $FROM cross join lateral %3$s where e.at is not null group by 1, 2, 3, 4 order by 1, 2, 3, 4
        %5$s opened = s.opened + excluded.opened, closed = s.closed + excluded.closed;
      $sum$, format(day, 'e.at'), format(quarter, 'e.at'), events, of_days, of_quarters),
    'report_said', format($sum$
      insert into report_days as s (portal_id, tag, day, account_id, agent, messages)
        select c.portal_id, g.tag, c.quarter / 96, c.account_id, c.writer, $SIGN * sum(c.messages)
          from $FROM group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        %1$s messages = s.messages + excluded.messages;
      insert into report_quarters as s (portal_id, tag, quarter, account_id, received, answers)
        select c.portal_id, g.tag, c.quarter, c.account_id,
            $SIGN * coalesce(sum(c.messages) filter (where c.writer = ''), 0),
            $SIGN * coalesce(sum(c.messages) filter (where c.writer not in ('', 'auto')), 0)
          from $FROM group by 1, 2, 3, 4 order by 1, 2, 3, 4
        %2$s received = s.received + excluded.received, answers = s.answers + excluded.answers;
      $sum$, of_days, of_quarters));
  -- Of an account that is deleted the sums go by themselves.
  there text := ' join accounts a on a.id = c.account_id ';
  tagged text := '';
  rows text;
  sum text;
begin
  set local jit = off;
  update report_talks set closed_at = opened_at where closed_at < opened_at;
  for rows, sum in select * from jsonb_each_text(sums) loop
    execute replace(replace(sum, '$FROM', format('%I c cross join (select '''' as tag) as g', rows) || there), '$SIGN', '1');
    execute format($make$
      create function %1$I() returns trigger language plpgsql set jit = off as $body$
      declare
        sign integer := tg_argv[0]::integer;
      begin
        if exists (select from changed) then %2$s end if;
        return null;
      end $body$;
      create trigger summed after insert on %3$I referencing new table as changed for each statement execute function %1$I('1');
      create trigger summed_again after update on %3$I referencing new table as changed for each statement execute function %1$I('1');
      create trigger summed_no_more after update on %3$I referencing old table as changed for each statement execute function %1$I('-1');
      create trigger unsummed after delete on %3$I referencing old table as changed for each statement execute function %1$I('-1');
      $make$, rows || '_summed', replace(replace(sum, '$FROM', 'changed c cross join lateral (
        select '''' as tag union all select t.tag from report_tags t where t.conversation_id = c.conversation_id) as g' || there),
        '$SIGN', 'sign'), rows);
    tagged := tagged || replace(replace(sum, '$FROM',
      format('changed g join %I c on c.conversation_id = g.conversation_id and c.portal_id = g.portal_id', rows) || there), '$SIGN', 'sign');
  end loop;
  -- Rows of those conversations alone are read, by their keys.
  execute format($make$
    create function report_tags_summed() returns trigger language plpgsql set jit = off set enable_seqscan = off as $body$
    declare
      sign integer := tg_argv[0]::integer;
    begin
      if exists (select from changed) then %s end if;
      return null;
    end $body$;
    create trigger summed after insert on report_tags referencing new table as changed for each statement execute function report_tags_summed('1');
    create trigger unsummed after delete on report_tags referencing old table as changed for each statement execute function report_tags_summed('-1');
    $make$, tagged);
end
$$;

-- A conversation that goes on as another one has that one's tags.
insert into report_tags (portal_id, conversation_id, tag)
  select c.portal_id, c.id, t.tag from conversations c cross join lateral unnest(c.tags) as t(tag)
    where t.tag <> '' and c.moved_to is null
  union
  select k.portal_id, k.id, t.tag from conversations c cross join lateral unnest(c.tags) as t(tag)
    join conversations k on k.moved_to = c.id where t.tag <> '';

create function note_retagged() returns trigger language plpgsql as $$
declare
  of conversations := case tg_op when 'DELETE' then old else new end;
begin
  -- With a portal that is deleted everything goes.
  insert into report_retags (portal_id, conversation_id) select p.id, of.id from portals p where p.id = of.portal_id;
  return null;
end
$$;
create trigger tagged after insert on conversations for each row
  when (new.tags <> '{}' or new.moved_to is not null) execute function note_retagged();
create trigger retagged after update of tags, moved_to on conversations for each row
  when (old.tags is distinct from new.tags or old.moved_to is distinct from new.moved_to) execute function note_retagged();
create trigger untagged after delete on conversations for each row
  when (old.tags <> '{}' or old.moved_to is not null) execute function note_retagged();

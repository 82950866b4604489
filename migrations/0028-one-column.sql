-- The messages of one person in one column, over all their conversations.

-- What became of a message stands anywhere after it: found by the message, however long ago.
create index messages_changes on messages (target_id, seq) where kind in ('edit', 'delete', 'reaction');

create function changes_of(of_portal text, of_messages uuid[]) returns setof messages
language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  return query
    select m.* from messages m
      where m.target_id = any(of_messages) and m.kind in ('edit', 'delete', 'reaction') and m.portal_id = of_portal
      order by m.seq;
end
$$;

-- The first messages of these conversations after a position (`forwards`) or the last ones before one, nearest first. Of each
-- conversation no more are read than all of them may give together, so a page costs the same at any depth.
create function read_thread(
  of_portal text, of_conversations uuid[], with_changes boolean, after_seq bigint, before_seq bigint, forwards boolean,
  at_most integer)
returns setof messages
language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  if forwards then
    return query
      select m.* from conversations c cross join lateral (
        select each.* from messages each
          where each.conversation_id = c.id and each.seq > after_seq and each.seq < before_seq
            and each.kind <> 'mirror' and (with_changes or each.kind = 'message')
          order by each.seq limit at_most) as m
      where c.portal_id = of_portal and c.id = any(of_conversations)
      order by m.seq limit at_most;
  else
    return query
      select m.* from conversations c cross join lateral (
        select each.* from messages each
          where each.conversation_id = c.id and each.seq > after_seq and each.seq < before_seq
            and each.kind <> 'mirror' and (with_changes or each.kind = 'message')
          order by each.seq desc limit at_most) as m
      where c.portal_id = of_portal and c.id = any(of_conversations)
      order by m.seq desc limit at_most;
  end if;
end
$$;

-- Position of the first message of these conversations that was sent at that time or later; null: there is none. What
-- came before was sent before, so only what came since is looked at. Vendors' clocks may be ahead of ours by an hour.
create function first_since(of_portal text, of_conversations uuid[], at_time timestamptz) returns bigint
language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  low bigint := position_at(of_portal, at_time - interval '1 hour');
  found_at bigint;
begin
  select min(f.seq) into found_at
    from conversations c cross join lateral (
      select m.seq from messages m
        where m.conversation_id = c.id and m.seq >= low and m.kind = 'message' and m.sent_at >= at_time
        order by m.seq limit 1) as f
    where c.portal_id = of_portal and c.id = any(of_conversations);
  return found_at;
end
$$;

-- As `search_messages` was, in any number of conversations (null: in all), and if wished in what was said alone: in its
-- text and the names of its files (`said`).
create function find_messages(
  of_portal text, of_conversations uuid[], before_seq bigint, stretch integer, at_most integer, asked jsonb)
returns table (low bigint, looked_at integer, oldest timestamptz, hits jsonb)
language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  candidates uuid[];
  states text[] := array(select jsonb_array_elements_text(asked -> 'states'));
  accounts uuid[] := array(select jsonb_array_elements_text(asked -> 'accounts')::uuid);
  words text[] := array(select jsonb_array_elements_text(asked -> 'words'));
  digits text := asked ->> 'digits';
begin
  if of_conversations is null then
    select array_agg(w.id), min(w.seq), count(*), min(w.created_at) into candidates, low, looked_at, oldest
      from (
        select m.id, m.seq, m.created_at from messages m
          where m.portal_id = of_portal and m.seq < before_seq order by m.seq desc limit stretch) as w;
  else
    select array_agg(w.id), min(w.seq), count(*), min(w.created_at) into candidates, low, looked_at, oldest
      from (
        select each.id, each.seq, each.created_at
          from conversations c cross join lateral (
            select m.id, m.seq, m.created_at from messages m
              where m.conversation_id = c.id and m.seq < before_seq order by m.seq desc limit stretch) as each
          where c.portal_id = of_portal and c.id = any(of_conversations)
          order by each.seq desc limit stretch) as w;
  end if;

  select jsonb_agg(to_jsonb(f) order by f.seq desc) into hits from (
    select m.* from messages m
      where m.id = any(candidates) and m.kind <> 'mirror'
        and (asked ->> 'changes' = 'true' or m.kind = 'message')
        and (asked -> 'states' is null or m.state = any(states))
        and (asked -> 'accounts' is null or m.account_id = any(accounts))
        and (asked ->> 'direction' is null or m.direction = asked ->> 'direction')
        and (asked ->> 'since' is null or m.created_at >= (asked ->> 'since')::timestamptz)
        and (asked ->> 'until' is null or m.created_at < (asked ->> 'until')::timestamptz)
        and case
          when asked -> 'words' is null then true
          when asked ->> 'said' = 'true' then (
            select bool_and(position(w.word in said.all_words) > 0)
              from unnest(words) as w(word) cross join (
                select lower(concat_ws(' ', m.content #>> '{body,text}', (
                  select string_agg(a ->> 'name', ' ') from jsonb_array_elements(m.content -> 'attachments') as a))) as all_words
              ) as said)
          else (
          select (select bool_and(position(w.word in said.all_words) > 0) from unnest(words) as w(word))
              or (digits is not null and position(digits in regexp_replace(said.numbers, '\D', '', 'g')) > 0)
            from (
              select
                  lower(concat_ws(' ', m.content #>> '{body,text}', files.names,
                    c.customer ->> 'name', c.customer ->> 'lastName', c.customer ->> 'username',
                    c.customer ->> 'phone', c.customer ->> 'email',
                    m.content #>> '{author,name}', m.content #>> '{author,lastName}', m.content #>> '{author,username}',
                    m.content #>> '{author,phone}')) as all_words,
                  concat_ws(' ', m.content #>> '{body,text}', c.customer ->> 'phone', m.content #>> '{author,phone}') as numbers
                from conversations c cross join lateral (
                  select string_agg(a ->> 'name', ' ') as names from jsonb_array_elements(m.content -> 'attachments') as a) as files
                where c.id = m.conversation_id) as said) end
      order by m.seq desc limit at_most) as f;
  return next;
end
$$;

-- For processes of the version before, while they still run.
create or replace function search_messages(
  of_portal text, of_conversation uuid, before_seq bigint, stretch integer, at_most integer, asked jsonb)
returns table (low bigint, looked_at integer, oldest timestamptz, hits jsonb) language sql stable as $$
  select * from find_messages(
    of_portal, case when of_conversation is not null then array[of_conversation] end, before_seq, stretch, at_most, asked)
$$;

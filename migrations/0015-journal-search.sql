-- Looking for messages. There is no index over their words: it would have to be kept up to date by every accept, which is the
-- one statement that must stay cheap. Instead a stretch of the journal is read from a position backwards, and its end is told.
--
-- The function keeps its plan for as long as a connection lives. One made while a table was nearly empty would read it from
-- end to end for ever after, so that is forbidden to it.

-- Of the `stretch` messages before a position, in one conversation or in all of them, those that have all that is asked for.
--   words   lower case; each stands in the text, the name of a file, or what is known of the customer or the writer
--   digits  a telephone number or a part of one, however it is written there
-- `low`: the first position of the stretch, null when there is nothing; `oldest`: when that message came.
create function search_messages(
  of_portal text, of_conversation uuid, before_seq bigint, stretch integer, at_most integer, asked jsonb)
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
  if of_conversation is null then
    select array_agg(w.id), min(w.seq), count(*), min(w.created_at) into candidates, low, looked_at, oldest
      from (
        select m.id, m.seq, m.created_at from messages m
          where m.portal_id = of_portal and m.seq < before_seq order by m.seq desc limit stretch) as w;
  else
    select array_agg(w.id), min(w.seq), count(*), min(w.created_at) into candidates, low, looked_at, oldest
      from (
        select m.id, m.seq, m.created_at from messages m
          where m.conversation_id = of_conversation and m.portal_id = of_portal and m.seq < before_seq
          order by m.seq desc limit stretch) as w;
  end if;

  select jsonb_agg(to_jsonb(f) order by f.seq desc) into hits from (
    select m.* from messages m
      where m.id = any(candidates)
        and (asked ->> 'changes' = 'true' or m.kind = 'message')
        and (asked -> 'states' is null or m.state = any(states))
        and (asked -> 'accounts' is null or m.account_id = any(accounts))
        and (asked ->> 'direction' is null or m.direction = asked ->> 'direction')
        and (asked ->> 'since' is null or m.created_at >= (asked ->> 'since')::timestamptz)
        and (asked ->> 'until' is null or m.created_at < (asked ->> 'until')::timestamptz)
        and case when asked -> 'words' is null then true else (
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

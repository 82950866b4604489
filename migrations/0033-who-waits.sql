-- Since when somebody waits is read for every conversation of a list and at each of its changes. The message after the last
-- answer says it, and is found by its place; before, all that came since was read: fifty thousand rows in a conversation
-- that nobody answers.
create index messages_from_phone on messages (conversation_id, seq)
  where direction = 'in' and kind = 'message' and origin ->> 'by' = 'device';

create or replace function waiting_since(of_conversation uuid, answered bigint) returns timestamptz
language sql stable set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off as $$
  select m.created_at from messages m
    where m.conversation_id = of_conversation and m.direction = 'in' and m.kind = 'message'
      and m.origin ->> 'by' = 'channel' and m.content ->> 'notice' is null
      and m.seq > greatest(coalesce(answered, 0), coalesce((
        select d.seq from messages d
          where d.conversation_id = of_conversation and d.direction = 'in' and d.kind = 'message'
            and d.origin ->> 'by' = 'device'
          order by d.seq desc limit 1), 0))
    order by m.seq limit 1
$$;

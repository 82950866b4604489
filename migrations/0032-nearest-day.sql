-- As before, but the nearest in time: a message that came late stands after others that were sent later. Vendors that are
-- late are so by few messages, so not all that came since are compared.
create or replace function first_since(of_portal text, of_conversations uuid[], at_time timestamptz) returns bigint
language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  low bigint := position_at(of_portal, at_time - interval '1 hour');
  found_at bigint;
begin
  select nearest.seq into found_at
    from conversations c
      cross join lateral (
        select m.seq from messages m
          where m.conversation_id = c.id and m.seq >= low and m.kind = 'message' and m.sent_at >= at_time
          order by m.seq limit 1) as first
      cross join lateral (
        select near.seq, near.sent_at from (
          select m.seq, m.sent_at, m.kind from messages m
            where m.conversation_id = c.id and m.seq >= first.seq order by m.seq limit 2000) as near
          where near.kind = 'message' and near.sent_at >= at_time
          order by near.sent_at, near.seq limit 1) as nearest
    where c.portal_id = of_portal and c.id = any(of_conversations)
    order by nearest.sent_at, nearest.seq limit 1;
  return found_at;
end
$$;

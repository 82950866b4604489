-- As before, but for changes: each number of the portal's is there once, so that nothing moves when the first one has gone out.
create or replace function unfinished_messages(lane_conversation uuid, lane_direction text, at_most integer) returns setof messages
language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  if lane_direction = 'in' then
    return query
      select * from messages
        where conversation_id = lane_conversation and direction = 'in' and pending
        order by seq limit at_most;
    return;
  end if;
  -- All that waits is looked at, as the one that was found last may come first: answers to one person are not that many.
  return query
    with waiting as (
      select m, m.seq,
          -- The portal's ids grow. What changes a message has its id, too, and stands where it was accepted: behind it.
          case when m.kind = 'message' and m.origin->>'by' = 'open-line' and m.origin->>'imMessageId' ~ '^[0-9]{1,18}$'
            then (m.origin->>'imMessageId')::bigint end as said
        from messages m
        where m.conversation_id = lane_conversation and m.direction = 'out' and m.pending),
    placed as (
      select m, seq, said,
          case when said is null then seq else min(seq) over (partition by said is null order by said desc) end as turn
        from waiting)
    select (placed.m).* from placed order by turn, said, seq limit at_most;
end
$$;

-- As before; and an answer does not leave while another one waits that goes out before it: it came after the lane was read.
-- Whoever accepts one writes to the lane's row, which is held here, so nothing comes in between.
create or replace function begin_attempt(lane_conversation uuid, lane_direction text, by_owner text, ids uuid[]) returns boolean
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  unfinished integer;
begin
  perform 1 from lanes l
    where l.conversation_id = lane_conversation and l.direction = lane_direction and l.owner = by_owner
    for no key update;
  if not found then
    return false;
  end if;
  perform 1 from lane_owners o where o.owner = by_owner and o.until > clock_timestamp();
  if not found then
    return false;
  end if;
  select count(*) into unfinished from (
    select 1 from messages m
      where m.id = any(ids) and m.conversation_id = lane_conversation and m.direction = lane_direction and m.pending
      for no key update) as locked;
  if unfinished <> cardinality(ids) then
    return false;
  end if;
  if lane_direction = 'out' then
    perform 1 from unfinished_messages(lane_conversation, lane_direction, 1) as head where head.id = any(ids);
    if not found then
      return false;
    end if;
  end if;
  update messages m
    set state = 'sending', attempts = m.attempts + 1, attempted_at = clock_timestamp(), error = null, settle_by = null
    where m.id = any(ids);
  return true;
end
$$;

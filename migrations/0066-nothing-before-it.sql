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

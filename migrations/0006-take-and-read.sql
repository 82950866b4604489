-- What a run of a lane starts from, in one statement: the lease, and all that decides what becomes of the lane.
create function lane_contents(lane_conversation uuid, lane_direction text, lane_portal text, at_most integer) returns jsonb
language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  return (
    select jsonb_build_object(
        'conversation', to_jsonb(c),
        'account', to_jsonb(a),
        'portal', jsonb_build_object(
          'active', p.active, 'authorised', p.refresh_token_sealed is not null, 'gap_at', p.gap_at),
        'rows', coalesce((
          select jsonb_agg(to_jsonb(m) order by m.seq) from (
            select * from messages
              where conversation_id = lane_conversation and direction = lane_direction and pending
              order by seq limit at_most) as m), '[]'))
      from conversations c join accounts a on a.id = c.account_id join portals p on p.id = c.portal_id
      where c.id = lane_conversation and c.portal_id = lane_portal);
end
$$;

-- Takes a lane that is free, ours, or a dead owner's, for an owner that lives, and clears its due time. Then reads it: in a
-- statement of its own, because whoever accepts meanwhile holds the lane's row, and what they accepted must be seen.
create function take_lane(lane_conversation uuid, lane_direction text, lane_portal text, by_owner text, at_most integer)
returns jsonb
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  update lanes l set owner = by_owner, due_at = null
    where l.conversation_id = lane_conversation and l.direction = lane_direction and l.portal_id = lane_portal
      and (l.owner is null or l.owner = by_owner or not exists (
        select 1 from lane_owners o where o.owner = l.owner and o.until > clock_timestamp()))
      and exists (select 1 from lane_owners o where o.owner = by_owner and o.until > clock_timestamp());
  if not found then
    return null;
  end if;
  return lane_contents(lane_conversation, lane_direction, lane_portal, at_most);
end
$$;

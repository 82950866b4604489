-- What an operator wrote while we were down is found later in the line's history, so it is accepted behind newer replies. It
-- goes out before them all the same: sorting the rows that were read was not enough where more were waiting than are read at
-- a time. A row's turn is the place of the first one that it must not come after; all else goes in the order of acceptance.
create function unfinished_messages(lane_conversation uuid, lane_direction text, at_most integer) returns setof messages
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
          -- The portal's ids grow.
          case when m.origin->>'by' = 'open-line' and m.origin->>'imMessageId' ~ '^[0-9]{1,18}$'
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

create or replace function lane_contents(lane_conversation uuid, lane_direction text, lane_portal text, at_most integer)
returns jsonb
language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  return (
    select jsonb_build_object(
        'conversation', to_jsonb(c),
        'account', to_jsonb(a),
        'portal', jsonb_build_object(
          'active', p.active, 'authorised', p.refresh_token_sealed is not null, 'gap_at', p.gap_at),
        'rows', coalesce((
          select jsonb_agg(to_jsonb(row)) from unfinished_messages(lane_conversation, lane_direction, at_most) as row), '[]'))
      from conversations c join accounts a on a.id = c.account_id join portals p on p.id = c.portal_id
      where c.id = lane_conversation and c.portal_id = lane_portal);
end
$$;

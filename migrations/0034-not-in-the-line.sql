-- What agents wrote on a surface of ours and the line did not take is told at the message, with what became of it.
create index messages_unmirrored on messages (target_id)
  where kind = 'mirror' and state in ('refused', 'failed', 'uncertain');

-- As before; and what of these messages, or of changes to them, the line does not show, or may not.
create or replace function changes_of(of_portal text, of_messages uuid[]) returns setof messages
language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  changes uuid[];
begin
  changes := array(
    select m.id from messages m
      where m.target_id = any(of_messages) and m.kind in ('edit', 'delete', 'reaction') and m.portal_id = of_portal);
  return query
    select m.* from messages m
      where m.id = any(changes) or m.id = any(array(
        select r.id from messages r
          where r.target_id = any(of_messages || changes) and r.portal_id = of_portal
            and r.kind = 'mirror' and r.state in ('refused', 'failed', 'uncertain')))
      order by m.seq;
end
$$;

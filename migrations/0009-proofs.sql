-- What the vendor has told of an attempt by the key that we gave along: the ids of the parts that it took, by their
-- place in the message. Null for a message of which the answer to the call told everything.
alter table messages add column proved text[];

-- The vendor names a part of one of our messages by our own key. When all its parts are named, an attempt whose answer was
-- lost (or is still under way) has succeeded: the message is sent, under these ids, and neither waits nor is sent again.
-- What the vendor refused stays refused. Answers the lane where somebody has to be told so.
--
-- One lock per message lets the parts of one message come in turn; those of the ids keep it and apply_receipt from missing
-- each other, and are taken before the row's, as finish_messages takes them.
create function prove_sent(in_account uuid, in_message uuid, in_id text, part integer, parts integer)
returns table (conversation_id uuid, portal_id text)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  row record;
  known text[];
  whole boolean;
begin
  perform 1 from messages m where m.id = in_message and m.account_id = in_account and m.direction = 'out'
    and m.kind = 'message' and m.state in ('stored', 'sending', 'uncertain', 'failed');
  if not found then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('proof' || in_message::text, 0));
  select m.state, m.proved, m.conversation_id, m.portal_id into row from messages m where m.id = in_message;
  -- Another number of parts: the message was made anew since.
  known := case when cardinality(row.proved) = parts then row.proved else array_fill(null::text, array[parts]) end;
  known[part] := in_id;
  whole := array_position(known, null) is null;
  perform pg_advisory_xact_lock(k) from (
    select distinct hashtextextended(in_account::text || i.id, 0) as k
      from unnest(known) as i(id) where i.id is not null order by 1) as keys;

  -- Who is at it, or comes to it, tells the portal anyway; where nobody does, the lane is locked before its messages.
  if whole and row.state in ('uncertain', 'failed') then
    update lanes l set due_at = least(l.due_at, now())
      where l.conversation_id = row.conversation_id and l.direction = 'out';
  end if;
  update messages m set proved = case when not whole then known end
    where m.id = in_message and m.state in ('stored', 'sending', 'uncertain', 'failed');
  if not found or not whole then
    return;
  end if;
  perform finish_messages(jsonb_build_array(
    jsonb_build_object('n', 0, 'message', in_message, 'state', 'sent', 'external_ids', to_jsonb(known))));
  if row.state in ('uncertain', 'failed') then
    conversation_id := row.conversation_id;
    portal_id := row.portal_id;
    return next;
  end if;
end
$$;

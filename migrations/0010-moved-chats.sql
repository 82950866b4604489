-- Chats that the vendor goes on with under another id (a group of Telegram that becomes a supergroup).
--
-- The conversation keeps its row, its history and its place in the portal, and takes the new id. A row stays behind under the
-- old id and names it: what still arrives there (messages on their way, answers of the portal to a chat that was begun under
-- the other id) is accepted as ever, and handed over by whoever takes the lane.
alter table conversations add column moved_to uuid references conversations on delete cascade;
create index conversations_moved on conversations (moved_to) where moved_to is not null;

-- The chat `from_chat` of an account is `to_chat` from now on. Both rows are locked in the order in which accepting locks them.
--   moved    the conversation goes on under the new id
--   joined   both were there: the one that the portal knows goes on, and takes over what the other holds
--   known    was done before
--   unknown  nothing is known of the old chat
-- `ids_end`: the vendor numbers messages anew, so the ids from before mean nothing any more and could be taken for those of
-- other messages. A row that a change still waits for keeps its own until then.
-- Answers the lanes that have work to hand over.
create function move_chat(in_portal text, in_account uuid, from_chat text, to_chat text, ids_end boolean)
returns table (outcome text, conversation_id uuid, direction text, portal_id text)
language plpgsql set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  old conversations;
  new conversations;
  stays uuid;
  goes uuid;
begin
  perform 1 from conversations c
    where c.account_id = in_account and c.portal_id = in_portal and c.external_chat_id in (from_chat, to_chat)
    order by c.external_chat_id for update;
  select * into old from conversations c where c.account_id = in_account and c.portal_id = in_portal and c.external_chat_id = from_chat;
  select * into new from conversations c where c.account_id = in_account and c.portal_id = in_portal and c.external_chat_id = to_chat;
  if old.id is null or from_chat = to_chat or new.moved_to is not null then
    return query select 'unknown', null::uuid, null::text, null::text;
    return;
  end if;
  if old.moved_to is not null then
    return query select 'known', null::uuid, null::text, null::text;
    return;
  end if;

  if ids_end then
    delete from message_parts p using messages m
      where p.message_id = m.id and m.conversation_id = old.id and not m.pending;
    update messages m set external_ids = '{}'
      where m.conversation_id = old.id and not m.pending and m.external_ids <> '{}'
        and not exists (select 1 from messages w where w.conversation_id = old.id and w.pending and w.target_id = m.id);
  end if;

  if new.id is null then
    update conversations c set external_chat_id = to_chat where c.id = old.id;
    insert into conversations (portal_id, account_id, external_chat_id, customer, is_group, last_message_at, moved_to)
      values (old.portal_id, in_account, from_chat, old.customer, old.is_group, old.last_message_at, old.id);
    return query select 'moved', null::uuid, null::text, null::text;
    return;
  end if;

  if old.im_chat_id is null and new.im_chat_id is not null then
    stays := new.id;
    goes := old.id;
  else
    stays := old.id;
    goes := new.id;
    -- They change places; the id between them is nobody's.
    update conversations c set external_chat_id = 'moving:' || old.id where c.id = old.id;
    update conversations c set external_chat_id = from_chat where c.id = new.id;
    update conversations c set external_chat_id = to_chat where c.id = old.id;
  end if;
  update conversations c set moved_to = stays where c.id = goes;
  -- What was handed over to the one that goes is handed on.
  update conversations c set moved_to = stays where c.moved_to = goes;
  insert into lanes as l (conversation_id, direction, portal_id, account_id, due_at)
    select goes, d, old.portal_id, in_account, clock_timestamp() from unnest(array['in', 'out']) as d order by d
    on conflict (conversation_id, direction) do update set due_at = least(l.due_at, excluded.due_at);
  return query select 'joined', l.conversation_id, l.direction, l.portal_id from lanes l where l.conversation_id = goes;
end
$$;

-- Hands over what a lane of a conversation that goes on elsewhere holds: finished rows of both directions, and the
-- unfinished ones of this direction. The lane's lease is the caller's, so nobody works on them. Positions stay, so the order does.
-- Answers the lane that has them now, unless there was nothing unfinished.
create function hand_over(lane_conversation uuid, lane_direction text, lane_portal text, by_owner text)
returns table (conversation_id uuid, direction text, portal_id text)
language plpgsql set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  place record;
  waiting boolean;
begin
  perform 1 from lanes l
    where l.conversation_id = lane_conversation and l.direction = lane_direction and l.owner = by_owner
    for update;
  if not found then
    return;
  end if;
  select c.id, c.account_id, not (a.enabled and p.active and (a.line is not null or lane_direction = 'out')) as held
    into place
    from conversations w join conversations c on c.id = w.moved_to
      join accounts a on a.id = c.account_id join portals p on p.id = c.portal_id
    where w.id = lane_conversation and w.portal_id = lane_portal
    for no key update of c;
  if not found then
    return;
  end if;
  select exists (select 1 from messages m
    where m.conversation_id = lane_conversation and m.direction = lane_direction and m.pending) into waiting;
  update messages m set conversation_id = place.id
    where m.conversation_id = lane_conversation and (m.direction = lane_direction or not m.pending);
  update conversations c set
      last_message_at = greatest(c.last_message_at, w.last_message_at),
      last_inbound_at = greatest(c.last_inbound_at, w.last_inbound_at)
    from conversations w where c.id = place.id and w.id = lane_conversation;
  if not waiting then
    return;
  end if;
  insert into lanes as l (conversation_id, direction, portal_id, account_id, due_at)
    values (place.id, lane_direction, lane_portal, place.account_id, case when not place.held then clock_timestamp() end)
    on conflict (conversation_id, direction) do update set due_at = least(l.due_at, excluded.due_at);
  return query select place.id, lane_direction, lane_portal;
end
$$;

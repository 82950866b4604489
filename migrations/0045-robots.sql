-- Robots of the portal, outside bots and the CRM's own "send message" speak beside our own engine: nobody writes at that
-- moment, so nobody is answered by it.
create function said_by_machine(origin jsonb) returns boolean language sql immutable as $$
  select origin ->> 'by' in ('engine', 'robot', 'bot', 'provider')
$$;

-- As before, for all of them.
create or replace function said_by_somebody(origin jsonb) returns boolean language sql immutable as $$
  select case
    when said_by_machine(origin) then false
    when origin ->> 'by' = 'open-line' then coalesce(origin ->> 'authorId', '0') not in ('', '0')
    else true end
$$;

-- As before; and nothing that nobody wrote opens what is closed.
create or replace function accept_reply(reply jsonb, at timestamptz)
returns table (outcome text, message_id uuid, due boolean)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  row record;
  place record;
  off boolean;
  position bigint;
begin
  select * into row from jsonb_to_record(reply) as r(
    portal text, conversation uuid, kind text, origin_key text, origin jsonb, target uuid, content jsonb,
    sent timestamptz, im_message text, im_chat text);
  due := false;
  select c.account_id into place from conversations c
    where c.id = row.conversation and c.portal_id = row.portal
    for no key update;
  if not found then
    outcome := 'unknown';
    return next;
    return;
  end if;
  outcome := 'duplicate';
  if exists (select 1 from messages m where m.portal_id = row.portal and m.origin_key = row.origin_key) then
    return next;
    return;
  end if;
  if row.kind <> 'message' then
    perform 1 from messages m
      where m.id = row.target and m.conversation_id = row.conversation and m.kind = 'message'
        and (m.direction = 'out' or row.kind = 'reaction');
    if not found then
      outcome := 'unknown';
      return next;
      return;
    end if;
    if row.kind = 'edit' and exists (select 1 from messages m where m.id = row.target and m.edited_at > row.sent) then
      return next;
      return;
    end if;
  end if;

  select not (a.enabled and p.active) into off
    from accounts a join portals p on p.id = a.portal_id where a.id = place.account_id;
  if off then
    select not (a.enabled and p.active) into off
      from accounts a join portals p on p.id = a.portal_id where a.id = place.account_id
      for share of a, p;
  end if;

  insert into messages as m (portal_id, account_id, conversation_id, direction, kind, origin_key, target_id, content,
      origin, im_message_id, im_chat_id, to_report, next_at, sent_at)
    values (row.portal, place.account_id, row.conversation, 'out', row.kind, row.origin_key, row.target, row.content,
      row.origin, row.im_message, row.im_chat, row.im_message is not null and row.kind <> 'delete', at, row.sent)
    on conflict (portal_id, origin_key) where origin_key is not null do nothing
    returning m.id, m.seq into message_id, position;
  if message_id is null then
    return next;
    return;
  end if;
  if row.kind = 'edit' then
    insert into message_originals (message_id, portal_id, body)
      select m.id, m.portal_id, m.content -> 'body' from messages m where m.id = row.target and not m.pending
      on conflict do nothing;
    update messages m set content = jsonb_set(m.content, '{body}', row.content -> 'body'), edited_at = row.sent
      where m.id = row.target;
  elsif row.kind = 'message' then
    -- What the line says by itself has no author, and answers nobody.
    update conversations c set
        last_message_at =
          case when said_by_machine(row.origin) then c.last_message_at else greatest(c.last_message_at, now()) end,
        answered_seq = case when said_by_somebody(row.origin) then position else c.answered_seq end,
        answered_at = case when said_by_somebody(row.origin) then greatest(c.last_message_at, now()) else c.answered_at end
      where c.id = row.conversation;
  end if;
  insert into lanes as l (conversation_id, direction, portal_id, account_id, due_at)
    values (row.conversation, 'out', row.portal, place.account_id, case when not off then at end)
    on conflict (conversation_id, direction) do update set due_at = excluded.due_at
      where l.due_at is null or l.due_at > excluded.due_at;
  due := found and not off;
  outcome := 'stored';
  return next;
end
$$;

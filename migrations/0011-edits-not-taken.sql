-- What a message of ours said when it went out, kept from its first change on: a change that the channel refuses must not
-- stay in what our surfaces show. A message that is changed while it still waits goes out with the new text, so nothing of
-- it is kept.
create table message_originals (
  message_id uuid primary key references messages on delete cascade,
  portal_id text not null,
  body jsonb not null
);
create index message_originals_portal on message_originals (portal_id);

-- As before, and keeps the original.
create or replace function accept_reply(reply jsonb, at timestamptz)
returns table (outcome text, message_id uuid, due boolean)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  row record;
  place record;
  off boolean;
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
    returning m.id into message_id;
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
    update conversations c set last_message_at = greatest(c.last_message_at, now()) where c.id = row.conversation;
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

-- Puts the texts right of the messages that these changes are about: the newest change that was not turned down counts, or
-- what went out when there is none. Rows of other kinds are passed over. Changes of one message are few and behind it.
create function settle_edits(ids uuid[]) returns void
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  changed record;
  standing record;
begin
  for changed in
    select m.id, m.conversation_id, m.seq from messages m
      where m.id in (
        select e.target_id from messages e where e.id = any(ids) and e.kind = 'edit' and e.direction = 'out')
      order by m.seq
      for no key update
  loop
    select e.content -> 'body' as body, e.sent_at into standing from messages e
      where e.conversation_id = changed.conversation_id and e.seq > changed.seq
        and e.target_id = changed.id and e.kind = 'edit' and e.state not in ('refused', 'failed')
      order by e.sent_at desc, e.seq desc limit 1;
    if not found then
      select o.body, null::timestamptz as sent_at into standing from message_originals o where o.message_id = changed.id;
    end if;
    if standing.body is not null then
      update messages m set content = jsonb_set(m.content, '{body}', standing.body), edited_at = standing.sent_at
        where m.id = changed.id;
    end if;
  end loop;
end
$$;

-- Writes results of which some turn something down, and what follows for the texts, all or nothing.
create function finish_and_settle(results jsonb) returns void
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  perform finish_messages(results);
  perform settle_edits(array(select r.message from jsonb_to_recordset(results) as r(message uuid)));
end
$$;

-- Messages that arrive together are accepted set by set instead of row by row: a third less work for the database, which
-- is the limit of how many webhooks a second can be accepted.
--
-- The functions keep their plans for as long as a connection lives. One made while a table was nearly empty would read it
-- from end to end for ever after, so that is forbidden to them.

-- What a channel tells of one customer in one go, in the order told. A name tells as null what it does not have any more.
create aggregate merge_told(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}');

drop function accept_inbound(jsonb);
drop function accept_reply(jsonb, timestamptz);

-- Accepts new messages of channels, many in one statement. Conversations are locked in the order of account and chat, so
-- that calls at the same time cannot lock each other out; each message draws its number when all of them are locked, within
-- a chat in the order given.
-- `due`: this call made the message's lane due, so its caller wakes it.
create function accept_messages(events jsonb)
returns table (n integer, outcome text, message_id uuid, conversation_id uuid, due boolean)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
begin
  return query
  with event as materialized (
    select * from jsonb_to_recordset(events) as e(
      n integer, portal text, account uuid, key text, chat text, customer jsonb, external text,
      content jsonb, album text, sent timestamptz, not_before timestamptz)),
  place as materialized (
    select a.id, a.portal_id, not (a.enabled and a.line is not null and p.active) as held
      from accounts a join portals p on p.id = a.portal_id
      where a.id in (select e.account from event e)),
  -- Switched off, as far as we see. Under this lock nobody can switch it on and wake its lanes before these messages are
  -- there to be woken.
  off as materialized (
    select a.id, not (a.enabled and a.line is not null and p.active) as held
      from accounts a join portals p on p.id = a.portal_id
      where a.id in (select l.id from place l where l.held)
      order by a.id
      for share of a, p),
  fresh as materialized (
    select distinct on (e.account, e.key)
        e.n, e.portal, e.account, e.key, e.chat, e.customer, e.external, e.content, e.album, e.sent, e.not_before,
        coalesce(o.held, l.held) as held
      from event e
        join place l on l.id = e.account and l.portal_id = e.portal
        left join off o on o.id = l.id
      where not exists (select 1 from messages m where m.account_id = e.account and m.inbound_key = e.key)
      order by e.account, e.key, e.n),
  conversation as (
    insert into conversations as c (portal_id, account_id, external_chat_id, customer)
      select min(f.portal), f.account, f.chat,
          jsonb_strip_nulls(merge_told(coalesce(f.customer, '{}') order by f.n))
        from fresh f group by f.account, f.chat order by f.account, f.chat
      on conflict on constraint conversations_external_chat do update
        set customer = merge_customer(c.customer, excluded.customer),
            last_message_at = greatest(c.last_message_at, excluded.last_message_at)
      returning c.id, c.account_id, c.external_chat_id),
  stored as (
    insert into messages as m (portal_id, account_id, conversation_id, direction, kind, inbound_key, external_ids,
        content, album, origin, next_at, sent_at)
      select f.portal, f.account, c.id, 'in', 'message', f.key, array[f.external],
          f.content, f.album, '{"by":"channel"}', f.not_before, f.sent
        from fresh f join conversation c on c.account_id = f.account and c.external_chat_id = f.chat
        order by f.account, f.chat, f.n
      on conflict (account_id, inbound_key) where inbound_key is not null do nothing
      returning m.id, m.account_id, m.inbound_key, m.conversation_id),
  accepted as materialized (
    select f.n, s.id, s.conversation_id, f.held, f.portal, f.account, f.chat, f.not_before
      from fresh f join stored s on s.account_id = f.account and s.inbound_key = f.key),
  lane as (
    insert into lanes as l (conversation_id, direction, portal_id, account_id, due_at)
      select a.conversation_id, 'in', min(a.portal), a.account, min(a.not_before) filter (where not a.held)
        from accepted a group by a.account, a.chat, a.conversation_id order by a.account, a.chat
      on conflict (conversation_id, direction) do update set due_at = excluded.due_at
        where l.due_at is null or l.due_at > excluded.due_at
      returning l.conversation_id, l.due_at)
  select e.n,
      case when a.id is not null then 'stored' when p.id is not null then 'duplicate' else 'unknown' end,
      a.id, a.conversation_id, a.not_before is not distinct from l.due_at and not a.held
    from event e
      left join place p on p.id = e.account and p.portal_id = e.portal
      left join accepted a on a.n = e.n
      left join lane l on l.conversation_id = a.conversation_id;
end
$$;

-- Accepts an edit or a deletion by a customer. The conversation's row is locked before the number is drawn.
create function accept_change(change jsonb)
returns table (n integer, outcome text, message_id uuid, conversation_id uuid, due boolean)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  event record;
  account record;
  conversation uuid;
  target uuid;
begin
  select * into event from jsonb_to_record(change) as e(
    n integer, portal text, account uuid, key text, kind text, chat text, customer jsonb, external text, content jsonb,
    sent timestamptz, not_before timestamptz);
  n := event.n;
  outcome := 'unknown';
  due := false;
  select a.portal_id, not (a.enabled and a.line is not null and p.active) as held into account
    from accounts a join portals p on p.id = a.portal_id
    where a.id = event.account and a.portal_id = event.portal;
  if account.held then
    -- See accept_messages.
    select a.portal_id, not (a.enabled and a.line is not null and p.active) as held into account
      from accounts a join portals p on p.id = a.portal_id
      where a.id = event.account and a.portal_id = event.portal
      for share of a, p;
  end if;
  if account.portal_id is null then
    return next;
    return;
  end if;
  if exists (select 1 from messages m where m.account_id = event.account and m.inbound_key = event.key) then
    outcome := 'duplicate';
    return next;
    return;
  end if;

  select c.id into conversation from conversations c
    where c.account_id = event.account and c.external_chat_id = event.chat
    for no key update;
  select m.id into target from messages m
    where m.account_id = event.account and m.external_ids[1] = event.external
      and m.conversation_id = conversation and m.direction = 'in' and m.kind = 'message'
    order by m.seq desc limit 1;
  if target is null then
    return next;
    return;
  end if;
  outcome := 'duplicate';
  if event.kind = 'edit' and exists (select 1 from messages m where m.id = target and m.edited_at > event.sent) then
    -- A newer edit is here already: what this one says is not what the customer sees.
    return next;
    return;
  end if;

  insert into messages as m (portal_id, account_id, conversation_id, direction, kind, inbound_key, target_id, external_ids,
      content, origin, next_at, sent_at)
    values (event.portal, event.account, conversation, 'in', event.kind, event.key, target, array[event.external],
      event.content, '{"by":"channel"}', event.not_before, event.sent)
    on conflict (account_id, inbound_key) where inbound_key is not null do nothing
    returning m.id into message_id;
  if message_id is null then
    return next;
    return;
  end if;
  if event.kind = 'edit' then
    update messages m set content = jsonb_set(m.content, '{body}', event.content -> 'body'), edited_at = event.sent
      where m.id = target;
    if event.customer is not null then
      update conversations c set customer = merge_customer(c.customer, jsonb_strip_nulls(event.customer)) where c.id = conversation;
    end if;
  end if;
  insert into lanes as l (conversation_id, direction, portal_id, account_id, due_at)
    values (conversation, 'in', event.portal, event.account, case when not account.held then event.not_before end)
    on conflict (conversation_id, direction) do update set due_at = excluded.due_at
      where l.due_at is null or l.due_at > excluded.due_at;
  due := found and not account.held;
  outcome := 'stored';
  conversation_id := conversation;
  return next;
end
$$;

-- Accepts one message of an agent. A line is not needed for it: the customer can be answered without one.
create function accept_reply(reply jsonb, at timestamptz)
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
      where m.id = row.target and m.conversation_id = row.conversation and m.direction = 'out' and m.kind = 'message';
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

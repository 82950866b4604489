-- Everything that a message can be: groups, messages from the account's own phone, reactions of both sides, failures that a
-- vendor tells afterwards, bad endings that their authors must be told of, first messages to new people.
--
-- The functions keep their plans for as long as a connection lives. One made while a table was nearly empty would read it
-- from end to end for ever after, so that is forbidden to them.

alter table conversations
  -- A chat of several people; `customer` is then the chat itself.
  add column is_group boolean not null default false,
  -- When the customer wrote last, by the vendor's clock unless that runs ahead of ours: some vendors let us answer only for so many hours.
  add column last_inbound_at timestamptz;
update conversations c set last_inbound_at = (
  select max(least(m.sent_at, now())) from messages m
    where m.conversation_id = c.id and m.direction = 'in' and m.kind = 'message');

-- It ended badly, and its author has not been told yet.
alter table messages add column to_tell boolean not null default false;
drop index messages_to_report;
create index messages_to_say on messages (conversation_id, seq) where to_report or to_tell;

-- Of what the vendor refused: its sentence.
alter table early_receipts add column error text;

-- Accepts new messages of channels, many in one statement. Conversations are locked in the order of account and chat, so
-- that calls at the same time cannot lock each other out; each message draws its number when all of them are locked, within
-- a chat in the order given.
-- `device`: the account's own person wrote it at the messenger. `mute`: it is no word of the customer's.
-- `due`: this call made the message's lane due, so its caller wakes it.
create or replace function accept_messages(events jsonb)
returns table (n integer, outcome text, message_id uuid, conversation_id uuid, due boolean)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
begin
  return query
  with event as materialized (
    select * from jsonb_to_recordset(events) as e(
      n integer, portal text, account uuid, key text, chat text, customer jsonb, external text,
      content jsonb, album text, sent timestamptz, not_before timestamptz, device boolean, in_group boolean,
      mute boolean)),
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
        e.device, e.in_group, e.mute,
        coalesce(o.held, l.held) as held
      from event e
        join place l on l.id = e.account and l.portal_id = e.portal
        left join off o on o.id = l.id
      where not exists (select 1 from messages m where m.account_id = e.account and m.inbound_key = e.key)
      order by e.account, e.key, e.n),
  conversation as (
    insert into conversations as c (portal_id, account_id, external_chat_id, customer, is_group, last_inbound_at)
      select min(f.portal), f.account, f.chat,
          jsonb_strip_nulls(merge_told(coalesce(f.customer, '{}') order by f.n)), bool_or(f.in_group is true),
          max(least(f.sent, now())) filter (where f.mute is not true)
        from fresh f group by f.account, f.chat order by f.account, f.chat
      on conflict on constraint conversations_external_chat do update
        set customer = merge_customer(c.customer, excluded.customer),
            last_message_at = greatest(c.last_message_at, excluded.last_message_at),
            is_group = c.is_group or excluded.is_group,
            last_inbound_at = greatest(c.last_inbound_at, excluded.last_inbound_at)
      returning c.id, c.account_id, c.external_chat_id),
  stored as (
    insert into messages as m (portal_id, account_id, conversation_id, direction, kind, inbound_key, external_ids,
        content, album, origin, next_at, sent_at)
      select f.portal, f.account, c.id, 'in', 'message', f.key, array[f.external],
          f.content, f.album, case when f.device then '{"by":"device"}'::jsonb else '{"by":"channel"}' end, f.not_before, f.sent
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

-- Accepts an edit or a deletion by a customer, or their reaction to a message of either side. The conversation's row is
-- locked before the number is drawn. A reaction keeps the words that it is about: the target may be changed later.
create or replace function accept_change(change jsonb)
returns table (n integer, outcome text, message_id uuid, conversation_id uuid, due boolean)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  event record;
  account record;
  conversation uuid;
  in_group boolean;
  target uuid;
  about text;
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

  select c.id, c.is_group into conversation, in_group from conversations c
    where c.account_id = event.account and c.external_chat_id = event.chat
    for no key update;
  if event.kind = 'reaction' then
    select m.id, coalesce(nullif(m.content #>> '{body,text}', ''), m.content #>> '{attachments,0,name}',
        m.content #>> '{attachments,0,kind}', m.content #>> '{place,title}', m.content #>> '{contacts,0,name}')
      into target, about
      from (
        select a.id from messages a where a.account_id = event.account and a.external_ids[1] = event.external
        union
        select part.message_id from message_parts part
          where part.account_id = event.account and part.external_id = event.external) as named
      join messages m on m.id = named.id
      where m.conversation_id = conversation and m.kind = 'message'
      order by m.seq desc limit 1;
    if about is not null then
      event.content := event.content || jsonb_build_object('quote', jsonb_build_object('text', left(about, 200)));
    end if;
  else
    select m.id into target from messages m
      where m.account_id = event.account and m.external_ids[1] = event.external
        and m.conversation_id = conversation and m.direction = 'in' and m.kind = 'message'
      order by m.seq desc limit 1;
  end if;
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
    -- In a group it is a member who edits, and the group keeps its name.
    if event.customer is not null and not in_group then
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

-- Accepts one message of an agent, a change to one, or a reaction to a message of either side. A line is not needed for it: the customer can be answered without one.
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

-- Accepts the first message to somebody who has not written yet: makes sure of the conversation and accepts as accept_reply
-- does. `duplicate` names what the first call made.
create function accept_first(first jsonb, at timestamptz)
returns table (outcome text, message_id uuid, conversation_id uuid, due boolean)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  row record;
  accepted record;
begin
  select * into row from jsonb_to_record(first) as r(
    portal text, account uuid, chat text, customer jsonb, origin_key text);
  due := false;
  select 'duplicate', m.id, m.conversation_id into outcome, message_id, conversation_id
    from messages m where m.portal_id = row.portal and m.origin_key = row.origin_key;
  if found then
    return next;
    return;
  end if;
  perform 1 from accounts a where a.id = row.account and a.portal_id = row.portal;
  if not found then
    outcome := 'unknown';
    return next;
    return;
  end if;
  -- Nobody's name is lost here: what is known of the customer stays, and what is new is added.
  insert into conversations as c (portal_id, account_id, external_chat_id, customer, is_group)
    values (row.portal, row.account, row.chat, row.customer, false)
    on conflict on constraint conversations_external_chat do update set customer = excluded.customer || c.customer
    returning c.id into conversation_id;
  select * into accepted
    from accept_reply(first || jsonb_build_object('conversation', conversation_id, 'kind', 'message'), at) as a;
  outcome := accepted.outcome;
  message_id := accepted.message_id;
  due := accepted.due;
  if outcome = 'duplicate' then
    select m.id, m.conversation_id into message_id, conversation_id
      from messages m where m.portal_id = row.portal and m.origin_key = row.origin_key;
  end if;
  return next;
end
$$;

-- What became of attempts. Knowledge only grows: what has arrived stays arrived, and what a person ended stays ended
-- unless it turns out to have been sent after all. A bad ending of a message to a customer is marked to be told to its
-- author, in the same statement: a crash after it forgets nothing.
create or replace function finish_messages(results jsonb) returns void
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  -- A receipt about one of these ids may be on its way in at this moment: see apply_receipt.
  perform pg_advisory_xact_lock(k) from (
    select distinct hashtextextended(m.account_id::text || e.id, 0) as k
      from jsonb_to_recordset(results) as r(message uuid, external_ids jsonb)
      join messages m on m.id = r.message and m.direction = 'out' and jsonb_typeof(r.external_ids) = 'array'
      cross join lateral jsonb_array_elements_text(r.external_ids) as e(id)
      order by 1) as keys;

  update messages m set
      state = case when receipt_rank(m.state) > receipt_rank(r.state) then m.state else r.state end,
      external_ids = case when jsonb_typeof(r.external_ids) = 'array'
        then array(select jsonb_array_elements_text(r.external_ids)) else m.external_ids end,
      error = r.error,
      next_at = coalesce(r.next_at, m.next_at),
      settle_by = r.settle_by,
      to_tell = m.direction = 'out' and receipt_rank(m.state) = 0 and r.settle_by is null
        and r.state in ('refused', 'failed', 'uncertain'),
      pending = receipt_rank(m.state) = 0 and (r.state = 'stored' or (r.state = 'uncertain' and r.settle_by is not null))
    from (
      select distinct on (x.message) * from jsonb_to_recordset(results) as x(
        n integer, message uuid, state text, external_ids jsonb, error text, next_at timestamptz, settle_by timestamptz)
      order by x.message, x.n desc) as r
    where m.id = r.message
      and (receipt_rank(r.state) > 0
        or (receipt_rank(m.state) = 0 and (r.state <> 'stored' or m.pending or m.state = 'uncertain')));

  insert into message_parts (portal_id, account_id, external_id, message_id)
    select m.portal_id, m.account_id, part.id, m.id
      from jsonb_to_recordset(results) as r(message uuid, external_ids jsonb)
      join messages m on m.id = r.message and jsonb_typeof(r.external_ids) = 'array' and jsonb_array_length(r.external_ids) > 1
      cross join lateral unnest(m.external_ids[2:]) as part(id)
    on conflict do nothing;

  if exists (select 1 from early_receipts) then
    with early as (
      select m.id, max(receipt_rank(e.state)) as rank
        from jsonb_to_recordset(results) as r(message uuid, external_ids jsonb)
        join messages m on m.id = r.message and m.direction = 'out' and m.state in ('sent', 'delivered')
        join early_receipts e on e.account_id = m.account_id and e.external_id = any(m.external_ids)
        group by m.id)
    update messages m set state = case early.rank when 3 then 'read' else 'delivered' end
      from early where m.id = early.id and early.rank > receipt_rank(m.state);
    with early as (
      select m.id, min(e.error) as error
        from jsonb_to_recordset(results) as r(message uuid, external_ids jsonb)
        join messages m on m.id = r.message and m.direction = 'out' and m.kind = 'message' and m.state in ('sent', 'uncertain')
        join early_receipts e on e.account_id = m.account_id and e.external_id = any(m.external_ids) and e.state = 'refused'
        group by m.id)
    update messages m set state = 'refused', error = early.error, to_tell = true
      from early where m.id = early.id;
    delete from early_receipts e using messages m, jsonb_to_recordset(results) as r(message uuid)
      where m.id = r.message and m.direction = 'out' and m.state in ('delivered', 'read', 'refused')
        and e.account_id = m.account_id and e.external_id = any(m.external_ids);
  end if;
end
$$;

-- A vendor's receipt. Raises what was sent, and nothing else: an uncertain message of several parts is not delivered
-- because one part was. Ids that we do not know (yet) wait a day for finish_messages; one lock per id keeps the two
-- from missing each other.
create or replace function apply_receipt(in_account uuid, ids text[], to_state text) returns setof uuid
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
  perform pg_advisory_xact_lock(k) from (
    select distinct hashtextextended(in_account::text || i.id, 0) as k from unnest(ids) as i(id) order by 1) as keys;

  insert into early_receipts as e (portal_id, account_id, external_id, state)
    select distinct a.portal_id, a.id, i.id, to_state
      from accounts a cross join unnest(ids) as i(id)
      where a.id = in_account
        and not exists (select 1 from messages m where m.account_id = in_account and m.external_ids[1] = i.id)
        and not exists (select 1 from message_parts part where part.account_id = in_account and part.external_id = i.id)
    on conflict (account_id, external_id) do update set state = excluded.state, error = null
      where receipt_rank(excluded.state) > receipt_rank(e.state);
  if found then
    delete from early_receipts e where e.received_at < now() - interval '1 day';
  end if;

  return query
    update messages m set state = to_state
      where m.id in (
          select a.id from messages a where a.account_id = in_account and a.external_ids[1] = any(ids)
          union
          select part.message_id from message_parts part where part.account_id = in_account and part.external_id = any(ids))
        and m.direction = 'out' and m.kind = 'message'
        and receipt_rank(m.state) between 1 and receipt_rank(to_state) - 1
      returning m.id;
end
$$;

-- The vendor took messages of ours and could not deliver them after all. What was delivered or read stays so; a message
-- of several parts is refused when one of them is. Ids that we do not know (yet) wait as those of receipts do.
create function apply_failure(in_account uuid, ids text[], sentence text)
returns table (message_id uuid, conversation_id uuid, portal_id text)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  found_ids uuid[];
begin
  perform pg_advisory_xact_lock(k) from (
    select distinct hashtextextended(in_account::text || i.id, 0) as k from unnest(ids) as i(id) order by 1) as keys;

  insert into early_receipts as e (portal_id, account_id, external_id, state, error)
    select distinct a.portal_id, a.id, i.id, 'refused', sentence
      from accounts a cross join unnest(ids) as i(id)
      where a.id = in_account
        and not exists (select 1 from messages m where m.account_id = in_account and m.external_ids[1] = i.id)
        and not exists (select 1 from message_parts part where part.account_id = in_account and part.external_id = i.id)
    on conflict (account_id, external_id) do update set error = excluded.error where e.state = 'refused';

  select array_agg(m.id) into found_ids
    from (
      select a.id from messages a where a.account_id = in_account and a.external_ids[1] = any(ids)
      union
      select part.message_id from message_parts part where part.account_id = in_account and part.external_id = any(ids)) as named
    join messages m on m.id = named.id
    where m.direction = 'out' and m.kind = 'message' and m.state in ('sent', 'uncertain');
  if found_ids is null then
    return;
  end if;
  -- The lane tells the author. It is locked before its messages, as begin_attempt does.
  update lanes l set due_at = least(l.due_at, now())
    where (l.conversation_id, l.direction) in (select m.conversation_id, 'out' from messages m where m.id = any(found_ids));
  return query
    update messages m set state = 'refused', error = sentence, settle_by = null, pending = false, to_tell = true
      where m.id = any(found_ids) and m.state in ('sent', 'uncertain')
      returning m.id, m.conversation_id, m.portal_id;
end
$$;

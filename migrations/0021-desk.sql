-- Which conversations wait for an answer, and what agents have put aside.
alter table conversations
  -- The last message that somebody of the company wrote, or that was said to need none.
  add column answered_seq bigint,
  add column answered_at timestamptz,
  -- Out of sight until then, or until the customer writes after this message.
  add column snoozed_until timestamptz,
  add column snoozed_seq bigint,
  -- Out of sight until anybody writes.
  add column archived_at timestamptz,
  add column tags text[] not null default '{}';

create function said_by_somebody(origin jsonb) returns boolean language sql immutable as $$
  select origin ->> 'by' <> 'open-line' or coalesce(origin ->> 'authorId', '0') not in ('', '0')
$$;

-- Since when somebody waits for an answer in a conversation; null: nobody does. A reply from the account's own phone is an
-- answer as well, and what a messenger tells by itself asks nothing.
create function waiting_since(of_conversation uuid, answered bigint) returns timestamptz
language sql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
  select min(m.created_at) from messages m
    where m.conversation_id = of_conversation and m.direction = 'in' and m.kind = 'message'
      and m.origin ->> 'by' = 'channel' and m.content ->> 'notice' is null
      and m.seq > greatest(coalesce(answered, 0), coalesce((
        select max(d.seq) from messages d
          where d.conversation_id = of_conversation and d.seq > coalesce(answered, 0)
            and d.direction = 'in' and d.kind = 'message' and d.origin ->> 'by' = 'device'), 0))
$$;

-- What was said before this was kept.
update conversations c set answered_seq = a.seq, answered_at = a.created_at
  from (
    select distinct on (m.conversation_id) m.conversation_id, m.seq, m.created_at from messages m
      where m.direction = 'out' and m.kind = 'message' and said_by_somebody(m.origin)
      order by m.conversation_id, m.seq desc) as a
  where a.conversation_id = c.id;

-- As before, and an answer of somebody is remembered.
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
        last_message_at = greatest(c.last_message_at, now()),
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

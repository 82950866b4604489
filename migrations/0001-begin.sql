-- Everything that Threadline keeps. PostgreSQL 13 or newer, and PGlite.
--
-- Deleting a portal (or an account) takes all that is below it: portals > accounts > conversations > messages, lanes,
-- media. Each row carries its portal's id all the same, because every question is asked for one portal.
-- What must never be there twice is forbidden here, so that two processes racing get one row and one "duplicate".
-- Columns named *_sealed hold ciphertext; *_digest a keyed hash that can be compared where ciphertext cannot.

create table portals (
  id text primary key,
  domain text not null,
  client_endpoint text not null,
  server_endpoint text not null,
  application_token_sealed text,
  access_token_sealed text,
  refresh_token_sealed text,
  refresh_token_digest text,
  tokens_expire_at timestamptz,
  user_id text,
  scopes text[] not null,
  language text not null,
  active boolean not null default true,
  name text not null,
  trouble text,
  installation jsonb not null,
  installed_at timestamptz not null default now()
);
create index portals_domain on portals (lower(domain), installed_at desc);

create table portal_users (
  portal_id text not null references portals on delete cascade,
  user_id text not null,
  name text not null,
  admin boolean not null,
  access_token_sealed text,
  refresh_token_sealed text,
  refresh_token_digest text,
  tokens_expire_at timestamptz,
  -- Remembering the person and refreshing the pair both count as use.
  used_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (portal_id, user_id)
);
create index portal_users_unused on portal_users (used_at) where refresh_token_sealed is not null;

create table accounts (
  id uuid primary key,
  portal_id text not null references portals on delete cascade,
  channel text not null,
  name text not null,
  credentials_sealed text not null,
  webhook_secret_sealed text not null,
  settings jsonb not null,
  line text,
  connector text,
  enabled boolean not null default true,
  connection jsonb not null,
  profile jsonb not null default '{}',
  poll_cursor text,
  created_at timestamptz not null default clock_timestamp(),
  constraint accounts_feed_one_line unique (portal_id, connector, line)
);
create index accounts_channel on accounts (channel, created_at);

create table conversations (
  id uuid primary key default gen_random_uuid(),
  portal_id text not null,
  account_id uuid not null references accounts on delete cascade,
  external_chat_id text not null,
  customer jsonb not null,
  im_chat_id text,
  session_id text,
  portal_user_id text,
  open boolean not null default false,
  last_message_at timestamptz not null default now(),
  constraint conversations_external_chat unique (account_id, external_chat_id)
) with (fillfactor = 80);
create index conversations_newest on conversations (portal_id, last_message_at desc);
create index conversations_im_chat on conversations (portal_id, im_chat_id) where im_chat_id is not null;

-- The table of the hot path. Check constraints, generated columns and elaborate index conditions are compiled anew for
-- every statement, which together cost a third of an accept: so there are none here, and the few functions and
-- statements that write these columns keep them right.
create table messages (
  id uuid primary key default gen_random_uuid(),
  portal_id text not null,
  account_id uuid not null,
  conversation_id uuid not null references conversations on delete cascade,
  -- The order of a conversation. Drawn while the conversation's row is locked, so that within a conversation the order
  -- of the numbers is the order of the commits: who sees number 6 has seen number 5.
  seq bigint generated always as identity,
  -- in, out
  direction text not null,
  -- message, edit, delete
  kind text not null,
  inbound_key text,
  origin_key text,
  target_id uuid,
  -- Of a message: time of the newest edit that its text shows. An older edit arriving later does not undo it.
  edited_at timestamptz,
  external_ids text[] not null default '{}',
  content jsonb not null,
  album text,
  origin jsonb not null,
  im_message_id text,
  im_chat_id text,
  -- stored, sending, sent, delivered, read, refused, failed, uncertain
  state text not null default 'stored',
  settle_by timestamptz,
  -- Not at its end yet (stored, sending, or uncertain with settle_by): its lane works on it, or waits behind it.
  pending boolean not null default true,
  attempts integer not null default 0,
  attempted_at timestamptz,
  error text,
  next_at timestamptz not null,
  -- Came from the portal, and the portal has not been told yet that it was delivered.
  to_report boolean not null default false,
  sent_at timestamptz not null,
  created_at timestamptz not null default now()
);
create unique index messages_inbound_key on messages (account_id, inbound_key) where inbound_key is not null;
create unique index messages_origin_key on messages (portal_id, origin_key) where origin_key is not null;
create unique index messages_journal on messages (portal_id, seq);
create index messages_conversation on messages (conversation_id, seq);
create index messages_pending on messages (conversation_id, direction, seq) where pending;
create index messages_im on messages (portal_id, im_message_id) where im_message_id is not null;
-- Nearly every message has one vendor's id. Further ones (a long text sent in parts) are looked up in message_parts.
create index messages_external on messages (account_id, (external_ids[1]));
create index messages_to_report on messages (conversation_id, seq) where to_report;

create table message_parts (
  portal_id text not null,
  account_id uuid not null,
  external_id text not null,
  message_id uuid not null references messages on delete cascade,
  primary key (account_id, external_id, message_id)
);
create index message_parts_message on message_parts (message_id);

-- A vendor's receipt can be quicker than our own note of the id it is about: kept here until that note is written.
create table early_receipts (
  portal_id text not null,
  account_id uuid not null references accounts on delete cascade,
  external_id text not null,
  state text not null,
  received_at timestamptz not null default now(),
  primary key (account_id, external_id)
);
create index early_receipts_age on early_receipts (received_at);

create table media (
  id text primary key,
  portal_id text not null,
  message_id uuid not null references messages on delete cascade,
  name text not null,
  mime text not null,
  size bigint not null,
  created_at timestamptz not null default now()
);
create index media_message on media (message_id);
create index media_portal on media (portal_id);

-- One direction of one conversation: the unit of ordering and of leasing.
create table lanes (
  conversation_id uuid not null references conversations on delete cascade,
  direction text not null,
  portal_id text not null,
  account_id uuid not null,
  -- Null: nothing to do until something wakes it.
  due_at timestamptz,
  owner text,
  primary key (conversation_id, direction)
) with (fillfactor = 80);
create index lanes_due on lanes (due_at) where due_at is not null;
create index lanes_held on lanes (owner) where owner is not null;
create index lanes_portal on lanes (portal_id, account_id);

-- Working processes. A lane's owner that is missing here, or past its time, is dead. Belongs to no portal.
create table lane_owners (
  owner text primary key,
  until timestamptz not null
);

-- Short named locks with an end. Belongs to no portal.
create table locks (
  name text primary key,
  owner text not null,
  until timestamptz not null
);

-- Values that count once. Belongs to no portal: they are issued before the portal is known.
create table nonces (
  kind text not null,
  value text not null,
  payload jsonb not null,
  until timestamptz not null,
  primary key (kind, value)
);
create index nonces_until on nonces (until);

-- What a channel tells of a customer. A name comes as a whole: who dropped the last name has none any more, while a
-- phone number told once stays.
create function merge_customer(known jsonb, told jsonb) returns jsonb language sql immutable as $$
  select case when told ? 'name' then known - 'lastName' - 'username' else known end || told
$$;

create function receipt_rank(state text) returns integer language sql immutable as $$
  select case state when 'sent' then 1 when 'delivered' then 2 when 'read' then 3 else 0 end
$$;

-- The functions below keep their plans for as long as a connection lives. One made while a table was nearly empty would
-- read it from end to end for ever after, so that is forbidden to them.

-- Accepts events of channels, many in one statement. Works through them by account and chat, so that calls at the same
-- time lock conversations in one order and cannot lock each other out; within a chat in the order given.
create function accept_inbound(events jsonb)
returns table (n integer, outcome text, message_id uuid, conversation_id uuid, held boolean)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  event record;
  account record;
  at_account uuid;
  at_portal text;
  at_chat text;
  conversation uuid;
  customer_now jsonb;
  lane_due timestamptz;
  lane_known boolean := false;
  target uuid;
  message uuid;
begin
  for event in
    select * from jsonb_to_recordset(events) as e(
      n integer, portal text, account uuid, key text, kind text, chat text, customer jsonb, external text,
      content jsonb, album text, sent timestamptz, not_before timestamptz)
    order by e.account, e.chat, e.n
  loop
    if at_account is distinct from event.account or at_portal is distinct from event.portal then
      at_account := event.account;
      at_portal := event.portal;
      at_chat := null;
      select a.portal_id, not (a.enabled and a.line is not null and p.active) as held into account
        from accounts a join portals p on p.id = a.portal_id
        where a.id = event.account and a.portal_id = event.portal;
      if account.held then
        -- Switched off, as far as we see. Under this lock nobody can switch it on and wake its lanes before this
        -- message is there to be woken.
        select a.portal_id, not (a.enabled and a.line is not null and p.active) as held into account
          from accounts a join portals p on p.id = a.portal_id
          where a.id = event.account and a.portal_id = event.portal
          for share of a, p;
      end if;
    end if;

    n := event.n;
    message_id := null;
    conversation_id := null;
    held := false;
    if account.portal_id is distinct from event.portal then
      outcome := 'unknown';
      return next;
      continue;
    end if;

    outcome := 'duplicate';
    if exists (select 1 from messages m where m.account_id = event.account and m.inbound_key = event.key) then
      return next;
      continue;
    end if;

    if at_chat is distinct from event.chat then
      at_chat := event.chat;
      conversation := null;
      customer_now := null;
      lane_due := null;
      lane_known := false;
    end if;

    -- The conversation's row is locked first, the message's number drawn after that.
    target := null;
    if event.kind = 'message' then
      if conversation is null or (event.customer is not null and event.customer is distinct from customer_now) then
        insert into conversations as c (portal_id, account_id, external_chat_id, customer)
          values (event.portal, event.account, event.chat, coalesce(event.customer, '{}'))
          on conflict on constraint conversations_external_chat do update
            set customer = merge_customer(c.customer, coalesce(event.customer, '{}')),
                last_message_at = greatest(c.last_message_at, excluded.last_message_at)
          returning c.id into conversation;
        customer_now := event.customer;
      end if;
    else
      if conversation is null then
        select c.id into conversation from conversations c
          where c.account_id = event.account and c.external_chat_id = event.chat
          for no key update;
      end if;
      select m.id into target from messages m
        where m.account_id = event.account and m.external_ids[1] = event.external
          and m.conversation_id = conversation and m.direction = 'in' and m.kind = 'message'
        order by m.seq desc limit 1;
      if target is null then
        outcome := 'unknown';
        return next;
        continue;
      end if;
      if event.kind = 'edit' and exists (select 1 from messages m where m.id = target and m.edited_at > event.sent) then
        -- A newer edit is here already: what this one says is not what the customer sees.
        return next;
        continue;
      end if;
    end if;

    insert into messages as m (portal_id, account_id, conversation_id, direction, kind, inbound_key, target_id,
        external_ids, content, album, origin, next_at, sent_at)
      values (event.portal, event.account, conversation, 'in', event.kind, event.key, target,
        array[event.external], event.content, event.album, '{"by":"channel"}', event.not_before, event.sent)
      on conflict (account_id, inbound_key) where inbound_key is not null do nothing
      returning m.id into message;
    if message is null then
      return next;
      continue;
    end if;

    if event.kind = 'edit' then
      update messages m set content = jsonb_set(m.content, '{body}', event.content -> 'body'), edited_at = event.sent
        where m.id = target;
      if event.customer is not null then
        update conversations c set customer = merge_customer(c.customer, event.customer) where c.id = conversation;
      end if;
    end if;

    if account.held then
      if not lane_known then
        insert into lanes (conversation_id, direction, portal_id, account_id)
          values (conversation, 'in', event.portal, event.account)
          on conflict (conversation_id, direction) do nothing;
      end if;
    elsif lane_due is null or event.not_before < lane_due then
      insert into lanes as l (conversation_id, direction, portal_id, account_id, due_at)
        values (conversation, 'in', event.portal, event.account, event.not_before)
        on conflict (conversation_id, direction) do update set due_at = excluded.due_at
          where l.due_at is null or l.due_at > excluded.due_at;
      lane_due := event.not_before;
    end if;
    lane_known := true;

    outcome := 'stored';
    message_id := message;
    conversation_id := conversation;
    held := account.held;
    return next;
  end loop;
end
$$;

-- Accepts one message of an agent. A line is not needed for it: the customer can be answered without one.
create function accept_reply(reply jsonb, due timestamptz)
returns table (outcome text, message_id uuid, held boolean)
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
  held := false;
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
      row.origin, row.im_message, row.im_chat, row.im_message is not null and row.kind <> 'delete', due, row.sent)
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
    values (row.conversation, 'out', row.portal, place.account_id, case when not off then due end)
    on conflict (conversation_id, direction) do update set due_at = least(l.due_at, excluded.due_at)
      where excluded.due_at is not null and (l.due_at is null or l.due_at > excluded.due_at);
  outcome := 'stored';
  held := coalesce(off, false);
  return next;
end
$$;

-- Writes down an attempt before it is made. The lane's row is locked, so that nobody can take it over in between.
create function begin_attempt(lane_conversation uuid, lane_direction text, by_owner text, ids uuid[]) returns boolean
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  unfinished integer;
begin
  perform 1 from lanes l
    where l.conversation_id = lane_conversation and l.direction = lane_direction and l.owner = by_owner
    for no key update;
  if not found then
    return false;
  end if;
  perform 1 from lane_owners o where o.owner = by_owner and o.until > clock_timestamp();
  if not found then
    return false;
  end if;
  select count(*) into unfinished from (
    select 1 from messages m
      where m.id = any(ids) and m.conversation_id = lane_conversation and m.direction = lane_direction and m.pending
      for no key update) as locked;
  if unfinished <> cardinality(ids) then
    return false;
  end if;
  update messages m
    set state = 'sending', attempts = m.attempts + 1, attempted_at = clock_timestamp(), error = null, settle_by = null
    where m.id = any(ids);
  return true;
end
$$;

-- What became of attempts. Knowledge only grows: what has arrived stays arrived, and what a person ended stays ended
-- unless it turns out to have been sent after all.
create function finish_messages(results jsonb) returns void
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
    delete from early_receipts e using messages m, jsonb_to_recordset(results) as r(message uuid)
      where m.id = r.message and m.direction = 'out' and m.state in ('delivered', 'read')
        and e.account_id = m.account_id and e.external_id = any(m.external_ids);
  end if;
end
$$;

-- A vendor's receipt. Raises what was sent, and nothing else: an uncertain message of several parts is not delivered
-- because one part was. Ids that we do not know (yet) wait a day for finish_messages; one lock per id keeps the two
-- from missing each other.
create function apply_receipt(in_account uuid, ids text[], to_state text) returns setof uuid
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
    on conflict (account_id, external_id) do update set state = excluded.state
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

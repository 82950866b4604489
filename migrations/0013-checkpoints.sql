-- When what became of a message became known: the last answer (or our own verdict), and a customer's channel telling that it
-- arrived and that it was read. The other checkpoints stand in columns that there are. No index, and nothing of it is written
-- when a message is accepted.
alter table messages
  add column answered_at timestamptz,
  add column delivered_at timestamptz,
  add column read_at timestamptz;

-- The functions keep their plans for as long as a connection lives. One made while a table was nearly empty would read it
-- from end to end for ever after, so that is forbidden to them.

-- What became of attempts. Knowledge only grows: what has arrived stays arrived, and what a person ended stays ended
-- unless it turns out to have been sent after all. A bad ending of a message to a customer is marked to be told to its
-- author, in the same statement: a crash after it forgets nothing. What is told a second time keeps its first time; a
-- receipt that came before the answer counts from when it came.
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
      answered_at = case when receipt_rank(m.state) > 0 then coalesce(m.answered_at, clock_timestamp()) else clock_timestamp() end,
      delivered_at = case when r.state = 'delivered' and receipt_rank(m.state) < 2 then clock_timestamp() else m.delivered_at end,
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
      select m.id, max(receipt_rank(e.state)) as rank, max(e.received_at) as at
        from jsonb_to_recordset(results) as r(message uuid, external_ids jsonb)
        join messages m on m.id = r.message and m.direction = 'out' and m.state in ('sent', 'delivered')
        join early_receipts e on e.account_id = m.account_id and e.external_id = any(m.external_ids)
        group by m.id)
    update messages m set
        state = case early.rank when 3 then 'read' else 'delivered' end,
        delivered_at = case early.rank when 2 then early.at else m.delivered_at end,
        read_at = case early.rank when 3 then early.at else m.read_at end
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
    update messages m set
        state = to_state,
        delivered_at = case to_state when 'delivered' then clock_timestamp() else m.delivered_at end,
        read_at = case to_state when 'read' then clock_timestamp() else m.read_at end
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
create or replace function apply_failure(in_account uuid, ids text[], sentence text)
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
    update messages m set
        state = 'refused', error = sentence, settle_by = null, pending = false, to_tell = true, answered_at = clock_timestamp()
      where m.id = any(found_ids) and m.state in ('sent', 'uncertain')
      returning m.id, m.conversation_id, m.portal_id;
end
$$;

-- What the journal tells beside its rows: who the customer is, the decision under which a message was handled, and when it
-- stood in a card first. A message belongs to the latest decision of its conversation that began with it or before it, and
-- that had not ended when it came.
create function messages_beside(of_portal text, ids uuid[])
returns table (
  message_id uuid, customer jsonb, decision_id uuid, decided_at timestamptz, is_own boolean, written_at timestamptz)
language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
begin
  return query
    select m.id, c.customer, d.id, d.at, d.message_id = m.id, (
        select min(s.begun_at) from decision_steps s
          where s.decision_id = d.id and s.name like 'comment:%' and s.ending ->> 'kind' = 'done'
            and split_part(s.name, ':', 2)::bigint >= m.seq)
      from messages m join conversations c on c.id = m.conversation_id
        left join lateral (
          select k.* from decisions k join messages t on t.id = k.message_id
            where k.conversation_id = m.conversation_id and k.portal_id = of_portal and k.decision is not null
              and t.seq <= m.seq and (k.ended_at is null or k.ended_at > m.created_at)
            order by t.seq desc limit 1) as d on true
      where m.id = any(ids) and m.portal_id = of_portal;
end
$$;

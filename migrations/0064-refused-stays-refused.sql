-- A vendor may tell that it sent a message, and then that it could not deliver it, before its answer to our call is noted. That
-- answer says "sent" and came too late: it made a refused message a sent one. What the vendor has named and refused stays refused;
-- once it goes out again it is not refused any more.
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
        or (receipt_rank(m.state) = 0 and (r.state <> 'stored' or m.pending or m.state = 'uncertain')))
      and not (m.direction = 'out' and m.state = 'refused' and coalesce(cardinality(m.external_ids), 0) > 0);

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

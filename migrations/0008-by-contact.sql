-- A person's requests come together by phone or e-mail. Cut to a length, because a channel may tell anything and no index
-- takes an entry of any length.
create index conversations_phone on conversations (account_id, left(customer ->> 'phone', 64))
  where customer ->> 'phone' is not null;
create index conversations_email on conversations (account_id, left(customer ->> 'email', 320))
  where customer ->> 'email' is not null;

-- As accept_messages, but each message goes to the latest conversation of its account whose customer has its customer's
-- phone or e-mail, and to its own chat where there is none. Finding and making are one decision: who has the same phone or
-- e-mail waits until this is committed, so that two first requests at once are one conversation. All locks are taken
-- first and in order; of two calls that still meet on a conversation crosswise, one is undone and made again.
create function accept_gathered(events jsonb)
returns table (n integer, outcome text, message_id uuid, conversation_id uuid, due boolean)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  contact bigint;
  event jsonb;
  known record;
begin
  for contact in
    select distinct hashtextextended(e ->> 'account' || ' ' || k || ' ' || (e -> 'customer' ->> k), 0)
      from jsonb_array_elements(events) as e cross join unnest(array['phone', 'email']) as k
      where e -> 'customer' ->> k is not null
      order by 1
  loop
    perform pg_advisory_xact_lock(contact);
  end loop;

  for event in select e from jsonb_array_elements(events) with ordinality as a(e, at) order by at loop
    select c.external_chat_id as chat, c.customer ->> 'externalId' as person into known from (
      select * from conversations c
        where c.account_id = (event ->> 'account')::uuid and c.portal_id = event ->> 'portal'
          and c.customer ->> 'phone' = event -> 'customer' ->> 'phone'
          and left(c.customer ->> 'phone', 64) = left(event -> 'customer' ->> 'phone', 64)
      union all
      select * from conversations c
        where c.account_id = (event ->> 'account')::uuid and c.portal_id = event ->> 'portal'
          and c.customer ->> 'email' = event -> 'customer' ->> 'email'
          and left(c.customer ->> 'email', 320) = left(event -> 'customer' ->> 'email', 320)
    ) as c order by c.last_message_at desc, c.id limit 1;
    if known.chat is not null then
      event := jsonb_set(jsonb_set(event, '{chat}', to_jsonb(known.chat)), '{customer,externalId}', to_jsonb(known.person));
    end if;
    return query select * from accept_messages(jsonb_build_array(event));
  end loop;
end
$$;

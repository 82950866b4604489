-- What agents write on a surface of ours stands in the line too. Each such reply brings a row of kind 'mirror' into the
-- customer's lane, where what goes to the portal goes in its order; its target says what is to stand there. It is no message
-- and shown nowhere.
alter table conversations
  -- Something of it was mirrored: what comes back from the line may be its echo.
  add column mirrored boolean not null default false;

-- Waits until the line has it. No clock gets there.
create function held_until() returns timestamptz language sql immutable as $$ select timestamptz '9999-01-01 00:00:00Z' $$;

-- Brings a reply that was just accepted into the line as well, where its account has one. `first`: the channel waits for
-- the line, as far as there is a chat that it can be written into. In the transaction of the reply, under whose lock on the
-- conversation its row is the next one. Answers whether this made the customer's lane due.
create function add_mirror(of_message uuid, way text, at timestamptz) returns boolean
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  said record;
  place record;
begin
  select m.portal_id, m.account_id, m.conversation_id, m.kind, m.origin, m.content, m.sent_at into said
    from messages m where m.id = of_message;
  if not found then
    return false;
  end if;
  select c.im_chat_id, a.line is not null as has_line, a.enabled and p.active as is_on into place
    from conversations c join accounts a on a.id = c.account_id join portals p on p.id = a.portal_id
    where c.id = said.conversation_id;
  if not place.has_line then
    return false;
  end if;
  if way = 'first' and said.kind = 'message' and place.im_chat_id is not null
      and jsonb_array_length(said.content -> 'attachments') = 0 then
    update messages m set next_at = held_until() where m.id = of_message;
  end if;
  insert into messages (portal_id, account_id, conversation_id, direction, kind, target_id, content, origin, next_at, sent_at)
    values (said.portal_id, said.account_id, said.conversation_id, 'in', 'mirror', of_message,
      '{"body": {"text": "", "spans": []}, "attachments": []}', said.origin, at, said.sent_at);
  update conversations c set mirrored = true where c.id = said.conversation_id and not c.mirrored;
  insert into lanes as l (conversation_id, direction, portal_id, account_id, due_at)
    values (said.conversation_id, 'in', said.portal_id, said.account_id, case when place.is_on then at end)
    on conflict (conversation_id, direction) do update set due_at = excluded.due_at
      where l.due_at is null or l.due_at > excluded.due_at;
  return found and place.is_on;
end
$$;

-- What became of a reply's mirror. Sent: the line has it, under this id where that is known, and what was held goes. Ended
-- otherwise: what was held ends so too, because the line was its way.
-- claimed   the id is this reply's from now on
-- known     it was that before, or is another message's
-- taken     the reply is known under another id
create function end_mirror(of_portal text, of_message uuid, ended text, told text, chat_message text, chat text)
returns table (outcome text, conversation_id uuid, due boolean)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  said record;
begin
  due := false;
  outcome := 'unknown';
  select m.conversation_id into conversation_id from messages m where m.id = of_message and m.portal_id = of_portal;
  if not found then
    return next;
    return;
  end if;
  -- In the order in which accepting locks: the conversation, its lanes, its messages.
  perform 1 from conversations c where c.id = end_mirror.conversation_id for no key update;
  perform 1 from lanes l where l.conversation_id = end_mirror.conversation_id order by l.direction for no key update;
  select m.seq, m.kind, m.state, m.next_at, m.im_message_id into said from messages m where m.id = of_message for no key update;
  outcome := 'ended';
  if chat_message is not null and said.kind = 'message' then
    if said.im_message_id = chat_message then
      outcome := 'known';
    elsif exists (
        select 1 from messages m
          where m.portal_id = of_portal and m.im_message_id = chat_message and m.kind = 'message') then
      outcome := 'known';
      return next;
      return;
    elsif said.im_message_id is not null then
      outcome := 'taken';
      return next;
      return;
    else
      outcome := 'claimed';
      update messages m set im_message_id = chat_message, im_chat_id = chat, to_report = true where m.id = of_message;
      due := said.state in ('sent', 'delivered', 'read');
    end if;
  end if;
  -- It was accepted together with its target, so it is the next one.
  update messages r
    set state = ended, pending = false, error = told, settle_by = null, answered_at = clock_timestamp()
    where r.id = (
        select m.id from messages m where m.conversation_id = end_mirror.conversation_id and m.seq > said.seq order by m.seq limit 1)
      and r.kind = 'mirror' and r.target_id = of_message and r.state <> 'sent';
  if said.state = 'stored' and said.next_at >= held_until() then
    due := true;
    if ended = 'sent' then
      update messages m set next_at = clock_timestamp() where m.id = of_message;
    else
      update messages m
        set state = ended, pending = false, error = told, to_tell = true, answered_at = clock_timestamp()
        where m.id = of_message;
    end if;
  end if;
  if due then
    update lanes l set due_at = least(l.due_at, clock_timestamp())
      where l.conversation_id = end_mirror.conversation_id and l.direction = 'out';
  end if;
  return next;
end
$$;

-- As before, without mirrors.
-- Of the `stretch` messages before a position, in one conversation or in all of them, those that have all that is asked for.
--   words   lower case; each stands in the text, the name of a file, or what is known of the customer or the writer
--   digits  a telephone number or a part of one, however it is written there
-- `low`: the first position of the stretch, null when there is nothing; `oldest`: when that message came.
create or replace function search_messages(
  of_portal text, of_conversation uuid, before_seq bigint, stretch integer, at_most integer, asked jsonb)
returns table (low bigint, looked_at integer, oldest timestamptz, hits jsonb)
language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  candidates uuid[];
  states text[] := array(select jsonb_array_elements_text(asked -> 'states'));
  accounts uuid[] := array(select jsonb_array_elements_text(asked -> 'accounts')::uuid);
  words text[] := array(select jsonb_array_elements_text(asked -> 'words'));
  digits text := asked ->> 'digits';
begin
  if of_conversation is null then
    select array_agg(w.id), min(w.seq), count(*), min(w.created_at) into candidates, low, looked_at, oldest
      from (
        select m.id, m.seq, m.created_at from messages m
          where m.portal_id = of_portal and m.seq < before_seq order by m.seq desc limit stretch) as w;
  else
    select array_agg(w.id), min(w.seq), count(*), min(w.created_at) into candidates, low, looked_at, oldest
      from (
        select m.id, m.seq, m.created_at from messages m
          where m.conversation_id = of_conversation and m.portal_id = of_portal and m.seq < before_seq
          order by m.seq desc limit stretch) as w;
  end if;

  select jsonb_agg(to_jsonb(f) order by f.seq desc) into hits from (
    select m.* from messages m
      where m.id = any(candidates) and m.kind <> 'mirror'
        and (asked ->> 'changes' = 'true' or m.kind = 'message')
        and (asked -> 'states' is null or m.state = any(states))
        and (asked -> 'accounts' is null or m.account_id = any(accounts))
        and (asked ->> 'direction' is null or m.direction = asked ->> 'direction')
        and (asked ->> 'since' is null or m.created_at >= (asked ->> 'since')::timestamptz)
        and (asked ->> 'until' is null or m.created_at < (asked ->> 'until')::timestamptz)
        and case when asked -> 'words' is null then true else (
          select (select bool_and(position(w.word in said.all_words) > 0) from unnest(words) as w(word))
              or (digits is not null and position(digits in regexp_replace(said.numbers, '\D', '', 'g')) > 0)
            from (
              select
                  lower(concat_ws(' ', m.content #>> '{body,text}', files.names,
                    c.customer ->> 'name', c.customer ->> 'lastName', c.customer ->> 'username',
                    c.customer ->> 'phone', c.customer ->> 'email',
                    m.content #>> '{author,name}', m.content #>> '{author,lastName}', m.content #>> '{author,username}',
                    m.content #>> '{author,phone}')) as all_words,
                  concat_ws(' ', m.content #>> '{body,text}', c.customer ->> 'phone', m.content #>> '{author,phone}') as numbers
                from conversations c cross join lateral (
                  select string_agg(a ->> 'name', ' ') as names from jsonb_array_elements(m.content -> 'attachments') as a) as files
                where c.id = m.conversation_id) as said) end
      order by m.seq desc limit at_most) as f;
  return next;
end
$$;

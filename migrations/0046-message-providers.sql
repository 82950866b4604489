-- Accounts as message providers of the portal, and what its CRM sends through them.

-- What each portal was told of them.
create table message_providers (
  portal_id text not null references portals on delete cascade,
  account_id uuid not null,
  name text not null,
  handler text not null,
  primary key (portal_id, account_id)
);

create table provider_messages (
  id bigint generated always as identity primary key,
  portal_id text not null references portals on delete cascade,
  -- The portal's own id of it.
  message_key text not null,
  code text not null,
  -- The account may be gone by then: that is told in words.
  account_id uuid not null,
  -- Empty as soon as it is known what becomes of it: the conversation keeps it, or nobody does.
  phone text not null,
  body text not null,
  author_id text,
  card_type text,
  card_id text,
  asked_at timestamptz not null,
  message_id uuid,
  -- Why it could not be sent at all.
  trouble text,
  -- The status that the portal was told last.
  told text,
  -- That trouble was told in words as well.
  told_words boolean not null default false,
  attempts integer not null default 0,
  -- How often the message's state has changed: whoever told an earlier one looks again.
  changes integer not null default 0,
  next_at timestamptz,
  taken_at timestamptz,
  unique (portal_id, message_key)
);
create index provider_messages_due on provider_messages (next_at) where next_at is not null;
create index provider_messages_waiting on provider_messages (account_id, phone, id)
  where message_id is null and trouble is null;
create index provider_messages_message on provider_messages (message_id) where message_id is not null;
create index provider_messages_old on provider_messages (asked_at) where next_at is null;

-- Whatever changes how such a message stands, in one transaction with it: then there is something to tell the portal.
create function note_provider_message() returns trigger language plpgsql as $$
begin
  update provider_messages set next_at = clock_timestamp(), changes = changes + 1 where message_id = new.id;
  return null;
end
$$;
create trigger messages_to_providers after update of state on messages for each row
  when (old.state is distinct from new.state and new.origin ->> 'by' = 'provider')
  execute function note_provider_message();

-- As before; what an employee sends from the CRM is said by them.
create or replace function said_by_machine(origin jsonb) returns boolean language sql immutable as $$
  select origin ->> 'by' in ('engine', 'robot', 'bot')
    or (origin ->> 'by' = 'provider' and coalesce(origin ->> 'authorId', '0') in ('', '0'))
$$;

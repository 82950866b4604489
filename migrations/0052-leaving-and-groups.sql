-- Letters that went to many, by the number that stands in their links for whoever wants no more of them.
create table unsubscribe_links (
  id uuid primary key default gen_random_uuid(),
  portal_id text not null references portals on delete cascade,
  -- Of the message that it is, or will be.
  origin_key text not null,
  -- Address and name that the letter comes from, as its readers see them.
  sender text not null,
  recipients text[] not null,
  created_at timestamptz not null default clock_timestamp(),
  unique (portal_id, origin_key)
);
create index unsubscribe_links_age on unsubscribe_links (portal_id, created_at);

-- Who wants no letters made of templates, portal by portal. Kept when they are written to again, to be told when and by whom.
create table unsubscribed (
  portal_id text not null references portals on delete cascade,
  -- One for all spellings of an address.
  address_key text not null,
  address text not null,
  at timestamptz not null,
  how text not null check (how in ('one-click', 'page', 'mail', 'agent')),
  -- The employee who noted it.
  noted_by text,
  ended_at timestamptz,
  -- The employee who ended it; null with `ended_at`: they did so themselves.
  ended_by text,
  primary key (portal_id, address_key)
);
create index unsubscribed_newest on unsubscribed (portal_id, at desc) where ended_at is null;

-- Addresses of a portal's own groups (distribution lists), as the software of these groups marks what it hands on.
create table mail_groups (
  portal_id text not null references portals on delete cascade,
  address text not null,
  since timestamptz not null default clock_timestamp(),
  primary key (portal_id, address)
);

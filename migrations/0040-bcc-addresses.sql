-- Addresses that employees put into Bcc, so that what they write from any program stands in the customer's card.
create table bcc_addresses (
  portal_id text not null references portals on delete cascade,
  -- The employee's id in the portal; empty: the portal's own, for all of its employees.
  owner_id text not null,
  -- Keyed hash of the key in the address: it is looked up by this, and whoever reads the table cannot write to it.
  key_digest text not null,
  -- The key itself, for its owner to see.
  key_sealed text not null,
  made_at timestamptz not null default clock_timestamp(),
  -- When a letter was last taken.
  used_at timestamptz,
  primary key (portal_id, owner_id),
  constraint bcc_addresses_key unique (key_digest)
);

-- Addresses that letters to them came from, each proved to be its sender's.
create table bcc_senders (
  portal_id text not null,
  owner_id text not null,
  address text not null,
  -- `asked`: its letter was refused, and the owner may say that it is theirs; `confirmed`: they did; `known`: the portal says so.
  state text not null,
  seen_at timestamptz not null,
  primary key (portal_id, owner_id, address),
  foreign key (portal_id, owner_id) references bcc_addresses on delete cascade
);

-- What comes that way belongs to an account that the server makes by itself, one a portal.
create unique index accounts_one_bcc on accounts (portal_id) where channel = 'bcc';

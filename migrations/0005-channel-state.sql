-- What a channel's standing connection must remember over restarts (a linked device's keys, say), encrypted. Goes with
-- its account. Keys sort by their bytes, so that a prefix is one range of the primary key.
create table channel_state (
  portal_id text not null,
  account_id uuid not null references accounts on delete cascade,
  key text collate "C" not null,
  value_sealed bytea not null,
  primary key (account_id, key)
);
create index channel_state_portal on channel_state (portal_id);

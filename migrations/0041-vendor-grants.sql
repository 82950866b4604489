-- Sign-ins at a vendor's own page: the tokens by which an account of a channel is opened.
create table vendor_grants (
  portal_id text not null references portals on delete cascade,
  id uuid not null,
  -- Absent until an account uses it. Whoever deletes the account deletes its tokens.
  account_id uuid,
  channel text not null,
  vendor text not null,
  -- Who set it up in the portal, and who signed in at the vendor.
  user_id text not null,
  who text not null,
  access_token_sealed text not null,
  refresh_token_sealed text not null,
  tokens_expire_at timestamptz not null,
  -- Of the word that the page of the way back hands to the page that began it; gone once that has come.
  code_digest text,
  -- The vendor has said that it holds no longer: nobody asks again.
  refused text,
  created_at timestamptz not null default now(),
  primary key (portal_id, id),
  foreign key (portal_id, account_id) references accounts (portal_id, id) on delete cascade
);
create index vendor_grants_account on vendor_grants (portal_id, account_id);
create index vendor_grants_unused on vendor_grants (created_at) where account_id is null;

-- Who has a conversation in the line, as far as we know: the portal tells of accepting and transferring by no event.
alter table conversations
  -- The employee who is responsible for it there.
  add column operator_id text,
  -- They have taken it, and it does not only wait for them.
  add column accepted boolean not null default false,
  -- When any of that, or whether it is open, was last told or seen.
  add column state_at timestamptz;

-- Employees who were asked to connect a mailbox of their own. Nothing in here opens a box: each signs in by themselves.
create table box_invitations (
  portal_id text not null references portals on delete cascade,
  id uuid not null default gen_random_uuid(),
  -- Whose box it is, by their id in the portal: nobody else may follow it.
  user_id text not null,
  channel text not null,
  -- In small letters.
  address text not null,
  invited_by text not null,
  sent_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  primary key (portal_id, id),
  constraint box_invitations_once unique (portal_id, user_id, channel, address)
);

-- Folders of canned replies: everybody's of a portal, and each one's own. One level: whoever looks for a reply types its word.
create table canned_folders (
  -- Made by the page, so that saving twice is one, and what was deleted comes back as it was.
  id uuid primary key,
  portal_id text not null references portals on delete cascade,
  -- Null: everybody's.
  owner_id text,
  name text not null,
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp()
);
create unique index canned_folders_name on canned_folders (portal_id, coalesce(owner_id, ''), lower(name));

-- A folder that is deleted leaves its replies, unless they are deleted with it.
alter table canned_replies add column folder_id uuid references canned_folders on delete set null;
create index canned_replies_folder on canned_replies (folder_id) where folder_id is not null;

-- What was saved of open lines here, so that it can be taken back after the page was left. The line itself is in the portal.
create table line_saves (
  id bigint generated always as identity primary key,
  portal_id text not null references portals on delete cascade,
  line_id text not null,
  saved_by text not null,
  saved_at timestamptz not null default clock_timestamp(),
  -- The changed settings before it, and as they were read back after it.
  before jsonb not null,
  after jsonb not null
);
create index line_saves_line on line_saves (portal_id, line_id, id desc);

-- Texts that agents put into an answer by a word: everybody's of a portal, and each one's own.
create table canned_replies (
  -- Made by the page, so that saving twice is one, and what was deleted comes back as it was.
  id uuid primary key,
  portal_id text not null references portals on delete cascade,
  -- Null: everybody's.
  owner_id text,
  shortcut text not null,
  body text not null,
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp()
);
-- A word of one's own may be everybody's as well; one's own is meant then.
create unique index canned_replies_shortcut on canned_replies (portal_id, coalesce(owner_id, ''), lower(shortcut));

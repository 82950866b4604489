-- What the portal itself has linked a session's chat to, read once a session; null: not yet.
alter table decisions add column portal_link jsonb;

-- Whose mailboxes lie at a domain, for a stranger's letter from there. Keys are addresses in lower case.
create index contact_points_domain on contact_points (portal_id, split_part(key, '@', 2)) where kind = 'email';

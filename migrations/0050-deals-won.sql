-- When a deal came to the stage in which it stands won, by the portal's clock; null: it is not won, or nobody knows.
alter table person_entities add column won_at timestamptz;
-- How often an event said that it has changed: what was read before the last of them is not taken for how it looks now.
alter table person_entities add column changes integer not null default 0;
create index person_entities_won on person_entities (portal_id, won_at) where won_at is not null;
create index person_entities_deals on person_entities (portal_id, fresh_at) where type = 'deal';

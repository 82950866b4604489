-- Who writes in lines, as the portal tells: people, or bots. One place for everybody who asks.
alter table report_writers rename to line_writers;
alter table line_writers add column name text;
alter table line_writers add column told_at timestamptz not null default now();

-- The bot that has a conversation: one of the portal's own in its line ({"by": "portal", "id", "name"}), or the account's
-- ({"by": "account", "name"}). Whoever of the people has it stands in operator_id, and then there is none.
alter table conversations add column bot jsonb;
update conversations c
  set bot = jsonb_strip_nulls(jsonb_build_object('by', 'portal', 'id', c.operator_id, 'name', w.name)),
    operator_id = null, accepted = false
  from line_writers w
  where w.portal_id = c.portal_id and w.user_id = c.operator_id and not w.is_person;
update conversations c set bot = jsonb_strip_nulls(jsonb_build_object('by', 'account', 'name', b.settings ->> 'name'))
  from bot_talks t join bots b on b.account_id = t.account_id
  where t.conversation_id = c.id and t.state #>> '{talk,phase}' = 'talking' and c.operator_id is null;
-- The portal tells nobody when its bot hands over, so those are looked at again and again: the longest ago first.
create index conversations_with_bots on conversations (state_at) where bot ->> 'by' = 'portal';

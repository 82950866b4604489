-- Who called a letter spam at their provider is remembered as somebody who left.
alter table unsubscribed drop constraint unsubscribed_how_check;
alter table unsubscribed add constraint unsubscribed_how_check
  check (how in ('one-click', 'page', 'mail', 'agent', 'complaint'));

-- Administrators see the groups, take off what is none and add others. What was taken off stays, so that the next letter does
-- not bring it back.
alter table mail_groups
  -- The employee who added it; null: a letter that it handed on did.
  add column added_by text,
  add column removed_at timestamptz,
  add column removed_by text;

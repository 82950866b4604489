-- Letters of personal boxes that go into their card as a whole because somebody said so, whatever the box shows by itself.
create table letter_wishes (
  portal_id text not null references portals on delete cascade,
  message_id uuid not null references messages on delete cascade,
  -- Whoever said so, by their id in the portal.
  user_id text not null,
  at timestamptz not null default clock_timestamp(),
  -- It stands there, or nothing is left to be done.
  done_at timestamptz,
  primary key (portal_id, message_id)
);

-- What was said until now hung on one decision, and was forgotten when another took over.
insert into letter_wishes (portal_id, message_id, user_id, at, done_at)
  select s.portal_id, m.id, coalesce(s.ending ->> 'id', ''), s.begun_at, r.begun_at
    from decision_steps s
    join messages m on m.id::text = substr(s.name, length('letter-wanted:') + 1)
    left join decision_steps r on r.decision_id = s.decision_id and r.name = 'letter:' || m.id and r.ending ->> 'kind' = 'done'
    where s.name like 'letter-wanted:%'
  on conflict do nothing;
delete from decision_steps where name like 'letter-wanted:%';

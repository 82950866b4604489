-- When the line closed the session of a decision, and when it was judged whether anybody had answered; null: not yet.
alter table decisions add column closed_at timestamptz, add column judged_at timestamptz;
-- Nobody is told of what was before: only sessions from now on are judged.
update decisions set judged_at = clock_timestamp();
create index decisions_unjudged on decisions (conversation_id) where judged_at is null and ended_at is not null;

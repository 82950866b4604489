-- Until where a conversation was answered before somebody said that it needs no reply, as {"seq", "at", "set"}: what takes that back.
alter table conversations add column answered_before jsonb;

-- Where somebody moved a person's conversations to; how we know of the card stays as it was.
alter table person_entities add column chosen boolean not null default false;
update person_entities set chosen = true where why = 'admin';

-- A decision that is made anew takes over from one that the same message began.
drop index decisions_message;
create unique index decisions_message on decisions (message_id) where ended_at is null;
create index decisions_of_message on decisions (message_id, at desc);

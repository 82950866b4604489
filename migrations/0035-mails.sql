-- The index of every mail that was ever seen in a box of the portal: which copies are one mail, which mails one thread, and
-- what became of them. Written in packs of some hundred envelopes under a lock per portal, so nothing in it races.
--
-- Digests (uuid) are made by src/mail/threads: 128 bits of SHA-256 over what a mail is known by, the scope in them. The
-- scope is the account that is kept apart, or nothing for all the others.
-- A pack takes a thousand numbers at once.
create sequence mail_numbers increment by 1000;

create table mails (
  portal_id text not null references portals on delete cascade,
  -- Rising: of two mails the one that was seen later has the higher one.
  id bigint not null,
  -- The id of its thread's oldest mail, as far as it was known when the thread came to be.
  thread_id bigint not null,
  scope uuid,
  -- Of its Message-ID, or of what stands for one. Several mails have the same when a sender uses an id again.
  key uuid not null,
  -- Absent for an empty subject.
  subject_key uuid,
  -- The Message-ID as it was written, without brackets.
  header_id text,
  refs text[] not null,
  sender text,
  -- The sender is a list that stands for somebody else.
  relayed boolean not null,
  direction text not null,
  people text[] not null,
  -- By its own header.
  sent_at timestamptz,
  -- The same, or else when it was first seen.
  at timestamptz not null,
  subject text,
  is_reply boolean not null,
  -- An answer; what it answers was not found yet.
  orphan boolean not null,
  -- Print of what it says; absent until it was read.
  content uuid,
  -- By the reading of the whole mail.
  class text,
  -- Nothing is left to be done with it.
  handled_at timestamptz,
  message_id uuid,
  conversation_id uuid,
  -- Too old to be kept: names and words are gone, what it is known by stays, so that it never counts as new.
  forgotten boolean not null default false,
  primary key (portal_id, id)
);
create index mails_key on mails (portal_id, key);
create index mails_thread on mails (portal_id, thread_id);
create index mails_at on mails (portal_id, at) where not forgotten;
create index mails_subject on mails (portal_id, subject_key) where subject_key is not null;
create index mails_orphans on mails (portal_id, subject_key) where orphan;
create index mails_nameless on mails (portal_id, at) where header_id is null;
create index mails_waiting on mails (portal_id, id) where handled_at is null;
create index mails_conversation on mails (portal_id, conversation_id) where conversation_id is not null;

-- So that an account's rows are found by the portal first when it is deleted.
alter table accounts add constraint accounts_of_portal unique (portal_id, id);

-- Where a copy of it lies.
create table mail_sightings (
  portal_id text not null,
  account_id uuid not null,
  folder text not null,
  uid_validity bigint not null,
  uid bigint not null,
  mail_id bigint not null,
  primary key (portal_id, account_id, folder, uid_validity, uid),
  foreign key (portal_id, account_id) references accounts (portal_id, id) on delete cascade
);
create index mail_sightings_mail on mail_sightings (portal_id, mail_id);

-- By what else a thread is found: ids of mails that nobody has seen, and tokens.
create table mail_refs (
  portal_id text not null references portals on delete cascade,
  node uuid not null,
  thread_id bigint not null,
  primary key (portal_id, node)
);

-- Threads that turned out to be one with an older one. `kept` is never given up itself.
create table mail_thread_joins (
  portal_id text not null references portals on delete cascade,
  given_up bigint not null,
  kept bigint not null,
  primary key (portal_id, given_up)
);
create index mail_thread_joins_kept on mail_thread_joins (portal_id, kept);

-- With all that is asked for in them: rows of one colleague lie far apart in their tables.
drop index report_waits_agent;
create index report_waits_agent on report_waits (portal_id, agent, asked_at) include (account_id, ended, seconds) where agent is not null;
drop index report_talks_agent;
create index report_talks_agent on report_talks (portal_id, agent, opened_at) include (account_id, closed_at) where agent is not null;
drop index report_said_writer;
create index report_said_writer on report_said (portal_id, writer, quarter) include (account_id, messages) where writer not in ('', 'auto');

-- Portals send each event once. While we were away some may have been lost: before `gap_at`. A conversation whose line was
-- compared with what we have after that is whole again.
alter table portals add column gap_at timestamptz;
alter table conversations add column compared_at timestamptz;

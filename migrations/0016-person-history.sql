-- A person's history shows what went away from them too.
create index person_audit_from on person_audit (portal_id, (about ->> 'from'), at desc);

-- What people may do with conversations where that is not what the portal lets them, as [{id, name, role}].
alter table portals add column roles jsonb not null default '[]';

-- Who may change rules and links of customers beside the portal's administrators, as [{id, name}].
alter table portals add column editors jsonb not null default '[]';

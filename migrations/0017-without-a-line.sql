-- An account without a line is not held any more: its rules may keep it out of any line, and then its messages are worked
-- on for the CRM and our own surfaces. Where they do not, the run finds nothing to do and the messages wait as before.
--
-- The functions that accept and hand over messages stay as they are, but for that one condition.
do $$
declare
  made record;
begin
  for made in
    select pg_get_functiondef(p.oid) as definition
      from pg_proc p
      where p.pronamespace = current_schema()::regnamespace and p.prosrc like '%a.line is not null%'
  loop
    execute replace(
      replace(made.definition, 'and a.line is not null', ''),
      'and (a.line is not null or lane_direction = ''out'')',
      '');
  end loop;
end
$$;

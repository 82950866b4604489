-- A print has a part for each part of a mail: copies may have one more at their end.
alter table mails alter column content type text;

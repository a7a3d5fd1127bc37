-- Refuses to drop a ledger that knows messages: without it nobody can tell whose objects are whose.
do $$
begin
  if exists (select from whatsapp.messages) or exists (select from whatsapp.buckets) then
    raise exception 'whatsapp.messages or whatsapp.buckets still hold rows; nothing was dropped';
  end if;
end
$$;
drop schema whatsapp cascade;

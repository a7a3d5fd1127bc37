-- Refuses while objects lie here: they are nowhere else. The sweep `fallback` brings them to the store.
do $$
begin
  if exists (select from whatsapp.fallback_objects) then
    raise exception 'whatsapp.fallback_objects still holds rows; nothing was dropped';
  end if;
end
$$;
drop function whatsapp.repoint_bucket(jsonb, jsonb);
drop function whatsapp.reopen_bucket(text);
drop function whatsapp.list_unready_buckets(integer);
drop function whatsapp.count_fallback_objects();
drop function whatsapp.drop_lost_fallback_chunks(integer);
drop function whatsapp.rest_fallback_bucket(text, double precision);
drop function whatsapp.defer_fallback_object(
  text, text, text, bigint, text, double precision, boolean
);
drop function whatsapp.settle_fallback_object(text, text, text, bigint);
drop function whatsapp.take_fallback_object(text, integer);
drop function whatsapp.read_fallback_chunk(text, integer);
drop function whatsapp.find_fallback_object(text, text);
drop function whatsapp.fallback_object_document(whatsapp.fallback_objects);
drop function whatsapp.set_fallback_object(jsonb, bytea, bigint, boolean);
drop function whatsapp.keep_fallback_object(jsonb, bytea, bigint);
drop function whatsapp.check_fallback_upload(jsonb);
drop function whatsapp.drop_fallback_upload(text);
drop function whatsapp.require_fallback_room(bigint, bigint);
drop function whatsapp.add_fallback_chunk(text, integer, bytea, bigint);
drop table whatsapp.fallback_usage;
drop table whatsapp.fallback_chunks;
drop table whatsapp.fallback_objects;

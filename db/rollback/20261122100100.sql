-- Refuses to forget what people are still to be sent.
do $$
begin
  if exists (select from whatsapp.outbox where state in ('waiting', 'sending')) then
    raise exception 'whatsapp.outbox still holds what is to be sent; nothing was dropped';
  end if;
end
$$;
drop function whatsapp.settle_outgoing(bigint, bigint, jsonb);
drop function whatsapp.take_outgoing(text, bigint, jsonb, integer);
drop function whatsapp.finish_message_and_outbox(jsonb, jsonb);
drop table whatsapp.outbox;

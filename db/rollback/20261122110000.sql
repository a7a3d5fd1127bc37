-- Refuses to forget what people ordered.
do $$
begin
  if exists (select from whatsapp.orders) then
    raise exception 'whatsapp.orders still holds rows; nothing was dropped';
  end if;
end
$$;
drop view whatsapp.orders_waiting;
drop index whatsapp.outbox_failure_notices_idx;
alter table whatsapp.outbox
  drop column template, drop column order_message_id, drop column purpose;
alter table whatsapp.messages
  drop column duplicate_of, drop column decided_by, drop column decision;
drop table whatsapp.orders;
drop table whatsapp.conversations;

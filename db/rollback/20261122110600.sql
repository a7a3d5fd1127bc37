-- Letters as they were before anybody was told of an order that cannot be kept.
create or replace function whatsapp.record_dead_letter(letter jsonb, payload bytea)
returns text
language plpgsql
as $$
declare
  message whatsapp.messages;
begin
  select * into message from whatsapp.messages as m
  where m.installation = letter ->> 'installation' and m.account_id = letter ->> 'account_id'
    and m.message_id = letter ->> 'message_id'
  for update;
  if message.state in ('ignored', 'erased', 'legacy') then
    return message.state;
  end if;
  if message.state = 'stored'
    and (message.is_deleted or message.content_hash = letter ->> 'content_hash')
    and not exists (
    select from whatsapp.attachments as a
    where a.installation = message.installation and a.account_id = message.account_id
      and a.message_id = message.message_id and a.state = 'pending'
  ) then
    return 'stored';
  end if;
  perform whatsapp.bury_message(
    letter || jsonb_build_object(
      'reason', coalesce(message.last_error, letter ->> 'reason'),
      -- What a stored message waits for, the transcriptions sweep still brings.
      'is_resumed', true
    ),
    payload
  );
  return 'recorded';
end
$$;

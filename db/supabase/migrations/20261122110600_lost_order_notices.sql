-- An order whose message cannot be kept is not given up in silence.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- As before, and tells who ordered something that their message could not be kept for want of a
-- place to keep it in. It is replayed all the same.
create or replace function whatsapp.record_dead_letter(letter jsonb, payload bytea)
returns text
language plpgsql
as $$
declare
  message whatsapp.messages;
  the_reason text;
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
  the_reason := coalesce(message.last_error, letter ->> 'reason');
  perform whatsapp.bury_message(
    letter || jsonb_build_object(
      'reason', the_reason,
      -- What a stored message waits for, the transcriptions sweep still brings.
      'is_resumed', true
    ),
    payload
  );
  -- To a user, of what they have just written: of old history nothing is said, nor to strangers.
  if message.state = 'processing' and message.source <> 'backfill'
    and message.created_at > clock_timestamp() - interval '24 hours'
    and whatsapp.user_of_message(message) is not null
    and (starts_with(the_reason, 'bucket_') or starts_with(the_reason, 'storage_')
      or the_reason = 'fallback_full')
  then
    perform whatsapp.hold_conversation(message);
    perform whatsapp.queue_outgoing(
      message.installation, message.account_id, message.conversation_id, message.message_id,
      letter -> 'notice'
    );
  end if;
  return 'recorded';
end
$$;

revoke all on function whatsapp.record_dead_letter(jsonb, bytea) from public;
grant execute on function whatsapp.record_dead_letter(jsonb, bytea) to whatsapp_pipeline;

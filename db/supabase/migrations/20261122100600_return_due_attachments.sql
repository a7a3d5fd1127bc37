-- What the broker would not take is due again at the next sweep, not when the taking runs out.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- Gives back what take_due_attachments took. A message of WhatsApp has one attachment, so that none
-- is made due before the time that a service asked for.
create or replace function whatsapp.return_due_attachments(the_installation text, messages jsonb)
returns void
language sql
as $$
  update whatsapp.attachments as a set next_attempt_at = clock_timestamp()
  from jsonb_to_recordset(messages) as r (account_id text, message_id text)
  where a.installation = the_installation and a.account_id = r.account_id
    and a.message_id = r.message_id and a.state = 'pending'
    and a.next_attempt_at > clock_timestamp();
$$;

revoke all on function whatsapp.return_due_attachments(text, jsonb) from public;
grant execute on function whatsapp.return_due_attachments(text, jsonb) to whatsapp_pipeline;

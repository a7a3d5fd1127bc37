-- Media that a worker thought dead wrote after their message was deleted: a store cannot check a
-- fence, so finish_message leaves the deleted message's attachments due once more, and the sweep
-- `orphans` removes what came late.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create index if not exists attachments_deleted_idx on whatsapp.attachments (next_attempt_at)
  where reason = 'deleted' and next_attempt_at is not null;

-- Takes media of deleted messages that no worker can still be writing; another sweep gets others.
-- Whoever takes them has 15 minutes, then they are due again.
create or replace function whatsapp.take_deleted_media(the_installation text, batch integer)
returns jsonb
language sql
as $$
  with due as (
    select a.installation, a.account_id, a.message_id, a.attachment_id
    from whatsapp.attachments as a
    join whatsapp.messages as m using (installation, account_id, message_id)
    where a.installation = the_installation and a.reason = 'deleted' and a.state = 'failed'
      and a.next_attempt_at is not null and a.next_attempt_at <= clock_timestamp()
      -- Only what is deleted may ever be removed, whatever else a row says.
      and m.is_deleted and m.bucket_name is not null and a.object_name is not null
    order by a.next_attempt_at
    limit batch
    for update of a skip locked
  ),
  taken as (
    update whatsapp.attachments as a set next_attempt_at = clock_timestamp() + interval '15 minutes'
    from due
    where a.installation = due.installation and a.account_id = due.account_id
      and a.message_id = due.message_id and a.attachment_id = due.attachment_id
    returning a.installation, a.account_id, a.message_id, a.attachment_id, a.object_name
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'account_id', t.account_id, 'message_id', t.message_id, 'attachment_id', t.attachment_id,
    'bucket', m.bucket_name, 'object', t.object_name
  )), '[]')
  from taken as t
  join whatsapp.messages as m using (installation, account_id, message_id);
$$;

-- Records that media of deleted messages are gone: nobody looks for them again. Repeatable.
create or replace function whatsapp.settle_deleted_media(the_installation text, media jsonb)
returns void
language sql
as $$
  update whatsapp.attachments as a set next_attempt_at = null
  from jsonb_to_recordset(media) as s (account_id text, message_id text, attachment_id text)
  where a.installation = the_installation and a.account_id = s.account_id
    and a.message_id = s.message_id and a.attachment_id = s.attachment_id
    and a.reason = 'deleted' and a.state = 'failed';
$$;

do $$
declare
  routine regprocedure;
begin
  for routine in
    select p.oid from pg_proc as p
    where p.pronamespace = 'whatsapp'::regnamespace
      and p.proname = any (array['take_deleted_media', 'settle_deleted_media'])
  loop
    execute format('revoke all on function %s from public', routine);
    execute format('grant execute on function %s to whatsapp_pipeline', routine);
  end loop;
end
$$;

-- Once for what was deleted before this.
update whatsapp.attachments as a set next_attempt_at = clock_timestamp()
where a.reason = 'deleted' and a.state = 'failed' and a.object_name is not null
  and a.next_attempt_at is null;

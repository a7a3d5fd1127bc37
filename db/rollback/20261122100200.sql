-- Expected rows stay: the claim of before takes them too.
drop view whatsapp.loss_per_hour;
drop function whatsapp.set_backfill_position(text, text);
drop function whatsapp.backfill_position(text);
drop function whatsapp.rewind_conversations(jsonb);
drop function whatsapp.close_conversation(jsonb);
drop function whatsapp.save_visit(jsonb);
drop function whatsapp.unfeed_messages(jsonb);
drop function whatsapp.compare_messages(jsonb);
drop function whatsapp.due_conversations(jsonb);
drop function whatsapp.known_conversations(jsonb);
drop function whatsapp.conversation_document(whatsapp.reconciled_conversations, timestamptz);
drop function whatsapp.reread_from(whatsapp.reconciled_conversations, timestamptz);
drop function whatsapp.advance_reconcile(jsonb);
drop function whatsapp.begin_reconcile(jsonb);
drop table whatsapp.reconciled_conversations;
drop table whatsapp.reconciled_accounts;
delete from whatsapp.sync_state where name = 'reconcile_start' or name like 'backfill:%';
drop index whatsapp.messages_conversation_idx;

-- Gives a message to one attempt, or says why not. Repeatable with the same token.
create or replace function whatsapp.claim_message(request jsonb)
returns jsonb
language plpgsql
as $$
declare
  the_installation constant text := request ->> 'installation';
  the_account constant text := request ->> 'account_id';
  the_message constant text := request ->> 'message_id';
  the_conversation constant text := request ->> 'conversation_id';
  the_created_at constant timestamptz := (request ->> 'created_at')::timestamptz;
  the_token constant text := request ->> 'token';
  wants_deletion constant boolean := (request ->> 'is_deleted')::boolean;
  message whatsapp.messages;
  bucket whatsapp.buckets;
  the_user uuid;
begin
  if exists (
    select from whatsapp.messages as m
    where m.installation = the_installation and m.account_id = '' and m.message_id = the_message
      and m.state = 'legacy' and m.conversation_id = the_conversation
  ) then
    return jsonb_build_object('refusal', 'closed');
  end if;

  insert into whatsapp.messages
    (installation, account_id, message_id, conversation_id, contact_id, created_at, state, source,
     published_at)
  values
    (the_installation, the_account, the_message, the_conversation,
     request #>> '{contact,contact_id}', the_created_at, 'processing', request ->> 'source',
     (request ->> 'published_at')::timestamptz)
  on conflict do nothing;
  select * into message from whatsapp.messages as m
  where m.installation = the_installation and m.account_id = the_account
    and m.message_id = the_message
  for update;
  if not found then
    return jsonb_build_object('refusal', 'unread');
  end if;

  if message.state in ('ignored', 'erased', 'legacy') then
    return jsonb_build_object('refusal', 'closed');
  end if;
  if message.conversation_id is distinct from the_conversation
    or date_trunc('second', message.created_at) is distinct from date_trunc('second', the_created_at)
  then
    return jsonb_build_object('refusal', 'conflict');
  end if;
  if message.state = 'dead' and request ->> 'source' <> 'replay' then
    return jsonb_build_object('refusal', 'closed');
  end if;
  if message.lease_until > clock_timestamp() and message.lease_token <> the_token then
    return jsonb_build_object('refusal', 'leased');
  end if;
  if message.state = 'stored'
    and (message.is_deleted or message.content_hash = request ->> 'content_hash')
    and (message.is_deleted or not exists (
      select from whatsapp.attachments as a
      where a.installation = the_installation and a.account_id = the_account
        and a.message_id = the_message and a.state = 'pending'
    ))
  then
    return jsonb_build_object('refusal', 'done');
  end if;

  the_user := whatsapp.see_contact(the_installation, the_account, request -> 'contact');
  -- Pinned once: every later attempt writes where the first one would have written.
  if message.owner_id is null then
    message.owner_id := coalesce(the_user::text, request ->> 'fallback_owner');
    message.object_name := request ->> 'object_name';
  end if;
  if message.bucket_name is null then
    select * into bucket from whatsapp.buckets as b
    where b.owner_id = message.owner_id and b.state in ('creating', 'ready')
    order by b.generation desc limit 1;
    message.bucket_name := bucket.bucket_name;
    message.bucket_generation := bucket.generation;
  else
    select * into bucket from whatsapp.buckets as b
    where b.owner_id = message.owner_id and b.generation = message.bucket_generation;
  end if;
  if message.lease_token is distinct from the_token then
    message.fence := message.fence + 1;
    message.attempts := message.attempts + 1;
  end if;
  update whatsapp.messages as m set
    state = case when m.state = 'stored' then 'stored' else 'processing' end,
    contact_id = coalesce(m.contact_id, request #>> '{contact,contact_id}'),
    owner_id = message.owner_id,
    object_name = message.object_name,
    bucket_name = message.bucket_name,
    bucket_generation = message.bucket_generation,
    fence = message.fence,
    attempts = message.attempts,
    lease_token = the_token,
    lease_until = clock_timestamp() + make_interval(secs => (request ->> 'lease_seconds')::int)
  where m.installation = the_installation and m.account_id = the_account
    and m.message_id = the_message;

  if not (wants_deletion or message.is_deleted) then
    insert into whatsapp.attachments
      (installation, account_id, message_id, attachment_id, kind, state, chatwoot_transcript)
    select the_installation, the_account, the_message, a.attachment_id, a.kind, a.state,
      a.chatwoot_transcript
    from jsonb_to_recordset(request -> 'attachments')
      as a (attachment_id text, kind text, state text, chatwoot_transcript text)
    on conflict (installation, account_id, message_id, attachment_id) do nothing;
  end if;

  return jsonb_build_object(
    'fence', message.fence,
    'owner_id', message.owner_id,
    'object_name', message.object_name,
    'is_archived', message.is_archived,
    'content', message.content,
    'content_from_update', message.content_from_update,
    'is_deleted', message.is_deleted,
    'bucket', case when bucket.owner_id is not null then jsonb_build_object(
      'owner_id', bucket.owner_id, 'generation', bucket.generation,
      'name', bucket.bucket_name, 'state', bucket.state
    ) end,
    'attachments', (
      select coalesce(jsonb_agg(to_jsonb(a) order by a.attachment_id), '[]')
      from whatsapp.attachments as a
      where a.installation = the_installation and a.account_id = the_account
        and a.message_id = the_message
    )
  );
end
$$;

-- Records that a message reached the queue and does not concern us.
create or replace function whatsapp.ignore_message(request jsonb, reason text)
returns void
language sql
as $$
  insert into whatsapp.messages
    (installation, account_id, message_id, state, source, last_error, published_at)
  values
    (request ->> 'installation', request ->> 'account_id', request ->> 'message_id', 'ignored',
     request ->> 'source', reason, (request ->> 'published_at')::timestamptz)
  on conflict do nothing;
$$;

alter table whatsapp.messages
  drop column fed_by,
  drop column fed_at,
  drop column seen_at;

-- Claim and finish as they were before there was a dialogue.
drop function whatsapp.forget_order(whatsapp.messages);
drop function whatsapp.cancel_job(whatsapp.orders, text);
drop function whatsapp.ids_to_send(text, text, jsonb);
drop function whatsapp.lacks_user(jsonb, uuid);
drop function whatsapp.apply_decision(whatsapp.conversations, text, uuid, jsonb);
drop function whatsapp.place_order(whatsapp.orders, jsonb);
drop function whatsapp.open_order(whatsapp.messages, jsonb);
drop function whatsapp.queue_outgoing(text, text, text, text, jsonb, boolean);
drop function whatsapp.hold_conversation(whatsapp.messages);
drop function whatsapp.file_message(whatsapp.messages, jsonb);
drop function whatsapp.withdraw_note(whatsapp.messages);
drop function whatsapp.message_facts(whatsapp.messages, text);
drop function whatsapp.conversation_facts(text, text, text, uuid);
drop function whatsapp.user_of_message(whatsapp.messages);
drop function whatsapp.newer_message(text, text);
drop function whatsapp.provider_message_id(text);

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
  is_first_heard boolean;
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

  is_first_heard := message.state = 'expected'
    or (message.state = 'ignored'
      and message.last_error is not distinct from 'conversation_gone');
  if message.state in ('ignored', 'erased', 'legacy') and not is_first_heard then
    return jsonb_build_object('refusal', 'closed');
  end if;
  if message.conversation_id is distinct from the_conversation
    or date_trunc('second', message.created_at) is distinct from date_trunc('second', the_created_at)
  then
    return jsonb_build_object('refusal', 'conflict');
  end if;
  -- A deletion needs nothing of what was given up.
  if message.state = 'dead' and request ->> 'source' <> 'replay' and not wants_deletion then
    return jsonb_build_object('refusal', 'dead', 'reason', message.last_error);
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
    source = case when is_first_heard then request ->> 'source' else m.source end,
    published_at = case when is_first_heard
      then (request ->> 'published_at')::timestamptz else m.published_at end,
    received_at = case when is_first_heard then clock_timestamp() else m.received_at end,
    last_error = case when is_first_heard then null else m.last_error end,
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

create or replace function whatsapp.finish_message(lease jsonb, request jsonb)
returns void
language plpgsql
as $$
declare
  note constant jsonb := request -> 'note';
  message whatsapp.messages;
  the_user uuid;
  the_content constant text := note ->> 'content';
begin
  -- Whoever erases or moves the person takes this lock alone.
  perform pg_advisory_xact_lock_shared(hashtextextended(
    'person:' || (lease ->> 'installation') || ':' || (lease ->> 'account_id') || ':'
      || coalesce(request ->> 'contact_id', ''), 0));
  message := whatsapp.hold_lease(lease);
  -- The contact's user, and only where the bucket is that user's too: a mapping made in between
  -- takes this message along with the earlier ones.
  select c.user_id into the_user from whatsapp.contacts as c
  where c.installation = message.installation and c.account_id = message.account_id
    and c.contact_id = message.contact_id and c.user_id::text = message.owner_id
  for share;

  if message.note_id is null then
    insert into public.meeting_notes as n
      (user_id, chatwoot_conversation_id, content, source_type, processed_at, metadata, created_at,
       contact_identifier, chatwoot_message_id, chatwoot_contact_id, message_type, gcs_storage_path,
       processing_status, error_details, chatwoot_account_id)
    values
      (the_user, message.conversation_id, the_content, 'whatsapp', now(), note -> 'metadata',
       message.received_at, request ->> 'contact_identifier', message.message_id,
       message.contact_id, 'incoming', request ->> 'object_path', note ->> 'processing_status',
       note ->> 'error_details', message.account_id)
    on conflict (chatwoot_account_id, chatwoot_message_id) where chatwoot_account_id is not null
    do update set
      user_id = excluded.user_id, content = excluded.content, metadata = excluded.metadata,
      gcs_storage_path = excluded.gcs_storage_path, error_details = excluded.error_details,
      processing_status = excluded.processing_status
    returning n.id into message.note_id;
  else
    -- No such row means that its owner deleted the note, and it stays away.
    update public.meeting_notes as n set
      content = case
        when (request ->> 'is_deleted')::boolean then null
        when md5(coalesce(n.content, '')) = message.note_digest then the_content
        else n.content
      end,
      metadata = note -> 'metadata',
      processing_status = case
        when n.processing_status = 'processed' then n.processing_status
        else note ->> 'processing_status'
      end,
      error_details = note ->> 'error_details'
    where n.id = message.note_id;
  end if;

  if (request ->> 'is_deleted')::boolean then
    update whatsapp.attachments as a set
      state = 'failed', reason = 'deleted', is_stored = false, transcript = null,
      chatwoot_transcript = null, sha256 = null, transcribing_until = null,
      next_attempt_at = case
        when a.object_name is not null then clock_timestamp() + interval '15 minutes' end
    where a.installation = message.installation and a.account_id = message.account_id
      and a.message_id = message.message_id;
  else
    update whatsapp.attachments as a set chatwoot_transcript = r.chatwoot_transcript
    from jsonb_to_recordset(request -> 'attachments')
      as r (attachment_id text, chatwoot_transcript text)
    where a.installation = message.installation and a.account_id = message.account_id
      and a.message_id = message.message_id and a.attachment_id = r.attachment_id
      and a.chatwoot_transcript is distinct from r.chatwoot_transcript;
  end if;

  update whatsapp.messages as m set
    state = 'stored',
    content = request ->> 'content',
    content_from_update = (request ->> 'content_from_update')::boolean,
    is_deleted = (request ->> 'is_deleted')::boolean,
    content_hash = request ->> 'content_hash',
    is_archived = true,
    note_id = message.note_id,
    note_digest = md5(coalesce(the_content, '')),
    lease_until = null,
    last_error = null,
    stored_at = coalesce(m.stored_at, now())
  where m.installation = message.installation and m.account_id = message.account_id
    and m.message_id = message.message_id;
  update whatsapp.dead_letters as d set
    state = 'closed', next_replay_at = null,
    payload = case when (request ->> 'is_deleted')::boolean then '' else d.payload end
  where d.installation = message.installation and d.account_id = message.account_id
    and d.message_id = message.message_id
    and ((request ->> 'is_deleted')::boolean
      or d.state = 'open' and d.content_hash = request ->> 'content_hash');
end
$$;

create or replace function whatsapp.finish_message_and_outbox(lease jsonb, request jsonb)
returns jsonb
language plpgsql
as $$
declare
  wanted constant jsonb := coalesce(request -> 'outbox', '[]');
begin
  perform whatsapp.finish_message(lease, request);
  if jsonb_array_length(wanted) = 0 then
    return '[]';
  end if;
  insert into whatsapp.outbox
    (installation, account_id, conversation_id, message_id, cause, kind, document, correlation_id,
     expires_at)
  select lease ->> 'installation', lease ->> 'account_id', m.conversation_id,
    lease ->> 'message_id', w.cause, w.kind, w.document, w.correlation_id, w.expires_at
  from jsonb_to_recordset(wanted)
    as w (cause text, kind text, document jsonb, correlation_id text, expires_at timestamptz)
  join whatsapp.messages as m
    on m.installation = lease ->> 'installation' and m.account_id = lease ->> 'account_id'
    and m.message_id = lease ->> 'message_id'
  on conflict do nothing;
  return (
    select coalesce(jsonb_agg(o.id order by o.id), '[]') from whatsapp.outbox as o
    where o.installation = lease ->> 'installation' and o.account_id = lease ->> 'account_id'
      and o.cause in (select w.cause from jsonb_to_recordset(wanted) as w (cause text))
      and o.state = 'waiting' and o.attempts = 0
  );
end
$$;

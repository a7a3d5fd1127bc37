-- The worker's statements, one round trip each. They take and return JSON, so that the code of
-- yesterday and the code of tomorrow can call them while both are running.
--
-- SQLSTATE WA001: the lease was lost; nothing was written.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- Records the sender as seen and returns the user that the contact is mapped to, if any.
create or replace function whatsapp.see_contact(installation text, account_id text, contact jsonb)
returns uuid
language plpgsql
as $$
declare
  known whatsapp.contacts;
begin
  if contact is null or jsonb_typeof(contact) <> 'object' then
    return null;
  end if;
  select * into known from whatsapp.contacts as c
  where c.installation = see_contact.installation and c.account_id = see_contact.account_id
    and c.contact_id = contact ->> 'contact_id';
  if not found then
    insert into whatsapp.contacts (installation, account_id, contact_id, source_ids, phone, name)
    values (
      see_contact.installation, see_contact.account_id, contact ->> 'contact_id',
      array_remove(array[contact ->> 'source_id'], null), contact ->> 'phone', contact ->> 'name'
    )
    on conflict do nothing;
    select * into known from whatsapp.contacts as c
    where c.installation = see_contact.installation and c.account_id = see_contact.account_id
      and c.contact_id = contact ->> 'contact_id';
  elsif known.last_seen_at < now() - interval '5 minutes'
    or known.phone is distinct from coalesce(contact ->> 'phone', known.phone)
    or known.name is distinct from coalesce(contact ->> 'name', known.name)
    or not coalesce(contact ->> 'source_id', '') = any (known.source_ids || array[''])
  then
    -- Only where something is new: a person who writes fast would rewrite their row every time.
    update whatsapp.contacts as c set
      last_seen_at = now(),
      phone = coalesce(contact ->> 'phone', c.phone),
      name = coalesce(contact ->> 'name', c.name),
      source_ids = case
        when coalesce(contact ->> 'source_id', '') = any (c.source_ids || array['']) then c.source_ids
        else c.source_ids || (contact ->> 'source_id')
      end
    where c.installation = see_contact.installation and c.account_id = see_contact.account_id
      and c.contact_id = known.contact_id;
  end if;
  return known.user_id;
end
$$;

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

-- Locks the message for a holder of the given fence and extends its lease; raises WA001 for others.
create or replace function whatsapp.hold_lease(lease jsonb, extend_seconds integer default 120)
returns whatsapp.messages
language plpgsql
as $$
declare
  message whatsapp.messages;
begin
  update whatsapp.messages as m
  set lease_until = greatest(m.lease_until, clock_timestamp() + make_interval(secs => extend_seconds))
  where m.installation = lease ->> 'installation' and m.account_id = lease ->> 'account_id'
    and m.message_id = lease ->> 'message_id' and m.fence = (lease ->> 'fence')::bigint
  returning * into message;
  if not found then
    raise exception 'the lease was lost' using errcode = 'WA001';
  end if;
  return message;
end
$$;

-- Registers a bucket for the message's owner and pins the one that holds to the message.
create or replace function whatsapp.pin_bucket(lease jsonb, bucket jsonb)
returns jsonb
language plpgsql
as $$
declare
  message whatsapp.messages := whatsapp.hold_lease(lease);
  chosen whatsapp.buckets;
begin
  insert into whatsapp.buckets (owner_id, generation, bucket_name, state)
  values (bucket ->> 'owner_id', (bucket ->> 'generation')::int, bucket ->> 'name', 'creating')
  on conflict (owner_id, generation) do nothing;
  select * into strict chosen from whatsapp.buckets as b
  where b.owner_id = bucket ->> 'owner_id'
  order by b.state in ('creating', 'ready') desc, b.generation desc limit 1;
  update whatsapp.messages as m
  set bucket_name = chosen.bucket_name, bucket_generation = chosen.generation
  where m.installation = message.installation and m.account_id = message.account_id
    and m.message_id = message.message_id;
  return jsonb_build_object(
    'owner_id', chosen.owner_id, 'generation', chosen.generation,
    'name', chosen.bucket_name, 'state', chosen.state
  );
end
$$;

create or replace function whatsapp.set_bucket_state(bucket jsonb)
returns void
language sql
as $$
  update whatsapp.buckets as b set state = bucket ->> 'state'
  where b.owner_id = bucket ->> 'owner_id' and b.generation = (bucket ->> 'generation')::int
    and b.state in ('creating', 'ready');
$$;

-- Pins an attachment's object name before it is written, and says where its words come from.
create or replace function whatsapp.pin_attachment(lease jsonb, file jsonb)
returns jsonb
language plpgsql
as $$
declare
  the_lease_seconds constant integer := (file ->> 'lease_seconds')::int;
  message whatsapp.messages := whatsapp.hold_lease(lease, the_lease_seconds);
  the_sha256 constant text := file ->> 'sha256';
  the_model constant text := file ->> 'transcribe_model';
  twin whatsapp.attachments;
  found_source text := 'not_wanted';
begin
  if the_model is not null then
    -- Serialises everyone who holds the same audio, so that only one of them pays for it.
    perform pg_advisory_xact_lock(hashtextextended('transcribe:' || the_sha256 || the_model, 0));
    select * into twin from whatsapp.attachments as a
    where a.sha256 = the_sha256 and a.model = the_model
      and (a.installation, a.account_id, a.message_id, a.attachment_id) is distinct from
        (message.installation, message.account_id, message.message_id, file ->> 'attachment_id')
      and (a.transcript is not null or a.transcribing_until > clock_timestamp())
    order by a.transcript is not null desc limit 1;
    found_source := case
      when twin.transcript is not null then 'known'
      when twin.message_id is not null then 'running'
      else 'ours_to_make'
    end;
  end if;
  update whatsapp.attachments as a set
    object_name = file ->> 'object_name',
    media_type = file ->> 'media_type',
    byte_count = (file ->> 'byte_count')::bigint,
    sha256 = the_sha256,
    model = the_model,
    transcribing_until = case when found_source = 'ours_to_make'
      then clock_timestamp() + make_interval(secs => the_lease_seconds) end
  where a.installation = message.installation and a.account_id = message.account_id
    and a.message_id = message.message_id and a.attachment_id = file ->> 'attachment_id';
  return jsonb_build_object(
    'source', found_source, 'text', twin.transcript,
    'language', twin.language, 'seconds', twin.seconds
  );
end
$$;

create or replace function whatsapp.settle_attachment(lease jsonb, result jsonb)
returns void
language plpgsql
as $$
declare
  message whatsapp.messages := whatsapp.hold_lease(lease);
begin
  update whatsapp.attachments as a set
    state = result ->> 'state',
    reason = result ->> 'reason',
    is_stored = (result ->> 'is_stored')::boolean,
    object_name = result ->> 'object_name',
    media_type = result ->> 'media_type',
    byte_count = (result ->> 'byte_count')::bigint,
    transcript = result ->> 'transcript',
    language = result ->> 'language',
    seconds = (result ->> 'seconds')::double precision,
    model = coalesce(result ->> 'model', a.model),
    transcribing_until = null,
    attempts = a.attempts + 1,
    next_attempt_at = case when result ->> 'state' = 'pending'
      then clock_timestamp() + make_interval(secs => (result ->> 'retry_after_seconds')::float) end
  where a.installation = message.installation and a.account_id = message.account_id
    and a.message_id = message.message_id and a.attachment_id = result ->> 'attachment_id';
end
$$;

-- Hands a message back before its lease ends, with the reason, so that a redelivery need not wait.
create or replace function whatsapp.release_message(lease jsonb, reason text)
returns void
language sql
as $$
  update whatsapp.messages as m set lease_until = null, last_error = reason
  where m.installation = lease ->> 'installation' and m.account_id = lease ->> 'account_id'
    and m.message_id = lease ->> 'message_id' and m.fence = (lease ->> 'fence')::bigint
    and m.lease_until is not null;
$$;

-- Ends an attempt: note, attachments and ledger in one transaction. Repeatable with one fence.
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
      chatwoot_transcript = null, sha256 = null, transcribing_until = null, next_attempt_at = null
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
  update whatsapp.dead_letters as d set state = 'closed', next_replay_at = null
  where d.installation = message.installation and d.account_id = message.account_id
    and d.message_id = message.message_id and d.state = 'open';
end
$$;

-- Keeps a delivery that cannot be processed. A message that is stored already stays stored.
create or replace function whatsapp.bury_message(letter jsonb, payload bytea)
returns void
language plpgsql
as $$
declare
  buried whatsapp.messages;
begin
  -- The ledger's row is locked before the letter's, here as in finish_message and in
  -- record_dead_letter: two of them for one message never wait for each other.
  if (letter ->> 'closes_message')::boolean then
    insert into whatsapp.messages as m
      (installation, account_id, message_id, conversation_id, contact_id, created_at, state, source,
       last_error, published_at)
    values
      (letter ->> 'installation', letter ->> 'account_id', letter ->> 'message_id',
       letter ->> 'conversation_id', letter ->> 'contact_id',
       (letter ->> 'created_at')::timestamptz, 'dead', letter #>> '{attributes,source}',
       letter ->> 'reason', (letter ->> 'published_at')::timestamptz)
    on conflict (installation, account_id, message_id) do update set
      state = 'dead', last_error = excluded.last_error, lease_until = null
    where m.state in ('expected', 'processing')
    returning * into buried;
    if found then
      insert into public.meeting_notes as n
        (chatwoot_conversation_id, source_type, metadata, created_at, chatwoot_message_id,
         chatwoot_contact_id, message_type, processing_status, error_details, chatwoot_account_id)
      values
        (buried.conversation_id, 'whatsapp', '{"channel": "whatsapp"}', buried.received_at,
         buried.message_id, buried.contact_id, 'incoming', 'error', letter ->> 'reason',
         buried.account_id)
      on conflict (chatwoot_account_id, chatwoot_message_id) where chatwoot_account_id is not null
      do update set processing_status = 'error', error_details = excluded.error_details
      where n.processing_status = 'processing';
    elsif not coalesce((letter ->> 'is_resumed')::boolean, false) then
      -- Stored all the same; but what it was still waiting for will not come.
      update public.meeting_notes as n
      set processing_status = 'error', error_details = letter ->> 'reason'
      where n.chatwoot_account_id = letter ->> 'account_id'
        and n.chatwoot_message_id = letter ->> 'message_id' and n.processing_status = 'processing';
    end if;
  end if;
  insert into whatsapp.dead_letters as d
    (installation, key, account_id, message_id, reason, payload, attributes, delivery_attempt)
  values
    (letter ->> 'installation', letter ->> 'key', letter ->> 'account_id', letter ->> 'message_id',
     letter ->> 'reason', bury_message.payload, letter -> 'attributes',
     (letter ->> 'delivery_attempt')::int)
  on conflict (installation, key) do update set
    times_seen = d.times_seen + 1, last_seen_at = now(), reason = excluded.reason,
    delivery_attempt = excluded.delivery_attempt;
end
$$;

-- Keeps what the broker gave up, with the ledger's last error where it has one for the message. A
-- message that is stored and settled needs nothing more, however late its dead letter comes.
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
  if message.state = 'stored' and not exists (
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

-- Takes the open dead letters that are due, oldest first; another sweep gets others. Those whose
-- reason is not in the list wait for a person.
create or replace function whatsapp.take_dead_letters(
  the_installation text, reasons jsonb, batch integer, max_age interval default '7 days'
)
returns jsonb
language sql
as $$
  with due as (
    select d.installation, d.key from whatsapp.dead_letters as d
    where d.installation = the_installation and d.state = 'open'
      and coalesce(d.next_replay_at, d.first_seen_at) <= clock_timestamp()
      and d.first_seen_at > clock_timestamp() - max_age
      and reasons ? d.reason
    order by d.first_seen_at
    limit batch
    for update skip locked
  ),
  taken as (
    update whatsapp.dead_letters as d set
      replays = d.replays + 1,
      next_replay_at = clock_timestamp() + interval '5 minutes' * power(2, least(d.replays, 8))
    from due where d.installation = due.installation and d.key = due.key
    returning d.key, d.payload, d.attributes, d.first_seen_at
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'key', t.key, 'payload', encode(t.payload, 'base64'), 'attributes', t.attributes
  ) order by t.first_seen_at), '[]') from taken as t;
$$;

-- Takes messages with attachments that are due to be tried again; another sweep gets others.
create or replace function whatsapp.take_due_attachments(the_installation text, batch integer)
returns jsonb
language sql
as $$
  with due as (
    select a.installation, a.account_id, a.message_id, a.attachment_id
    from whatsapp.attachments as a
    join whatsapp.messages as m using (installation, account_id, message_id)
    where a.installation = the_installation and a.state = 'pending'
      and a.next_attempt_at <= clock_timestamp()
      -- One that is not stored is still in the queue, which brings it by itself.
      and m.state = 'stored'
    order by a.next_attempt_at
    limit batch
    for update of a skip locked
  ),
  taken as (
    -- Not due again before the worker can have had its turn.
    update whatsapp.attachments as a set next_attempt_at = clock_timestamp() + interval '15 minutes'
    from due
    where a.installation = due.installation and a.account_id = due.account_id
      and a.message_id = due.message_id and a.attachment_id = due.attachment_id
    returning a.installation, a.account_id, a.message_id
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'account_id', m.account_id, 'message_id', m.message_id,
    'conversation_id', m.conversation_id, 'bucket', m.bucket_name, 'object', m.object_name
  )), '[]')
  from (select distinct * from taken) as t
  join whatsapp.messages as m using (installation, account_id, message_id);
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

-- Returns the canary of the key that bucket names were made with; the first caller sets it.
create or replace function whatsapp.owner_key_canary(candidate text)
returns text
language plpgsql
as $$
begin
  insert into whatsapp.sync_state (name, value) values ('owner_key_canary', candidate)
  on conflict (name) do nothing;
  return (select s.value from whatsapp.sync_state as s where s.name = 'owner_key_canary');
end
$$;

revoke all on all functions in schema whatsapp from public;
grant execute on all functions in schema whatsapp to whatsapp_pipeline;

-- The dialogue's part of claim and finish: a claim says where the conversation stands, and a finish
-- applies what was decided on that, or says that it stands elsewhere by now.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- Returns the provider's id where such an id means one message: others are a channel's own.
create or replace function whatsapp.provider_message_id(source_id text)
returns text
language sql
immutable
as $$
  select case when source_id ~ '^(wamid\.|SM|MM)' then source_id end;
$$;

-- Returns the newer of two message ids; ids that are no numbers have no order, and the second counts.
create or replace function whatsapp.newer_message(known text, other text)
returns text
language sql
immutable
as $$
  select case
    when known ~ '^[0-9]{1,18}$' and other ~ '^[0-9]{1,18}$' and known::bigint > other::bigint
    then known
    else other
  end;
$$;

-- Returns the user that a message's sender is mapped to, and only where its bucket is that user's
-- too, as finish files it.
create or replace function whatsapp.user_of_message(message whatsapp.messages)
returns uuid
language plpgsql
stable
as $$
begin
  return (
    select c.user_id from whatsapp.contacts as c
    where c.installation = message.installation and c.account_id = message.account_id
      and c.contact_id = message.contact_id and c.user_id::text = message.owner_id
  );
end
$$;

-- Returns where a conversation's dialogue stands, and what its user set once.
create or replace function whatsapp.conversation_facts(
  the_installation text, the_account text, the_conversation text, the_user uuid
)
returns jsonb
language plpgsql
stable
as $$
declare
  conversation whatsapp.conversations;
begin
  select * into conversation from whatsapp.conversations as c
  where c.installation = the_installation and c.account_id = the_account
    and c.chatwoot_conversation_id = the_conversation;
  return jsonb_build_object(
    'version', coalesce(conversation.version, 0),
    'moved_by', conversation.moved_by,
    'context', conversation.context_json,
    'user_id', the_user,
    'preferences', (
      select jsonb_build_object('platform', p.platform, 'length', p.length, 'tone', p.tone,
        'topic', p.topic, 'language', p.language)
      from public.whatsapp_preferences as p where p.user_id = the_user
    )
  );
end
$$;

-- Returns what a message's decision depends on. One that was stored whole before anybody decided is
-- a note, and so is what a backfill brought, by whichever way it comes again.
create or replace function whatsapp.message_facts(message whatsapp.messages, source_id text)
returns jsonb
language plpgsql
stable
as $$
begin
  return whatsapp.conversation_facts(
    message.installation, message.account_id, message.conversation_id,
    whatsapp.user_of_message(message)
  ) || jsonb_build_object(
    'role', coalesce(message.decision, case
      when message.source = 'backfill'
        or (message.state = 'stored' and message.content_hash is not null) then 'note'
    end),
    'order_message_id', (
      select o.message_id from whatsapp.orders as o
      where o.installation = message.installation and o.account_id = message.account_id
        and o.source_id = whatsapp.provider_message_id(message_facts.source_id)
        and o.message_id <> message.message_id
    )
  );
end
$$;

-- As before, and says what the message's decision depends on.
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
  message.contact_id := coalesce(message.contact_id, request #>> '{contact,contact_id}');
  message.source := case when is_first_heard then request ->> 'source' else message.source end;
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
    source = message.source,
    published_at = case when is_first_heard
      then (request ->> 'published_at')::timestamptz else m.published_at end,
    received_at = case when is_first_heard then clock_timestamp() else m.received_at end,
    last_error = case when is_first_heard then null else m.last_error end,
    contact_id = message.contact_id,
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
    ),
    'dialogue', whatsapp.message_facts(message, request ->> 'source_id')
  );
end
$$;

-- Takes back the note of a message that turned out to answer a question of ours, and returns the note
-- that stays because its owner has changed it or the app has worked on it. With its owner's rights,
-- since the pipeline itself deletes no notes; it goes by the ledger's own row.
create or replace function whatsapp.withdraw_note(message whatsapp.messages)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from public.meeting_notes as n
  using whatsapp.messages as m
  where m.installation = message.installation and m.account_id = message.account_id
    and m.message_id = message.message_id
    and n.chatwoot_account_id = m.account_id and n.chatwoot_message_id = m.message_id
    and n.source_type = 'whatsapp' and n.processing_status <> 'processed'
    and md5(coalesce(n.content, '')) = coalesce(m.note_digest, md5(''));
  return (
    select n.id from public.meeting_notes as n
    where n.chatwoot_account_id = message.account_id
      and n.chatwoot_message_id = message.message_id
  );
end
$$;

-- Writes note, attachments and ledger of a message whose lease the caller holds. The message comes
-- with what it was decided to be.
create or replace function whatsapp.file_message(message whatsapp.messages, request jsonb)
returns void
language plpgsql
as $$
declare
  note constant jsonb := request -> 'note';
  the_user uuid;
  the_content constant text := note ->> 'content';
  -- To a question of ours: no note of the person's.
  is_reply constant boolean := coalesce(message.decision in ('answer', 'cancel'), false);
begin
  -- The contact's user, and only where the bucket is that user's too: a mapping made in between
  -- takes this message along with the earlier ones.
  select c.user_id into the_user from whatsapp.contacts as c
  where c.installation = message.installation and c.account_id = message.account_id
    and c.contact_id = message.contact_id and c.user_id::text = message.owner_id
  for share;

  if is_reply then
    message.note_id := whatsapp.withdraw_note(message);
  end if;
  if message.note_id is null and not is_reply then
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
    decision = message.decision,
    decided_by = message.decided_by,
    duplicate_of = message.duplicate_of,
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

-- Ends an attempt without a decision. Repeatable with one fence.
create or replace function whatsapp.finish_message(lease jsonb, request jsonb)
returns void
language plpgsql
as $$
begin
  -- Whoever erases or moves the person takes this lock alone.
  perform pg_advisory_xact_lock_shared(hashtextextended(
    'person:' || (lease ->> 'installation') || ':' || (lease ->> 'account_id') || ':'
      || coalesce(request ->> 'contact_id', ''), 0));
  perform whatsapp.file_message(whatsapp.hold_lease(lease), request);
end
$$;

-- Locks a conversation's row, which is made where it is not there, and keeps when its newest message
-- came in.
create or replace function whatsapp.hold_conversation(message whatsapp.messages)
returns whatsapp.conversations
language plpgsql
as $$
declare
  conversation whatsapp.conversations;
begin
  insert into whatsapp.conversations as c
    (installation, account_id, chatwoot_conversation_id, last_incoming_at)
  values
    (message.installation, message.account_id, message.conversation_id,
     least(message.created_at, clock_timestamp()))
  on conflict (installation, account_id, chatwoot_conversation_id) do update set
    last_incoming_at = greatest(c.last_incoming_at, excluded.last_incoming_at)
  returning * into conversation;
  return conversation;
end
$$;

-- Keeps something that is to be sent, once for its cause. Of failure notices a conversation gets one
-- an hour: a second one is kept as cancelled, which shows why it was not sent.
create or replace function whatsapp.queue_outgoing(
  the_installation text, the_account text, the_conversation text, the_message text, wanted jsonb,
  is_limited boolean default true
)
returns void
language plpgsql
as $$
declare
  is_too_much boolean;
begin
  if jsonb_typeof(wanted) is distinct from 'object' then
    return;
  end if;
  is_too_much := is_limited and wanted ->> 'purpose' = 'failure' and exists (
    select from whatsapp.outbox as o
    where o.installation = the_installation and o.account_id = the_account
      and o.conversation_id = the_conversation and o.purpose = 'failure'
      and o.created_at > clock_timestamp() - interval '1 hour'
      and o.state in ('waiting', 'sending', 'sent') and o.cause <> wanted ->> 'cause'
  );
  insert into whatsapp.outbox
    (installation, account_id, conversation_id, message_id, cause, kind, document, correlation_id,
     expires_at, purpose, order_message_id, template, state, reason)
  values
    (the_installation, the_account, the_conversation,
     -- The order's message, not the answer that moved it: what is taken back cancels what it asked.
     coalesce(wanted ->> 'order_message_id', the_message), wanted ->> 'cause', wanted ->> 'kind',
     wanted -> 'document', wanted ->> 'correlation_id', (wanted ->> 'expires_at')::timestamptz,
     wanted ->> 'purpose', wanted ->> 'order_message_id',
     case when jsonb_typeof(wanted -> 'template') = 'object' then wanted -> 'template' end,
     case when is_too_much then 'cancelled' else 'waiting' end,
     case when is_too_much then 'rate_limited' end)
  on conflict do nothing;
end
$$;

-- Makes the row of an order that begins with the message. False where another message of the same
-- provider's id began one: this one is its copy.
create or replace function whatsapp.open_order(message whatsapp.messages, decision jsonb)
returns boolean
language plpgsql
as $$
begin
  if not exists (
    select from jsonb_array_elements(decision -> 'orders') as c
    where c ->> 'order_message_id' = message.message_id
  ) then
    return true;
  end if;
  insert into whatsapp.orders
    (installation, account_id, message_id, conversation_id, contact_id, source_id, state,
     shows_options, created_at)
  values
    (message.installation, message.account_id, message.message_id, message.conversation_id,
     message.contact_id, whatsapp.provider_message_id(decision ->> 'source_id'), 'asking',
     (decision ->> 'shows_options')::boolean, message.created_at)
  on conflict do nothing;
  return exists (
    select from whatsapp.orders as o
    where o.installation = message.installation and o.account_id = message.account_id
      and o.message_id = message.message_id
  );
end
$$;

-- Writes order and job, and what wakes the job's reader. What the app's tables refuse for good is
-- taken back alone: the order has failed then, and its person is told.
create or replace function whatsapp.place_order(placed whatsapp.orders, job jsonb)
returns void
language plpgsql
as $$
declare
  origin whatsapp.messages;
  parameters jsonb;
  the_order constant uuid := gen_random_uuid();
  the_job constant uuid := gen_random_uuid();
begin
  select * into origin from whatsapp.messages as m
  where m.installation = placed.installation and m.account_id = placed.account_id
    and m.message_id = placed.message_id;
  parameters := jsonb_build_object(
    'platform', placed.platform, 'length', placed.length, 'tone', placed.tone,
    'topic', placed.topic, 'subject', placed.subject, 'wordCount', placed.word_count,
    'language', placed.language
  );
  begin
    insert into public.content_order (id, user_id, source, params_json, triggered_by)
    values (the_order, placed.user_id, 'whatsapp', parameters, 'whatsapp');
    insert into public.agent_job (id, type, payload_json, user_id, status, user_message)
    values
      (the_job, 'process_order', parameters || jsonb_build_object('order_id', the_order),
       placed.user_id, 'pending', placed.words);
    -- A check that the app's tables put off to the commit would take the message with it there.
    set constraints all immediate;
    update whatsapp.orders as o set
      order_id = the_order, job_id = the_job,
      failure_notice = case when jsonb_typeof(job -> 'failure_notice') = 'object'
        then job -> 'failure_notice' else o.failure_notice end
    where o.installation = placed.installation and o.account_id = placed.account_id
      and o.message_id = placed.message_id;
    perform whatsapp.queue_outgoing(
      placed.installation, placed.account_id, placed.conversation_id, placed.message_id,
      job - 'failure_notice' || jsonb_build_object(
        'kind', 'job',
        'order_message_id', placed.message_id,
        'document', jsonb_build_object(
          'order_id', the_order, 'job_id', the_job, 'user_id', placed.user_id,
          'parameters', parameters - 'subject', 'subject', placed.subject,
          'note_id', origin.note_id,
          'object_path', 'gs://' || origin.bucket_name || '/' || origin.object_name,
          'account_id', placed.account_id, 'conversation_id', placed.conversation_id,
          'message_id', placed.message_id
        )
      )
    );
  exception
    when others then
      -- What passes is tried again: connections, conflicts of transactions, resources, operators.
      if left(sqlstate, 2) in ('08', '40', '53', '57', '58', 'XX') or sqlstate = '55P03' then
        raise;
      end if;
      update whatsapp.orders as o set state = 'failed', reason = 'order_refused:' || sqlstate
      where o.installation = placed.installation and o.account_id = placed.account_id
        and o.message_id = placed.message_id;
      perform whatsapp.queue_outgoing(
        placed.installation, placed.account_id, placed.conversation_id, placed.message_id,
        placed.failure_notice
      );
  end;
end
$$;

-- Applies what was decided in a conversation whose row the caller holds. What has ended stays as it
-- is.
create or replace function whatsapp.apply_decision(
  conversation whatsapp.conversations, the_message text, the_user uuid, decision jsonb
)
returns void
language plpgsql
as $$
declare
  change jsonb;
  wanted jsonb;
  changed whatsapp.orders;
begin
  for change in select c from jsonb_array_elements(decision -> 'orders') as c
  loop
    update whatsapp.orders as o set
      state = change ->> 'state',
      wait_reason = change ->> 'wait_reason',
      user_id = case when change ->> 'state' in ('asking', 'placed') then the_user else o.user_id end,
      platform = case when w.is_told then w.content ->> 'platform' else o.platform end,
      length = case when w.is_told then w.content ->> 'length' else o.length end,
      tone = case when w.is_told then w.content ->> 'tone' else o.tone end,
      topic = case when w.is_told then w.content ->> 'topic' else o.topic end,
      word_count = case when w.is_told then (w.content ->> 'word_count')::integer
        else o.word_count end,
      subject = case when w.is_told then w.content ->> 'subject' else o.subject end,
      language = case when w.is_told then w.content ->> 'language' else o.language end,
      person_language = case when w.is_told then w.content ->> 'person_language'
        else o.person_language end,
      words = coalesce(change ->> 'words', o.words),
      failure_notice = case when jsonb_typeof(change -> 'failure_notice') = 'object'
        then change -> 'failure_notice' else o.failure_notice end,
      note_id = coalesce(o.note_id, w.note_id),
      changed_at = clock_timestamp()
    from (
      select change -> 'content' as content, jsonb_typeof(change -> 'content') = 'object' as is_told,
        (
          select m.note_id from whatsapp.messages as m
          where m.installation = conversation.installation
            and m.account_id = conversation.account_id
            and m.message_id = change ->> 'order_message_id'
        ) as note_id
    ) as w
    where o.installation = conversation.installation and o.account_id = conversation.account_id
      and o.conversation_id = conversation.chatwoot_conversation_id
      and o.message_id = change ->> 'order_message_id' and o.state in ('asking', 'waiting')
    returning o.* into changed;
    if found and changed.state = 'placed' then
      perform whatsapp.place_order(changed, change -> 'job');
    end if;
  end loop;
  if (decision ->> 'moves_dialogue')::boolean then
    update whatsapp.conversations as c set
      context_json = case when jsonb_typeof(decision -> 'context') = 'object'
        then decision -> 'context' end,
      moved_by = whatsapp.newer_message(c.moved_by, the_message),
      version = c.version + 1,
      updated_at = clock_timestamp()
    where c.installation = conversation.installation and c.account_id = conversation.account_id
      and c.chatwoot_conversation_id = conversation.chatwoot_conversation_id;
  end if;
  for wanted in select w from jsonb_array_elements(decision -> 'outbox') as w
  loop
    perform whatsapp.queue_outgoing(
      conversation.installation, conversation.account_id, conversation.chatwoot_conversation_id,
      the_message, wanted
    );
  end loop;
end
$$;

-- Whether a decision needs a user that is not there: it was made of a person mapped otherwise.
create or replace function whatsapp.lacks_user(decision jsonb, the_user uuid)
returns boolean
language sql
immutable
as $$
  select the_user is null and exists (
    select from jsonb_array_elements(decision -> 'orders') as c
    where c ->> 'state' in ('asking', 'placed')
  );
$$;

-- Returns the ids of what a decision wants sent and nobody has tried to send yet.
create or replace function whatsapp.ids_to_send(
  the_installation text, the_account text, decision jsonb
)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    select coalesce(jsonb_agg(o.id order by o.id), '[]') from whatsapp.outbox as o
    where o.installation = the_installation and o.account_id = the_account
      and o.cause in (
        select w ->> 'cause' from jsonb_array_elements(decision -> 'outbox') as w
        union all
        select c #>> '{job,cause}' from jsonb_array_elements(decision -> 'orders') as c
        union all
        select c #>> '{failure_notice,cause}' from jsonb_array_elements(decision -> 'orders') as c
      )
      and o.state = 'waiting' and o.attempts = 0
  );
end
$$;

-- Takes a job back that nobody has begun, and with it what was said; false where somebody has, or
-- where it is gone. With its owner's rights, since the pipeline itself only adds jobs; it goes by an
-- order's own row.
create or replace function whatsapp.cancel_job(the_order whatsapp.orders, why text)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.agent_job as j set
    status = 'cancelled', error_message = why, user_message = null,
    payload_json = j.payload_json - 'subject'
  from whatsapp.orders as o
  where o.installation = the_order.installation and o.account_id = the_order.account_id
    and o.message_id = the_order.message_id and j.id = o.job_id and j.status = 'pending';
  return found;
end
$$;

-- Takes what was said out of the order of a message that was deleted, and cancels it where nobody is
-- at work on it yet.
create or replace function whatsapp.forget_order(message whatsapp.messages)
returns void
language plpgsql
as $$
declare
  forgotten whatsapp.orders;
  is_cancelled boolean;
begin
  select * into forgotten from whatsapp.orders as o
  where o.installation = message.installation and o.account_id = message.account_id
    and o.message_id = message.message_id
  for update;
  if not found then
    return;
  end if;
  is_cancelled := forgotten.state in ('asking', 'waiting')
    or (forgotten.state = 'placed' and whatsapp.cancel_job(forgotten, 'its message was deleted'));
  update whatsapp.orders as o set
    words = null, subject = null, failure_notice = null, wait_reason = null,
    reason = case when is_cancelled then 'message_deleted' else o.reason end,
    state = case when is_cancelled then 'cancelled' else o.state end,
    changed_at = clock_timestamp()
  where o.installation = message.installation and o.account_id = message.account_id
    and o.message_id = message.message_id;
  update whatsapp.conversations as c set
    context_json = null, version = c.version + 1, updated_at = clock_timestamp()
  where c.installation = message.installation and c.account_id = message.account_id
    and c.chatwoot_conversation_id = message.conversation_id
    and c.context_json ->> 'orderMessageId' = message.message_id;
end
$$;

-- Ends an attempt and applies, in the same transaction, what was decided of the message. Returns the
-- ids of what is to be sent now; or {"stale": ...} with the facts of now where the decision was made
-- on others, and then nothing of it was written. A message is decided once; repeatable with one fence.
create or replace function whatsapp.finish_message_and_outbox(lease jsonb, request jsonb)
returns jsonb
language plpgsql
as $$
declare
  decision constant jsonb := case
    when jsonb_typeof(request -> 'decision') = 'object' then request -> 'decision' end;
  message whatsapp.messages;
  conversation whatsapp.conversations;
  the_user uuid;
  is_decided_now boolean;
begin
  -- Whoever erases or moves the person takes this lock alone.
  perform pg_advisory_xact_lock_shared(hashtextextended(
    'person:' || (lease ->> 'installation') || ':' || (lease ->> 'account_id') || ':'
      || coalesce(request ->> 'contact_id', ''), 0));
  -- Message, then conversation, then order: everybody takes them in this order.
  message := whatsapp.hold_lease(lease);
  conversation := whatsapp.hold_conversation(message);
  is_decided_now := decision is not null and message.decision is null;
  if is_decided_now then
    the_user := whatsapp.user_of_message(message);
    if conversation.version <> (decision ->> 'based_on')::bigint
      or whatsapp.lacks_user(decision, the_user)
      or not whatsapp.open_order(message, decision)
    then
      return jsonb_build_object(
        'stale', whatsapp.message_facts(message, decision ->> 'source_id'));
    end if;
    message.decision := decision ->> 'role';
    message.decided_by := decision ->> 'decided_by';
    if message.decided_by = 'copy' then
      message.duplicate_of :=
        whatsapp.message_facts(message, decision ->> 'source_id') ->> 'order_message_id';
    end if;
  end if;
  perform whatsapp.file_message(message, request);
  if is_decided_now then
    perform whatsapp.apply_decision(conversation, message.message_id, the_user, decision);
  end if;
  if (request ->> 'is_deleted')::boolean then
    perform whatsapp.forget_order(message);
  end if;
  if decision is null then
    return '[]';
  end if;
  return whatsapp.ids_to_send(message.installation, message.account_id, decision);
end
$$;

do $$
declare
  routine regprocedure;
begin
  for routine in
    select p.oid from pg_proc as p
    where p.pronamespace = 'whatsapp'::regnamespace and p.proname = any (array[
      'provider_message_id', 'newer_message', 'user_of_message', 'conversation_facts',
      'message_facts', 'claim_message', 'withdraw_note', 'file_message', 'finish_message',
      'hold_conversation', 'queue_outgoing', 'open_order', 'place_order', 'apply_decision',
      'lacks_user', 'ids_to_send', 'cancel_job', 'forget_order', 'finish_message_and_outbox'
    ])
  loop
    execute format('revoke all on function %s from public', routine);
    execute format('grant execute on function %s to whatsapp_pipeline', routine);
  end loop;
end
$$;

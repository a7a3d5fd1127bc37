-- What the model of the worker found broken: words that were settled but not yet in the note, updates
-- of messages that were given up, and letters written by workers that were thought dead.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table whatsapp.dead_letters add column if not exists content_hash text;
comment on column whatsapp.dead_letters.content_hash is
  'Of the state that the delivery shows, as in messages; null where it could not be read.';

-- As before, but: what a message still waits for leaves it without a hash, so that a claim does not
-- take it for done before its words are in the note; a deletion has its media looked for once more,
-- since a worker thought dead may still be writing them; and only letters that brought nothing else
-- than what is stored now are closed by the message's own end, others by the end of their replay. A
-- deletion also takes what was said out of the letters.
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

-- As before, but a letter that a worker writes under a lease needs that lease, and one without gives
-- up nothing that another is working on. A closed letter that dies again is open again.
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
    if letter ? 'fence' then
      perform whatsapp.hold_lease(letter);
    end if;
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
      and (letter ? 'fence' or m.lease_until is null or m.lease_until <= clock_timestamp())
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
    (installation, key, account_id, message_id, reason, payload, attributes, delivery_attempt,
     content_hash)
  values
    (letter ->> 'installation', letter ->> 'key', letter ->> 'account_id', letter ->> 'message_id',
     letter ->> 'reason', bury_message.payload, letter -> 'attributes',
     (letter ->> 'delivery_attempt')::int, letter ->> 'content_hash')
  on conflict (installation, key) do update set
    times_seen = d.times_seen + 1, last_seen_at = now(), reason = excluded.reason,
    delivery_attempt = excluded.delivery_attempt, content_hash = excluded.content_hash,
    state = 'open';
  if letter ? 'fence' then
    update whatsapp.messages as m set lease_until = null
    where m.installation = letter ->> 'installation' and m.account_id = letter ->> 'account_id'
      and m.message_id = letter ->> 'message_id' and m.fence = (letter ->> 'fence')::bigint;
  end if;
end
$$;

-- As before, but an update that a stored message has not seen is kept: only a letter that brings
-- nothing new needs nothing more, however late it comes.
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

-- Fills a migrated database with {rows} messages, notes, attachments, people and buckets.
-- Every message has its own person, every person a user and a bucket that is ready.
set local synchronous_commit = off;

insert into whatsapp.contacts
  (installation, account_id, contact_id, source_ids, phone, name, user_id)
select 'main', '7', i::text, array['1555' || lpad(i::text, 9, '0')],
  '+1555' || lpad(i::text, 9, '0'), 'Person ' || i,
  ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid
from generate_series(1, {rows}) as i;

insert into whatsapp.buckets (owner_id, generation, bucket_name, state)
select '00000000-0000-4000-8000-' || lpad(i::text, 12, '0'), 1,
  'bench-' || left(md5(i::text), 24), 'ready'
from generate_series(1, {rows}) as i;

insert into whatsapp.messages
  (installation, account_id, message_id, conversation_id, contact_id, created_at, state, source,
   attempts, lease_token, fence, content_hash, content, owner_id, bucket_name, bucket_generation,
   object_name, is_archived, note_id, note_digest, published_at, received_at, stored_at)
select 'main', '7', i::text, i::text, i::text, at, 'stored', 'webhook', 1, md5('token' || i), 1,
  md5('left' || i) || md5('right' || i), 'What person ' || i || ' wanted to remember',
  '00000000-0000-4000-8000-' || lpad(i::text, 12, '0'), 'bench-' || left(md5(i::text), 24), 1,
  'whatsapp-messages/2026-08-02/' || i || '/' || i || '.json', true,
  md5('note' || i)::uuid, md5('What person ' || i || ' wanted to remember'), at, at, at
from generate_series(1, {rows}) as i,
  lateral (select now() - make_interval(secs => 30.0 * i)) as moment (at);

insert into whatsapp.attachments
  (installation, account_id, message_id, attachment_id, kind, state, object_name, is_stored,
   media_type, byte_count, sha256, transcript, language, seconds, model, created_at)
select 'main', '7', i::text, i::text, 'audio', 'done',
  'whatsapp-audio/2026-08-02/' || i || '/' || i || '_' || i || '.ogg', true, 'audio/ogg', 24000,
  md5('left' || i) || md5('right' || i), 'What person ' || i || ' said', 'en', 12.3,
  'gpt-transcribe', now() - make_interval(secs => 30.0 * i)
from generate_series(1, {rows}) as i;

insert into public.meeting_notes
  (id, user_id, chatwoot_conversation_id, content, source_type, processed_at, metadata, created_at,
   contact_identifier, chatwoot_message_id, chatwoot_contact_id, message_type, gcs_storage_path,
   processing_status, chatwoot_account_id)
select md5('note' || i)::uuid, ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid,
  i::text, 'What person ' || i || ' wanted to remember', 'whatsapp', at,
  jsonb_build_object('channel', 'whatsapp', 'sender_name', 'Person ' || i, 'attachments', '[]'::jsonb),
  at, '+1555' || lpad(i::text, 9, '0'), i::text, i::text, 'incoming',
  'gs://bench-' || left(md5(i::text), 24) || '/whatsapp-messages/2026-08-02/' || i || '/' || i || '.json',
  'stored', '7'
from generate_series(1, {rows}) as i,
  lateral (select now() - make_interval(secs => 30.0 * i)) as moment (at);

-- Schema `whatsapp`: the authority on messages, people and buckets. Supabase's API does not expose
-- it, and the worker never takes an owner, a bucket or a path from a table that app users may write.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create schema if not exists whatsapp;
revoke all on schema whatsapp from public;

-- The functions log in as a member of this role. Roles belong to the whole cluster, so another
-- database of it may have created this one, even at this very moment.
do $$
begin
  create role whatsapp_pipeline nologin;
exception
  when duplicate_object or unique_violation then null;
end
$$;
grant usage on schema whatsapp to whatsapp_pipeline;

create table if not exists whatsapp.contacts (
  installation text not null,
  account_id text not null,
  contact_id text not null,
  source_ids text[] not null default '{}',
  phone text,
  name text,
  user_id uuid,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  primary key (installation, account_id, contact_id)
);
comment on table whatsapp.contacts is
  'Every contact seen, the unit of ownership. user_id is set by rules that prove it, never by name, number or claim.';
comment on column whatsapp.contacts.phone is 'E.164, or null: people may be known by a business-scoped id only.';

create table if not exists whatsapp.messages (
  installation text not null,
  account_id text not null,
  message_id text not null,
  conversation_id text,
  contact_id text,
  created_at timestamptz,
  state text not null
    check (state in ('expected', 'processing', 'stored', 'ignored', 'dead', 'erased', 'legacy')),
  source text not null,
  attempts integer not null default 0,
  lease_token text,
  lease_until timestamptz,
  fence bigint not null default 0,
  content_hash text,
  content text,
  content_from_update boolean not null default false,
  is_deleted boolean not null default false,
  owner_id text,
  bucket_name text,
  bucket_generation integer,
  object_name text,
  is_archived boolean not null default false,
  note_id uuid,
  note_digest text,
  last_error text,
  published_at timestamptz,
  received_at timestamptz not null default now(),
  stored_at timestamptz,
  primary key (installation, account_id, message_id)
);
comment on table whatsapp.messages is 'The ledger: one row for every message id we ever heard of.';
comment on column whatsapp.messages.account_id is 'Empty for legacy rows, whose account nobody recorded.';
comment on column whatsapp.messages.created_at is 'When Chatwoot stored it; part of its identity, to the second.';
comment on column whatsapp.messages.fence is 'Grows with every claim; a write that carries an older one changes nothing.';
comment on column whatsapp.messages.content_hash is 'Of the last applied state, in the form that webhook and REST share.';
comment on column whatsapp.messages.note_digest is
  'md5 of the content we last wrote to the note: where it differs, the owner has edited it and it stays.';
create index if not exists messages_received_at_idx on whatsapp.messages (received_at);
create index if not exists messages_unsettled_idx on whatsapp.messages (state, received_at)
  where state in ('expected', 'processing', 'dead');

create table if not exists whatsapp.attachments (
  installation text not null,
  account_id text not null,
  message_id text not null,
  attachment_id text not null,
  kind text not null,
  state text not null default 'pending' check (state in ('pending', 'done', 'failed', 'blocked')),
  reason text,
  object_name text,
  is_stored boolean not null default false,
  media_type text,
  byte_count bigint,
  sha256 text,
  transcript text,
  chatwoot_transcript text,
  language text,
  seconds double precision,
  model text,
  transcribing_until timestamptz,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (installation, account_id, message_id, attachment_id),
  foreign key (installation, account_id, message_id) references whatsapp.messages on delete cascade
);
comment on column whatsapp.attachments.is_stored is 'The object is confirmed in the bucket.';
comment on column whatsapp.attachments.model is 'Whose transcript it is; null for audio nobody has transcribed.';
comment on column whatsapp.attachments.transcribing_until is 'A worker is transcribing these bytes until then.';
create index if not exists attachments_same_audio_idx on whatsapp.attachments (sha256, model)
  where model is not null;
create index if not exists attachments_due_idx on whatsapp.attachments (next_attempt_at)
  where state = 'pending';
create index if not exists attachments_problem_idx on whatsapp.attachments (created_at)
  where reason is not null;

create table if not exists whatsapp.buckets (
  owner_id text not null,
  generation integer not null check (generation > 0),
  bucket_name text not null unique,
  state text not null check (state in ('creating', 'ready', 'foreign', 'deleted')),
  created_at timestamptz not null default now(),
  primary key (owner_id, generation)
);
comment on table whatsapp.buckets is 'Which bucket is whose; a foreign one is followed by the next generation.';

create table if not exists whatsapp.dead_letters (
  installation text not null,
  key text not null,
  account_id text,
  message_id text,
  reason text not null,
  payload bytea not null,
  attributes jsonb not null default '{}',
  delivery_attempt integer,
  state text not null default 'open' check (state in ('open', 'closed')),
  replays integer not null default 0,
  next_replay_at timestamptz,
  times_seen integer not null default 1,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  primary key (installation, key)
);
comment on table whatsapp.dead_letters is 'Deliveries that were given up, kept whole so that they can be replayed.';
comment on column whatsapp.dead_letters.key is 'The delivery id, else a digest of the payload.';
comment on column whatsapp.dead_letters.state is 'Closed once its message is stored.';
create index if not exists dead_letters_message_idx
  on whatsapp.dead_letters (installation, account_id, message_id) where state = 'open';
create index if not exists dead_letters_due_idx
  on whatsapp.dead_letters (next_replay_at) where state = 'open';

create table if not exists whatsapp.sync_state (
  name text primary key,
  value text not null
);
comment on table whatsapp.sync_state is 'Single facts about the whole system, such as the owner-key canary.';

do $$
declare
  table_name text;
begin
  foreach table_name in array
    array['contacts', 'messages', 'attachments', 'buckets', 'dead_letters', 'sync_state']
  loop
    execute format('alter table whatsapp.%I enable row level security', table_name);
    execute format('revoke all on whatsapp.%I from public', table_name);
    execute format('grant select, insert, update on whatsapp.%I to whatsapp_pipeline', table_name);
    execute format('drop policy if exists pipeline on whatsapp.%I', table_name);
    execute format(
      'create policy pipeline on whatsapp.%I to whatsapp_pipeline using (true) with check (true)',
      table_name
    );
  end loop;
end
$$;

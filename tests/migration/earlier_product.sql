-- Tables and rows as the earlier product left them.
insert into auth.users (id, email) values
  ('11111111-1111-1111-1111-111111111111', 'ana@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

create table public.meeting_notes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null,
  chatwoot_conversation_id text,
  content text,
  source_type text not null
    check (source_type in ('whatsapp', 'manual', 'email', 'sms', 'telegram')),
  processed_at timestamptz not null default now(),
  metadata jsonb default '{}',
  created_at timestamptz not null default now(),
  contact_identifier text,
  chatwoot_message_id text,
  chatwoot_contact_id text,
  message_type text check (message_type in ('incoming', 'outgoing', 'template')),
  gcs_storage_path text,
  processing_status text default 'stored'
    check (processing_status in ('stored', 'processing', 'processed', 'error')),
  error_details text
);
alter table public.meeting_notes enable row level security;
create policy "Users can view own notes" on public.meeting_notes
  for select using (auth.uid() = user_id);
create policy "Users can insert own notes" on public.meeting_notes
  for insert with check (auth.uid() = user_id);
create policy "Users can update own notes" on public.meeting_notes
  for update using (auth.uid() = user_id);
create policy "Users can delete own notes" on public.meeting_notes
  for delete using (auth.uid() = user_id);
create policy "Allow anonymous WhatsApp inserts" on public.meeting_notes
  for insert to anon, authenticated with check (user_id is null and source_type = 'whatsapp');
create policy "Service role can do everything" on public.meeting_notes
  for all to service_role using (true) with check (true);
insert into public.meeting_notes
  (user_id, source_type, content, chatwoot_message_id, chatwoot_conversation_id, created_at)
values
  ('11111111-1111-1111-1111-111111111111', 'whatsapp', 'twice', '900', '5', '2026-01-02'),
  ('11111111-1111-1111-1111-111111111111', 'whatsapp', 'twice', '900', '5', '2026-01-01'),
  ('11111111-1111-1111-1111-111111111111', 'whatsapp', 'twice', null, '5', '2026-01-01'),
  ('11111111-1111-1111-1111-111111111111', 'whatsapp', 'no id', '', '5', '2026-01-03'),
  ('22222222-2222-2222-2222-222222222222', 'whatsapp', 'bob''s', '901', '6', '2026-01-04'),
  ('11111111-1111-1111-1111-111111111111', 'manual', 'by hand', null, null, '2026-01-05');

create table public.user_bucket_mapping (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null unique references auth.users (id) on delete cascade,
  bucket_name text not null unique,
  notify_on_ready boolean default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
alter table public.user_bucket_mapping enable row level security;
create policy "Users can view own mapping" on public.user_bucket_mapping
  for select using (auth.uid() = user_id);
create policy "Service role manages mappings" on public.user_bucket_mapping
  for all to service_role using (true) with check (true);
insert into public.user_bucket_mapping (user_id, bucket_name) values
  ('11111111-1111-1111-1111-111111111111', 'pacelane-whatsapp-user-6qd29s'),
  ('22222222-2222-2222-2222-222222222222', 'pacelane-whatsapp-user-bob');

create table public.whatsapp_user_mapping (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  whatsapp_number text not null,
  chatwoot_contact_id text,
  chatwoot_account_id text,
  is_verified boolean default false,
  unique (user_id, whatsapp_number),
  unique (chatwoot_contact_id, chatwoot_account_id)
);
alter table public.whatsapp_user_mapping enable row level security;
create policy "Users can view own numbers" on public.whatsapp_user_mapping
  for select using (auth.uid() = user_id);
create policy "Users can add own numbers" on public.whatsapp_user_mapping
  for insert with check (auth.uid() = user_id);
create policy "Users can update own numbers" on public.whatsapp_user_mapping
  for update using (auth.uid() = user_id);
insert into public.whatsapp_user_mapping (user_id, whatsapp_number) values
  ('11111111-1111-1111-1111-111111111111', '+15550100123');

create table public.conversations (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null,
  title text
);
insert into public.conversations (user_id, title)
values ('11111111-1111-1111-1111-111111111111', 'the app''s own chat');

create table public.content_order (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  source text check (source in ('whatsapp', 'app', 'pacing', 'api')),
  params_json jsonb not null default '{}',
  triggered_by text check (triggered_by in ('whatsapp', 'pacing', 'manual', 'api')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
alter table public.content_order enable row level security;
create policy "Users can view own orders" on public.content_order
  for select using (auth.uid() = user_id);
create policy "Users can create own orders" on public.content_order
  for insert with check (auth.uid() = user_id);
insert into public.content_order (id, user_id, source, params_json, triggered_by) values
  ('aaaaaaaa-0000-4000-8000-000000000001', '11111111-1111-1111-1111-111111111111', 'app',
   '{"platform": "generic", "length": "Medium", "tone": "formal", "topic": "our launch"}', 'manual'),
  ('aaaaaaaa-0000-4000-8000-000000000002', '22222222-2222-2222-2222-222222222222', 'whatsapp',
   '{"platform": "linkedin_post"}', 'whatsapp');

create table public.agent_job (
  id uuid primary key default gen_random_uuid(),
  type text check (type in ('process_order', 'pacing_check', 'draft_review')),
  payload_json jsonb default '{}',
  user_id uuid not null,
  status text default 'pending'
    check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  attempts int default 0,
  run_at timestamptz default now(),
  started_at timestamptz,
  completed_at timestamptz,
  error_message text,
  created_at timestamptz default now(),
  user_message text,
  simplified_flow boolean default true,
  schedule_type text,
  next_run_at timestamptz,
  schedule_config jsonb
);
alter table public.agent_job enable row level security;
create policy "Users can view own jobs" on public.agent_job
  for select using (auth.uid() = user_id);
insert into public.agent_job (type, payload_json, user_id, status) values
  ('process_order', '{"order_id": "aaaaaaaa-0000-4000-8000-000000000001"}',
   '11111111-1111-1111-1111-111111111111', 'completed'),
  ('pacing_check', '{}', '22222222-2222-2222-2222-222222222222', 'pending');

create table public.saved_drafts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  title text,
  content text,
  status text default 'draft',
  order_id uuid references public.content_order (id),
  whatsapp_notification_sent boolean default false,
  whatsapp_notification_sent_at timestamptz
);
alter table public.saved_drafts enable row level security;
create policy "Users can view own drafts" on public.saved_drafts
  for select using (auth.uid() = user_id);
insert into public.saved_drafts (user_id, title, order_id) values
  ('11111111-1111-1111-1111-111111111111', 'from the app',
   'aaaaaaaa-0000-4000-8000-000000000001'),
  ('22222222-2222-2222-2222-222222222222', 'of the earlier product',
   'aaaaaaaa-0000-4000-8000-000000000002');

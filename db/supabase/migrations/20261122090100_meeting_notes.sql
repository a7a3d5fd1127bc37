-- public.meeting_notes: what the app reads. It may be empty, absent, or full of an earlier product's
-- rows, which all stay as they are.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table if not exists public.meeting_notes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid,
  chatwoot_conversation_id text,
  content text,
  source_type text not null
    check (source_type in ('whatsapp', 'manual', 'email', 'sms', 'telegram')),
  processed_at timestamptz not null default now(),
  metadata jsonb default '{}',
  created_at timestamptz not null default now()
);
alter table public.meeting_notes
  add column if not exists contact_identifier text,
  add column if not exists chatwoot_message_id text,
  add column if not exists chatwoot_contact_id text,
  add column if not exists message_type text
    check (message_type in ('incoming', 'outgoing', 'template')),
  add column if not exists gcs_storage_path text,
  add column if not exists processing_status text default 'stored'
    check (processing_status in ('stored', 'processing', 'processed', 'error')),
  add column if not exists error_details text,
  add column if not exists chatwoot_account_id text;
-- People without a user have notes too; the earlier schema once forbade that.
alter table public.meeting_notes alter column user_id drop not null;
alter table public.meeting_notes alter column content drop not null;

-- Old rows have no account, and a message may stand twice among them: the rule is for ours.
create unique index if not exists meeting_notes_one_per_message
  on public.meeting_notes (chatwoot_account_id, chatwoot_message_id)
  where chatwoot_account_id is not null;
create index if not exists meeting_notes_whatsapp_created_at_idx
  on public.meeting_notes (created_at) where source_type = 'whatsapp';
create index if not exists meeting_notes_user_created_at_idx
  on public.meeting_notes (user_id, created_at);

alter table public.meeting_notes enable row level security;
grant usage on schema public to whatsapp_pipeline;
grant select, insert, update on public.meeting_notes to whatsapp_pipeline;
drop policy if exists whatsapp_pipeline on public.meeting_notes;
create policy whatsapp_pipeline on public.meeting_notes to whatsapp_pipeline
  using (source_type = 'whatsapp') with check (source_type = 'whatsapp');

-- The hole of the earlier product: anonymous callers could insert WhatsApp rows without a user.
do $$
declare
  hole record;
begin
  for hole in
    select policyname from pg_policies
    where schemaname = 'public' and tablename = 'meeting_notes' and policyname <> 'whatsapp_pipeline'
      and cmd in ('INSERT', 'ALL') and coalesce(with_check, qual) ~* 'user_id\s+is\s+null'
  loop
    execute format('drop policy %I on public.meeting_notes', hole.policyname);
  end loop;
end
$$;

-- The roles and auth.uid() exist on Supabase only.
do $$
begin
  if to_regrole('anon') is not null then
    revoke all on public.meeting_notes from anon;
  end if;
  if to_regrole('authenticated') is not null then
    -- A column REVOKE does nothing under Supabase's grant on the whole table, so all goes first.
    revoke all on public.meeting_notes from authenticated;
    grant select, delete on public.meeting_notes to authenticated;
    grant insert (user_id, content, source_type, processed_at, metadata, contact_identifier)
      on public.meeting_notes to authenticated;
    grant update (content, metadata) on public.meeting_notes to authenticated;
  end if;
  if to_regrole('authenticated') is not null and to_regprocedure('auth.uid()') is not null then
    drop policy if exists whatsapp_owner_reads on public.meeting_notes;
    create policy whatsapp_owner_reads on public.meeting_notes for select to authenticated
      using (auth.uid() = user_id);
    drop policy if exists whatsapp_owner_writes on public.meeting_notes;
    create policy whatsapp_owner_writes on public.meeting_notes for insert to authenticated
      with check (auth.uid() = user_id);
    drop policy if exists whatsapp_owner_edits on public.meeting_notes;
    create policy whatsapp_owner_edits on public.meeting_notes for update to authenticated
      using (auth.uid() = user_id) with check (auth.uid() = user_id);
    drop policy if exists whatsapp_owner_deletes on public.meeting_notes;
    create policy whatsapp_owner_deletes on public.meeting_notes for delete to authenticated
      using (auth.uid() = user_id);
    -- Restrictive, so it holds beside policies of the earlier product whose names nobody knows.
    drop policy if exists whatsapp_rows_are_ours on public.meeting_notes;
    create policy whatsapp_rows_are_ours on public.meeting_notes as restrictive for insert
      to authenticated with check (auth.uid() = user_id and source_type <> 'whatsapp');
  end if;
end
$$;

-- Tables of the earlier product, where they exist: users keep what is theirs to say, and lose the
-- columns by which they could have reached another person's data.
do $$
begin
  if to_regrole('authenticated') is null then
    return;
  end if;
  if to_regclass('public.user_bucket_mapping') is not null then
    alter table public.user_bucket_mapping enable row level security;
    revoke all on public.user_bucket_mapping from authenticated;
    revoke all on public.user_bucket_mapping from anon;
    grant select on public.user_bucket_mapping to authenticated;
    grant update (notify_on_ready) on public.user_bucket_mapping to authenticated;
    drop policy if exists whatsapp_owner_chooses_notices on public.user_bucket_mapping;
    create policy whatsapp_owner_chooses_notices on public.user_bucket_mapping for update
      to authenticated using (auth.uid() = user_id) with check (auth.uid() = user_id);
  end if;
  if to_regclass('public.whatsapp_user_mapping') is not null then
    alter table public.whatsapp_user_mapping enable row level security;
    revoke all on public.whatsapp_user_mapping from authenticated;
    revoke all on public.whatsapp_user_mapping from anon;
    grant select, delete on public.whatsapp_user_mapping to authenticated;
    grant insert (user_id, whatsapp_number) on public.whatsapp_user_mapping to authenticated;
  end if;
end
$$;

-- Messages that the earlier product filed are known, so that nothing files them again.
insert into whatsapp.messages
  (installation, account_id, message_id, conversation_id, contact_id, state, source, note_id,
   received_at, stored_at)
select distinct on (chatwoot_message_id)
  'main', '', chatwoot_message_id, chatwoot_conversation_id, chatwoot_contact_id, 'legacy', 'legacy',
  id, created_at, created_at
from public.meeting_notes
where source_type = 'whatsapp' and chatwoot_account_id is null and chatwoot_message_id <> ''
order by chatwoot_message_id, created_at
on conflict do nothing;

-- What the app shares of orders: the order and the job that its runner picks up, and what users
-- choose for themselves. The tables of the earlier product are taken as they are, rows and all.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- A table that is new here is its users' to read; one of the earlier product keeps its own rules.
do $$
declare
  user_reference constant text := case when to_regclass('auth.users') is not null
    then 'references auth.users (id) on delete cascade' else '' end;
  is_platform constant boolean := to_regrole('authenticated') is not null;
  wanted record;
begin
  for wanted in values
    ('content_order', $columns$
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null %s,
      source text check (source in ('whatsapp', 'app', 'pacing', 'api')),
      params_json jsonb not null default '{}',
      triggered_by text check (triggered_by in ('whatsapp', 'pacing', 'manual', 'api')),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    $columns$),
    ('agent_job', $columns$
      id uuid primary key default gen_random_uuid(),
      type text check (type in ('process_order', 'pacing_check', 'draft_review')),
      payload_json jsonb default '{}',
      user_id uuid not null %s,
      status text default 'pending'
        check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
      attempts integer default 0,
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
    $columns$),
    ('user_bucket_mapping', $columns$
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null unique %s,
      bucket_name text not null unique,
      notify_on_ready boolean default false,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    $columns$),
    ('whatsapp_preferences', $columns$
      user_id uuid primary key %s,
      platform text check (platform in ('linkedin', 'instagram', 'twitter', 'blog')),
      length text check (length in ('short', 'medium', 'long')),
      tone text check (tone in ('professional', 'casual', 'friendly', 'authoritative')),
      topic text check (topic in ('trends', 'news', 'tips', 'product')),
      language text check (language in ('en', 'pt', 'es')),
      notify_on_ready boolean,
      created_at timestamptz not null default now()
    $columns$)
  loop
    continue when to_regclass('public.' || wanted.column1) is not null;
    execute format('create table public.%I (%s)', wanted.column1,
      format(wanted.column2, user_reference));
    execute format('alter table public.%I enable row level security', wanted.column1);
    if to_regrole('anon') is not null then
      execute format('revoke all on public.%I from anon', wanted.column1);
    end if;
    if is_platform then
      execute format('revoke all on public.%I from authenticated', wanted.column1);
      execute format('grant select on public.%I to authenticated', wanted.column1);
    end if;
    if is_platform and to_regprocedure('auth.uid()') is not null then
      execute format('create policy whatsapp_owner_reads on public.%I for select to authenticated'
        ' using (auth.uid() = user_id)', wanted.column1);
    end if;
  end loop;
end
$$;
comment on table public.whatsapp_preferences is
  'What users set once, so that nobody need ask: defaults of their orders, and whether they are told that content is ready.';
comment on column public.whatsapp_preferences.notify_on_ready is
  'Null where it is not said: then that of user_bucket_mapping counts.';
alter table public.user_bucket_mapping enable row level security;

-- Users may change what is theirs to choose and nothing else. A column REVOKE does nothing under
-- Supabase's grant on the whole table, so all goes first.
do $$
begin
  if to_regrole('anon') is not null then
    revoke all on public.user_bucket_mapping, public.whatsapp_preferences from anon;
  end if;
  if to_regrole('authenticated') is null then
    return;
  end if;
  revoke all on public.user_bucket_mapping, public.whatsapp_preferences from authenticated;
  grant select on public.user_bucket_mapping to authenticated;
  grant update (notify_on_ready) on public.user_bucket_mapping to authenticated;
  grant select, delete on public.whatsapp_preferences to authenticated;
  -- user_id too: an upsert through the API writes its own key again. The policy holds it to theirs.
  grant insert (user_id, platform, length, tone, topic, language, notify_on_ready),
    update (user_id, platform, length, tone, topic, language, notify_on_ready)
    on public.whatsapp_preferences to authenticated;
  if to_regprocedure('auth.uid()') is null then
    return;
  end if;
  drop policy if exists whatsapp_owner_chooses_notices on public.user_bucket_mapping;
  create policy whatsapp_owner_chooses_notices on public.user_bucket_mapping for update
    to authenticated using (auth.uid() = user_id) with check (auth.uid() = user_id);
  drop policy if exists whatsapp_owner_chooses on public.whatsapp_preferences;
  create policy whatsapp_owner_chooses on public.whatsapp_preferences
    to authenticated using (auth.uid() = user_id) with check (auth.uid() = user_id);
end
$$;

-- The pipeline adds its own orders and jobs, reads what users chose, and no more.
grant insert on public.content_order, public.agent_job to whatsapp_pipeline;
grant select on public.whatsapp_preferences, public.user_bucket_mapping to whatsapp_pipeline;
drop policy if exists whatsapp_pipeline on public.content_order;
create policy whatsapp_pipeline on public.content_order for insert to whatsapp_pipeline
  with check (source = 'whatsapp' and triggered_by = 'whatsapp');
drop policy if exists whatsapp_pipeline on public.agent_job;
create policy whatsapp_pipeline on public.agent_job for insert to whatsapp_pipeline
  with check (type = 'process_order' and status = 'pending');
drop policy if exists whatsapp_pipeline on public.whatsapp_preferences;
create policy whatsapp_pipeline on public.whatsapp_preferences for select to whatsapp_pipeline
  using (true);
drop policy if exists whatsapp_pipeline on public.user_bucket_mapping;
create policy whatsapp_pipeline on public.user_bucket_mapping for select to whatsapp_pipeline
  using (true);

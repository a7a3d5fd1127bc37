-- Reconcile: finds by Chatwoot's message ids what never reached us. The statements take the caller's
-- time, so that a day can be played through in a test.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

alter table whatsapp.messages
  add column if not exists seen_at timestamptz,
  add column if not exists fed_at timestamptz,
  add column if not exists fed_by text;
comment on column whatsapp.messages.seen_at is 'When reconcile first read the id at Chatwoot.';
comment on column whatsapp.messages.fed_at is
  'When reconcile last sent it into the queue; an expected row without it is young, and waited for.';
comment on column whatsapp.messages.fed_by is 'Names that sending, so that its statement can be repeated.';
create index if not exists messages_conversation_idx
  on whatsapp.messages (installation, account_id, conversation_id, created_at);

-- Messages older than the day of deployment are history: nobody asked for them.
insert into whatsapp.sync_state (name, value)
values ('reconcile_start', date_trunc('day', now() at time zone 'UTC')::text || '+00')
on conflict (name) do nothing;

create table if not exists whatsapp.reconciled_accounts (
  installation text not null,
  account_id text not null,
  started_at timestamptz not null,
  mark timestamptz not null,
  lease_token text,
  lease_until timestamptz,
  primary key (installation, account_id)
);
comment on table whatsapp.reconciled_accounts is 'How far each account''s conversations have been compared.';
comment on column whatsapp.reconciled_accounts.started_at is 'What is older was there before us.';
comment on column whatsapp.reconciled_accounts.mark is 'Every conversation updated before was visited since.';
comment on column whatsapp.reconciled_accounts.lease_until is 'One run at a time: Chatwoot counts requests.';

create table if not exists whatsapp.reconciled_conversations (
  installation text not null,
  account_id text not null,
  conversation_id text not null,
  channel text,
  inbox_id text,
  contact_id text,
  since timestamptz,
  settled_id bigint,
  is_unsettled boolean not null default false,
  last_message_at timestamptz,
  visited_at timestamptz,
  reread_at timestamptz,
  is_gone boolean not null default false,
  primary key (installation, account_id, conversation_id)
);
comment on table whatsapp.reconciled_conversations is 'How far each conversation''s messages have been compared.';
comment on column whatsapp.reconciled_conversations.settled_id is
  'Every id at or below it is at least 10 minutes old and has an end state; null: never read.';
comment on column whatsapp.reconciled_conversations.since is
  'From when on its messages count, where a backfill asked for older ones than the account''s.';
comment on column whatsapp.reconciled_conversations.reread_at is 'When it was last looked through for deletions.';
create index if not exists reconciled_conversations_unsettled_idx
  on whatsapp.reconciled_conversations (installation, account_id, visited_at) where is_unsettled;
create index if not exists reconciled_conversations_active_idx
  on whatsapp.reconciled_conversations (installation, account_id, last_message_at);

do $$
declare
  table_name text;
begin
  foreach table_name in array array['reconciled_accounts', 'reconciled_conversations']
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

-- Gives the account to one run, or returns null while another has it. An account that is met first
-- long after the deployment starts with its first message of ours, or today.
create or replace function whatsapp.begin_reconcile(request jsonb)
returns jsonb
language plpgsql
as $$
declare
  the_installation constant text := request ->> 'installation';
  the_account constant text := request ->> 'account_id';
  the_now constant timestamptz := (request ->> 'now')::timestamptz;
  today constant timestamptz := date_trunc('day', the_now at time zone 'UTC') at time zone 'UTC';
  the_start timestamptz;
  account whatsapp.reconciled_accounts;
begin
  if not exists (
    select from whatsapp.reconciled_accounts as a
    where a.installation = the_installation and a.account_id = the_account
  ) then
    select s.value::timestamptz into the_start
    from whatsapp.sync_state as s where s.name = 'reconcile_start';
    the_start := coalesce(the_start, today);
    if the_now >= the_start + interval '7 days' then
      select greatest(the_start, least(today, date_trunc('day', min(m.received_at) at time zone 'UTC')
        at time zone 'UTC'))
      into the_start from whatsapp.messages as m
      where m.installation = the_installation and m.account_id = the_account;
    end if;
    insert into whatsapp.reconciled_accounts (installation, account_id, started_at, mark)
    values (the_installation, the_account, the_start, the_start)
    on conflict do nothing;
  end if;
  update whatsapp.reconciled_accounts as a set
    lease_token = request ->> 'token',
    lease_until = the_now + make_interval(secs => (request ->> 'lease_seconds')::float)
  where a.installation = the_installation and a.account_id = the_account
    and (a.lease_until is null or a.lease_until <= the_now or a.lease_token = request ->> 'token')
  returning * into account;
  if not found then
    return null;
  end if;
  return jsonb_build_object('started_at', account.started_at, 'mark', account.mark);
end
$$;

-- Keeps how far a run has come; the mark never goes back. Without lease_seconds it is over.
create or replace function whatsapp.advance_reconcile(request jsonb)
returns void
language sql
as $$
  update whatsapp.reconciled_accounts as a set
    mark = greatest(a.mark, (request ->> 'mark')::timestamptz),
    lease_until = case when a.lease_token = request ->> 'token'
      then (request ->> 'now')::timestamptz
        + make_interval(secs => (request ->> 'lease_seconds')::float)
      else a.lease_until end
  where a.installation = request ->> 'installation' and a.account_id = request ->> 'account_id';
$$;

-- Returns from where on a conversation is to be looked through for deletions: just before its oldest
-- stored message of the last 7 days. Null where there is none, or it was done within 6 hours.
create or replace function whatsapp.reread_from(
  conversation whatsapp.reconciled_conversations, the_now timestamptz
)
returns bigint
language sql
stable
as $$
  select min(m.message_id::bigint) - 1 from whatsapp.messages as m
  where m.installation = conversation.installation and m.account_id = conversation.account_id
    and m.conversation_id = conversation.conversation_id
    and m.created_at >= the_now - interval '7 days'
    and m.state = 'stored' and not m.is_deleted and m.message_id ~ '^[0-9]{1,18}$'
    and coalesce(conversation.reread_at, '-infinity') < the_now - interval '6 hours';
$$;

create or replace function whatsapp.conversation_document(
  conversation whatsapp.reconciled_conversations, the_now timestamptz
)
returns jsonb
language sql
stable
as $$
  select jsonb_build_object(
    'conversation_id', conversation.conversation_id, 'channel', conversation.channel,
    'inbox_id', conversation.inbox_id, 'contact_id', conversation.contact_id,
    'since', conversation.since, 'settled_id', conversation.settled_id,
    'reread_from', whatsapp.reread_from(conversation, the_now),
    'is_reread_due',
    coalesce(conversation.reread_at, '-infinity') < the_now - interval '6 hours'
  );
$$;

-- Returns what is known of the given conversations; those never visited are not among them.
create or replace function whatsapp.known_conversations(request jsonb)
returns jsonb
language sql
stable
as $$
  select coalesce(jsonb_agg(
    whatsapp.conversation_document(c, (request ->> 'now')::timestamptz)), '[]')
  from whatsapp.reconciled_conversations as c
  where c.installation = request ->> 'installation' and c.account_id = request ->> 'account_id'
    and c.conversation_id in (select jsonb_array_elements_text(request -> 'conversation_ids'));
$$;

-- Returns conversations to visit although nothing happened in them: those with unsettled ids, and
-- those to be looked through for deletions. None that was visited at or after the given time.
create or replace function whatsapp.due_conversations(request jsonb)
returns jsonb
language sql
stable
as $$
  select coalesce(jsonb_agg(
    whatsapp.conversation_document(c, (request ->> 'now')::timestamptz)), '[]')
  from (
    select d.* from whatsapp.reconciled_conversations as d
    where d.installation = request ->> 'installation' and d.account_id = request ->> 'account_id'
      and coalesce(d.visited_at, '-infinity') < (request ->> 'visited_before')::timestamptz
      and (d.is_unsettled or (
        d.last_message_at >= (request ->> 'now')::timestamptz - interval '7 days'
        and coalesce(d.reread_at, '-infinity')
          < (request ->> 'now')::timestamptz - interval '6 hours'
      ))
    order by d.is_unsettled desc, d.visited_at nulls first, d.conversation_id
    limit (request ->> 'batch')::int
  ) as c;
$$;

-- Compares a page of ids with the ledger and records it: an id without a row gets one, what the
-- filter ignores is recorded so, and what is to be fed is marked before anybody publishes it. Young
-- is an id of the last 10 minutes that may still come by itself. Dry, it only says what it would do.
create or replace function whatsapp.compare_messages(request jsonb)
returns jsonb
language plpgsql
as $$
declare
  the_installation constant text := request ->> 'installation';
  the_account constant text := request ->> 'account_id';
  the_conversation constant text := request ->> 'conversation_id';
  the_now constant timestamptz := (request ->> 'now')::timestamptz;
  the_since constant timestamptz := (request ->> 'since')::timestamptz;
  the_token constant text := request ->> 'token';
  is_dry constant boolean := (request ->> 'is_dry')::boolean;
  judged jsonb;
begin
  if not is_dry then
    insert into whatsapp.messages
      (installation, account_id, message_id, conversation_id, created_at, state, source, seen_at)
    select the_installation, the_account, i.message_id, the_conversation, i.created_at, 'expected',
      i.source, the_now
    from jsonb_to_recordset(request -> 'messages')
      as i (message_id text, created_at timestamptz, source text)
    where i.created_at >= the_since and not exists (
      select from whatsapp.messages as l
      where l.installation = the_installation and l.account_id = '' and l.state = 'legacy'
        and l.message_id = i.message_id and l.conversation_id = the_conversation
    )
    -- In one order, so that two runs with the same page never wait for each other.
    order by i.message_id
    on conflict do nothing;
    perform from whatsapp.messages as m
    where m.installation = the_installation and m.account_id = the_account
      and m.message_id in (
        select i ->> 'message_id' from jsonb_array_elements(request -> 'messages') as i
      )
    order by m.message_id for update;
  end if;

  select coalesce(jsonb_agg(jsonb_build_object(
    'message_id', i.message_id, 'created_at', i.created_at, 'reason', i.ignore_reason,
    'verdict', case
      when i.created_at < the_since then 'history'
      when m.message_id is null and l.message_id is not null then 'ended'
      when m.state = 'stored' and i.is_deleted and not m.is_deleted and (
        m.fed_at is null or m.fed_by = the_token or m.fed_at <= the_now - interval '1 hour'
      ) then 'delete'
      when m.state in ('stored', 'ignored', 'dead', 'erased', 'legacy') and not (
        -- Chatwoot shows again what it called gone, so that is expected as before.
        m.state = 'ignored' and m.last_error is not distinct from 'conversation_gone'
      ) then 'ended'
      when m.state = 'processing' then case
        -- The broker gives up within 17 hours: a queue that was emptied leaves such rows behind.
        when m.fed_by = the_token or greatest(m.received_at, m.lease_until, m.fed_at)
          <= the_now - interval '24 hours' then 'feed'
        else 'in_work' end
      when i.ignore_reason is not null then 'ignored'
      when m.fed_by = the_token then 'feed'
      when m.fed_at > the_now - interval '1 hour' then 'in_work'
      when m.fed_at is null and i.created_at > the_now - interval '10 minutes' then 'young'
      else 'feed' end
  ) order by i.position), '[]')
  into judged
  from (
    select r.*, row_number() over () as position
    from jsonb_to_recordset(request -> 'messages')
      as r (message_id text, created_at timestamptz, ignore_reason text, is_deleted boolean)
  ) as i
  left join whatsapp.messages as m
    on m.installation = the_installation and m.account_id = the_account
    and m.message_id = i.message_id
  left join whatsapp.messages as l
    on l.installation = the_installation and l.account_id = '' and l.state = 'legacy'
    and l.message_id = i.message_id and l.conversation_id = the_conversation;

  if not is_dry then
    update whatsapp.messages as m set
      state = case when j.verdict = 'ignored' then 'ignored'
        when m.state = 'ignored' and j.verdict <> 'ended' then 'expected' else m.state end,
      last_error = case when j.verdict = 'ignored' then j.reason
        when m.state = 'ignored' and j.verdict <> 'ended' then null else m.last_error end,
      fed_at = case when j.verdict in ('feed', 'delete') then the_now else m.fed_at end,
      fed_by = case when j.verdict in ('feed', 'delete') then the_token else m.fed_by end,
      -- What the worker ignored it knew by its id only; of an erased one nothing is to be known.
      created_at = case
        when m.state = 'erased' then m.created_at else coalesce(m.created_at, j.created_at) end,
      seen_at = coalesce(m.seen_at, the_now)
    from jsonb_to_recordset(judged)
      as j (message_id text, created_at timestamptz, reason text, verdict text)
    where m.installation = the_installation and m.account_id = the_account
      and m.message_id = j.message_id and j.verdict <> 'history'
      and (m.seen_at is null or j.verdict in ('feed', 'delete', 'ignored')
        or (m.state = 'ignored' and j.verdict <> 'ended'));
  end if;
  return (select coalesce(jsonb_agg(j ->> 'verdict'), '[]') from jsonb_array_elements(judged) as j);
end
$$;

-- Takes back that messages were fed, because the broker did not take them.
create or replace function whatsapp.unfeed_messages(request jsonb)
returns void
language sql
as $$
  update whatsapp.messages as m set fed_at = null, fed_by = null
  where m.installation = request ->> 'installation' and m.account_id = request ->> 'account_id'
    and m.message_id in (select jsonb_array_elements_text(request -> 'message_ids'))
    and m.fed_by = request ->> 'token';
$$;

-- Records a visit. The settled id moves only from where the visit began, so that of two visits at
-- once, or of a visit and a rewinding, the later changes nothing that it has not seen.
create or replace function whatsapp.save_visit(request jsonb)
returns void
language sql
as $$
  insert into whatsapp.reconciled_conversations as c
    (installation, account_id, conversation_id, channel, inbox_id, contact_id, settled_id,
     is_unsettled, last_message_at, visited_at, reread_at)
  values
    (request ->> 'installation', request ->> 'account_id', request ->> 'conversation_id',
     request ->> 'channel', request ->> 'inbox_id', request ->> 'contact_id',
     (request ->> 'settled_id')::bigint, (request ->> 'is_unsettled')::boolean,
     (request ->> 'last_message_at')::timestamptz, (request ->> 'visited_at')::timestamptz,
     (request ->> 'reread_at')::timestamptz)
  on conflict (installation, account_id, conversation_id) do update set
    channel = coalesce(excluded.channel, c.channel),
    inbox_id = coalesce(excluded.inbox_id, c.inbox_id),
    contact_id = coalesce(excluded.contact_id, c.contact_id),
    settled_id = case when c.settled_id is not distinct from (request ->> 'from_settled_id')::bigint
      then excluded.settled_id else c.settled_id end,
    is_unsettled = case
      -- The second, where its answer was lost.
      when c.settled_id is not distinct from (request ->> 'from_settled_id')::bigint
        or c.settled_id is not distinct from excluded.settled_id
      then excluded.is_unsettled else true end,
    is_gone = false,
    last_message_at = greatest(c.last_message_at, excluded.last_message_at),
    visited_at = greatest(c.visited_at, excluded.visited_at),
    reread_at = greatest(c.reread_at, excluded.reread_at);
$$;

-- Closes what was expected of a conversation that Chatwoot has no longer. What was fed within the
-- hour may be in the queue still; claim_message takes a closed one up again if it comes later. One
-- answer may be wrong: from when it first seems gone it is due for a week, as for deletions.
create or replace function whatsapp.close_conversation(request jsonb)
returns void
language plpgsql
as $$
declare
  the_now constant timestamptz := (request ->> 'now')::timestamptz;
  is_open boolean;
begin
  update whatsapp.messages as m set state = 'ignored', last_error = request ->> 'reason'
  where m.installation = request ->> 'installation' and m.account_id = request ->> 'account_id'
    and m.conversation_id = request ->> 'conversation_id' and m.state = 'expected'
    and (m.fed_at is null or m.fed_at <= the_now - interval '1 hour');
  select exists (
    select from whatsapp.messages as m
    where m.installation = request ->> 'installation' and m.account_id = request ->> 'account_id'
      and m.conversation_id = request ->> 'conversation_id' and m.state = 'expected'
  ) into is_open;
  insert into whatsapp.reconciled_conversations as c
    (installation, account_id, conversation_id, channel, inbox_id, contact_id, is_unsettled,
     last_message_at, visited_at, reread_at, is_gone)
  values
    (request ->> 'installation', request ->> 'account_id', request ->> 'conversation_id',
     request ->> 'channel', request ->> 'inbox_id', request ->> 'contact_id', is_open,
     the_now, the_now, the_now, not is_open)
  on conflict (installation, account_id, conversation_id) do update set
    is_unsettled = excluded.is_unsettled, is_gone = excluded.is_gone,
    last_message_at = case when c.is_gone then c.last_message_at
      else greatest(c.last_message_at, excluded.last_message_at) end,
    visited_at = greatest(c.visited_at, excluded.visited_at),
    reread_at = greatest(c.reread_at, excluded.reread_at);
end
$$;

-- Makes conversations count from an earlier time on: they are read again from their beginning.
create or replace function whatsapp.rewind_conversations(request jsonb)
returns void
language sql
as $$
  insert into whatsapp.reconciled_conversations as c
    (installation, account_id, conversation_id, channel, inbox_id, contact_id, since, settled_id,
     is_unsettled)
  select request ->> 'installation', request ->> 'account_id', r.conversation_id, r.channel,
    r.inbox_id, r.contact_id, (request ->> 'since')::timestamptz, 0, true
  from jsonb_to_recordset(request -> 'conversations')
    as r (conversation_id text, channel text, inbox_id text, contact_id text)
  order by r.conversation_id
  on conflict (installation, account_id, conversation_id) do update set
    since = least(c.since, excluded.since), settled_id = 0, is_unsettled = true, is_gone = false;
$$;

create or replace function whatsapp.backfill_position(position_name text)
returns text
language sql
stable
as $$
  select s.value from whatsapp.sync_state as s where s.name = position_name;
$$;

create or replace function whatsapp.set_backfill_position(position_name text, position_value text)
returns void
language sql
as $$
  insert into whatsapp.sync_state (name, value) values (position_name, position_value)
  on conflict (name) do update set value = excluded.value;
$$;

-- As before, but an expected row is as good as ignored once the worker says so.
create or replace function whatsapp.ignore_message(request jsonb, reason text)
returns void
language sql
as $$
  insert into whatsapp.messages as m
    (installation, account_id, message_id, state, source, last_error, published_at)
  values
    (request ->> 'installation', request ->> 'account_id', request ->> 'message_id', 'ignored',
     request ->> 'source', reason, (request ->> 'published_at')::timestamptz)
  on conflict (installation, account_id, message_id) do update set
    state = 'ignored', last_error = excluded.last_error, source = excluded.source,
    published_at = excluded.published_at, received_at = clock_timestamp()
  where m.state = 'expected';
$$;

-- As before, with the rows that reconcile makes: an expected message is received by its first claim,
-- and one closed because its conversation is gone is taken after all if it was in the queue.
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

-- Where each hour's messages are, by Chatwoot's own time.
create or replace view whatsapp.loss_per_hour with (security_invoker = true) as
with accounted as (
  select
    date_trunc('hour', coalesce(m.created_at, m.received_at) at time zone 'UTC') at time zone 'UTC'
      as hour,
    m.account_id,
    m.seen_at is not null as is_seen,
    case
      when m.state = 'expected' and m.fed_at is null
        and m.created_at > now() - interval '10 minutes' then 'in_flight'
      when m.state = 'expected' then 'missing'
      when m.state = 'ignored' and m.last_error = 'conversation_gone' then 'gone'
      when m.state = 'processing' then 'in_work'
      else m.state
    end as place
  from whatsapp.messages as m
  where m.state <> 'legacy'
)
select
  a.hour,
  a.account_id,
  count(*) filter (where a.is_seen) as seen,
  count(*) filter (where not a.is_seen) as unseen,
  count(*) filter (where a.place not in ('missing', 'in_flight', 'gone')) as received,
  count(*) filter (where a.place = 'stored') as stored,
  count(*) filter (where a.place = 'ignored') as ignored,
  count(*) filter (where a.place = 'dead') as dead,
  count(*) filter (where a.place = 'erased') as erased,
  count(*) filter (where a.place = 'in_work') as in_work,
  count(*) filter (where a.place = 'missing') as missing,
  count(*) filter (where a.place = 'in_flight') as in_flight,
  count(*) filter (where a.place = 'gone') as gone
from accounted as a
group by a.hour, a.account_id
order by a.hour desc, a.account_id;
comment on view whatsapp.loss_per_hour is
  'The loss account. hour: of creation at Chatwoot, UTC. seen: reconcile read it at Chatwoot; unseen: it reached us and reconcile has not looked yet. received: it reached us. missing: Chatwoot has it and we do not, or not yet again. in_flight: less than 10 minutes old. gone: its conversation was deleted at Chatwoot before it reached us. seen + unseen = received + missing + in_flight + gone; received = stored + ignored + dead + erased + in_work.';
revoke all on whatsapp.loss_per_hour from public;
grant select on whatsapp.loss_per_hour to whatsapp_pipeline;

do $$
declare
  routine regprocedure;
begin
  for routine in
    select p.oid from pg_proc as p
    where p.pronamespace = 'whatsapp'::regnamespace and p.proname = any (array[
      'begin_reconcile', 'advance_reconcile', 'reread_from', 'conversation_document',
      'known_conversations', 'due_conversations', 'compare_messages', 'unfeed_messages', 'save_visit',
      'close_conversation', 'rewind_conversations', 'backfill_position', 'set_backfill_position',
      'ignore_message', 'claim_message'
    ])
  loop
    execute format('revoke all on function %s from public', routine);
    execute format('grant execute on function %s to whatsapp_pipeline', routine);
  end loop;
end
$$;

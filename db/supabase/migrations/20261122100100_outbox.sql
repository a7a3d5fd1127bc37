-- What is to be sent: decided in the transaction that finishes a message, sent after it, and found
-- here by the sweep where the process died in between.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table if not exists whatsapp.outbox (
  id bigint generated always as identity primary key,
  installation text not null,
  account_id text not null,
  conversation_id text not null,
  message_id text not null,
  cause text not null,
  kind text not null check (kind in ('message', 'job')),
  document jsonb not null,
  correlation_id text not null unique,
  state text not null default 'waiting'
    check (state in ('waiting', 'sending', 'sent', 'cancelled', 'failed', 'skipped')),
  reason text,
  attempts integer not null default 0,
  refusals integer not null default 0,
  fence bigint not null default 0,
  lease_until timestamptz,
  next_attempt_at timestamptz not null default now(),
  is_unknown boolean not null default false,
  external_id text,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  unique (installation, account_id, cause)
);
comment on table whatsapp.outbox is 'Every message and job that is to go out, once for what caused it.';
comment on column whatsapp.outbox.message_id is 'The message that it answers; no foreign key, the cause is looked up with every taking.';
comment on column whatsapp.outbox.document is 'What is sent, as it is sent, but for the correlation id.';
comment on column whatsapp.outbox.correlation_id is 'Goes out with it, so that it can be recognised where an answer was lost.';
comment on column whatsapp.outbox.refusals is 'Attempts that Chatwoot called invalid; few of them are enough.';
comment on column whatsapp.outbox.fence is 'Grows with every taking; a result that carries an older one changes nothing.';
comment on column whatsapp.outbox.is_unknown is 'An attempt ended without an answer: it is looked for before it is sent again.';
comment on column whatsapp.outbox.external_id is 'What Chatwoot or the broker calls it.';
comment on column whatsapp.outbox.expires_at is 'From then on it is of no use to anybody.';
create index if not exists outbox_due_idx
  on whatsapp.outbox (installation, (coalesce(lease_until, next_attempt_at)))
  where state in ('waiting', 'sending');
create index if not exists outbox_message_idx
  on whatsapp.outbox (installation, account_id, message_id);
create index if not exists outbox_problem_idx on whatsapp.outbox (created_at)
  where state in ('failed', 'skipped');

alter table whatsapp.outbox enable row level security;
revoke all on whatsapp.outbox from public;
grant select, insert, update on whatsapp.outbox to whatsapp_pipeline;
drop policy if exists pipeline on whatsapp.outbox;
create policy pipeline on whatsapp.outbox to whatsapp_pipeline using (true) with check (true);

-- Ends an attempt and, in the same transaction, keeps what is to be sent because of it. Returns the
-- ids of what is to be sent now. Repeatable with one fence, as finish_message, which it calls.
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

-- Takes one thing that is to be sent: the one asked for, else the one that is due longest. Another
-- taker gets another one. Where its cause no longer stands it is cancelled and returned as that.
create or replace function whatsapp.take_outgoing(
  the_installation text, the_id bigint, kinds jsonb, lease_seconds integer
)
returns jsonb
language plpgsql
as $$
declare
  taken whatsapp.outbox;
  withdrawn text;
begin
  select * into taken from whatsapp.outbox as o
  where o.installation = the_installation and o.state in ('waiting', 'sending')
    and (the_id is null or o.id = the_id) and kinds ? o.kind
    and coalesce(o.lease_until, o.next_attempt_at) <= clock_timestamp()
  order by coalesce(o.lease_until, o.next_attempt_at)
  limit 1
  for update skip locked;
  if not found then
    return null;
  end if;

  select case
    when m.message_id is null or m.state = 'erased' then 'message_erased'
    when m.is_deleted then 'message_deleted'
    when taken.expires_at <= clock_timestamp() then 'expired'
  end into withdrawn
  from (select 1) as always
  left join whatsapp.messages as m
    on m.installation = taken.installation and m.account_id = taken.account_id
    and m.message_id = taken.message_id;

  update whatsapp.outbox as o set
    -- Whoever had it last never said what came of it.
    is_unknown = o.is_unknown or o.state = 'sending',
    state = case when withdrawn is null then 'sending' else 'cancelled' end,
    reason = coalesce(withdrawn, o.reason),
    attempts = o.attempts + case when withdrawn is null then 1 else 0 end,
    fence = o.fence + 1,
    lease_until = case
      when withdrawn is null then clock_timestamp() + make_interval(secs => lease_seconds)
    end
  where o.id = taken.id
  returning * into taken;
  return to_jsonb(taken);
end
$$;

-- Records what came of an attempt; false where another has taken it since, and nothing changes.
create or replace function whatsapp.settle_outgoing(the_id bigint, the_fence bigint, outcome jsonb)
returns boolean
language plpgsql
as $$
begin
  update whatsapp.outbox as o set
    state = outcome ->> 'state',
    reason = outcome ->> 'reason',
    refusals = o.refusals + (outcome ->> 'reason' is not distinct from 'chatwoot_refused')::int,
    is_unknown = (outcome ->> 'is_unknown')::boolean,
    external_id = outcome ->> 'external_id',
    lease_until = null,
    next_attempt_at = clock_timestamp()
      + make_interval(secs => coalesce((outcome ->> 'retry_after_seconds')::double precision, 0)),
    sent_at = case when outcome ->> 'state' = 'sent' then clock_timestamp() end
  where o.id = the_id and o.fence = the_fence and o.state = 'sending';
  return exists (select from whatsapp.outbox as o where o.id = the_id and o.fence = the_fence);
end
$$;

revoke all on function
  whatsapp.finish_message_and_outbox(jsonb, jsonb),
  whatsapp.take_outgoing(text, bigint, jsonb, integer),
  whatsapp.settle_outgoing(bigint, bigint, jsonb)
from public;
grant execute on function
  whatsapp.finish_message_and_outbox(jsonb, jsonb),
  whatsapp.take_outgoing(text, bigint, jsonb, integer),
  whatsapp.settle_outgoing(bigint, bigint, jsonb)
to whatsapp_pipeline;

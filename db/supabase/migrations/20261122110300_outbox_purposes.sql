-- What a message is for is looked at again with every taking; a job that fails for good, and a message
-- that Chatwoot took and its channel did not, are told.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- As before, but: a question goes out only while its conversation waits on it; nothing goes out for
-- an order that was cancelled; and a message with a purpose goes out within 24 hours of the
-- conversation's newest incoming message, or else as its template.
create or replace function whatsapp.take_outgoing(
  the_installation text, the_id bigint, kinds jsonb, lease_seconds integer
)
returns jsonb
language plpgsql
as $$
declare
  taken whatsapp.outbox;
  withdrawn text;
  is_window_open boolean;
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

  select
    case
      when m.message_id is null or m.state = 'erased' then 'message_erased'
      when m.is_deleted then 'message_deleted'
      when taken.expires_at <= clock_timestamp() then 'expired'
      when taken.purpose = 'question' and taken.cause is distinct from
        'question:' || (c.context_json ->> 'orderMessageId') || ':'
          || (c.context_json ->> 'clarifyingField') then 'question_closed'
      when r.state = 'cancelled' then 'order_cancelled'
    end,
    coalesce(c.last_incoming_at > clock_timestamp() - interval '24 hours', false)
  into withdrawn, is_window_open
  from (select 1) as always
  left join whatsapp.messages as m
    on m.installation = taken.installation and m.account_id = taken.account_id
    and m.message_id = taken.message_id
  left join whatsapp.conversations as c
    on taken.purpose is not null and c.installation = taken.installation
    and c.account_id = taken.account_id and c.chatwoot_conversation_id = taken.conversation_id
  left join whatsapp.orders as r
    on r.installation = taken.installation and r.account_id = taken.account_id
    and r.message_id = taken.order_message_id;
  if withdrawn is null and taken.purpose is not null and not is_window_open
    and taken.template is null
  then
    withdrawn := 'window_closed';
  end if;

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
  if taken.purpose is not null and not is_window_open and taken.template is not null then
    taken.document := taken.template;
  end if;
  return to_jsonb(taken);
end
$$;

-- Records that a job's reader cannot be woken. One that the reader has found all the same goes on; one
-- that it has not is taken back: the person is asked to order again, and must not get both.
create or replace function whatsapp.fail_job(job whatsapp.outbox)
returns void
language plpgsql
as $$
declare
  failed whatsapp.orders;
begin
  -- Conversation, then order, as everywhere.
  perform from whatsapp.conversations as c
  where c.installation = job.installation and c.account_id = job.account_id
    and c.chatwoot_conversation_id = job.conversation_id
  for update;
  select * into failed from whatsapp.orders as o
  where o.installation = job.installation and o.account_id = job.account_id
    and o.message_id = job.order_message_id and o.state = 'placed'
  for update;
  if not found or not whatsapp.cancel_job(failed, 'its reader could not be woken') then
    return;
  end if;
  update whatsapp.orders as o set
    state = 'failed', reason = 'job_failed:' || coalesce(job.reason, 'unknown'),
    changed_at = clock_timestamp()
  where o.installation = job.installation and o.account_id = job.account_id
    and o.message_id = job.order_message_id;
  perform whatsapp.queue_outgoing(
    failed.installation, failed.account_id, failed.conversation_id, failed.message_id,
    failed.failure_notice
  );
end
$$;

-- As before, and tells of a job that failed for good.
create or replace function whatsapp.settle_outgoing(the_id bigint, the_fence bigint, outcome jsonb)
returns boolean
language plpgsql
as $$
declare
  settled whatsapp.outbox;
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
  where o.id = the_id and o.fence = the_fence and o.state = 'sending'
  returning * into settled;
  if settled.state = 'failed' and settled.kind = 'job' and settled.order_message_id is not null then
    perform whatsapp.fail_job(settled);
  end if;
  return exists (select from whatsapp.outbox as o where o.id = the_id and o.fence = the_fence);
end
$$;

-- Records that Chatwoot took a message and its channel did not; true where the message is ours. Its
-- sending may not be settled yet: that comes by an older fence then.
create or replace function whatsapp.record_undelivered(
  the_installation text, the_correlation_id text, the_reason text
)
returns boolean
language plpgsql
as $$
begin
  update whatsapp.outbox as o set
    state = 'failed', reason = the_reason, lease_until = null, is_unknown = false,
    fence = o.fence + (o.state <> 'sent')::int
  where o.installation = the_installation and o.correlation_id = the_correlation_id
    and o.kind = 'message' and o.state in ('waiting', 'sending', 'sent');
  return exists (
    select from whatsapp.outbox as o
    where o.installation = the_installation and o.correlation_id = the_correlation_id
      and o.kind = 'message'
  );
end
$$;

do $$
declare
  routine regprocedure;
begin
  for routine in
    select p.oid from pg_proc as p
    where p.pronamespace = 'whatsapp'::regnamespace and p.proname = any (array[
      'take_outgoing', 'fail_job', 'settle_outgoing', 'record_undelivered'
    ])
  loop
    execute format('revoke all on function %s from public', routine);
    execute format('grant execute on function %s to whatsapp_pipeline', routine);
  end loop;
end
$$;

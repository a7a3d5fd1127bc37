-- Taking and settling as they were before messages had a purpose.
drop function whatsapp.record_undelivered(text, text, text);
drop function whatsapp.fail_job(whatsapp.outbox);

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

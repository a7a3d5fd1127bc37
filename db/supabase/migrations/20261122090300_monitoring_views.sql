-- What an operator asks every day, answered from the ledger. The plain queries on meeting_notes give
-- the same numbers for rows that this pipeline wrote.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create or replace view whatsapp.ingestion_per_day with (security_invoker = true) as
with waiting as (
  select distinct a.installation, a.account_id, a.message_id
  from whatsapp.attachments as a where a.state = 'pending'
)
select
  m.received_at::date as day,
  count(*) as received,
  count(*) filter (where m.state = 'stored' and w.message_id is null) as stored,
  count(*) filter (where m.state = 'dead') as errors,
  count(*) filter (
    where m.state in ('expected', 'processing') or (m.state = 'stored' and w.message_id is not null)
  ) as in_work
from whatsapp.messages as m
left join waiting as w using (installation, account_id, message_id)
where m.state not in ('ignored', 'legacy')
group by m.received_at::date
order by day desc;
comment on view whatsapp.ingestion_per_day is 'Messages per day of arrival; received = stored + errors + in_work + erased.';

create or replace view whatsapp.messages_waiting_for_user with (security_invoker = true) as
select n.chatwoot_account_id as account_id, n.chatwoot_contact_id as contact_id,
  count(*) as messages, min(n.created_at) as oldest_at, max(n.created_at) as newest_at
from public.meeting_notes as n
where n.source_type = 'whatsapp' and n.chatwoot_account_id is not null
  and n.user_id is null and n.processing_status = 'stored'
group by n.chatwoot_account_id, n.chatwoot_contact_id
order by messages desc;
comment on view whatsapp.messages_waiting_for_user is 'Contacts whose notes belong to no user yet.';

create or replace view whatsapp.errors_last_day with (security_invoker = true) as
select e.reason, count(*) as messages, max(e.seen_at) as newest_at
from (
  select m.last_error as reason, m.received_at as seen_at
  from whatsapp.messages as m where m.state = 'dead'
  union all
  -- Deliveries that name no message, or claim another's id, have no row in the ledger.
  select d.reason, d.last_seen_at
  from whatsapp.dead_letters as d
  left join whatsapp.messages as m using (installation, account_id, message_id)
  where m.state is distinct from 'dead'
    and d.reason in ('payload_invalid', 'envelope_invalid', 'id_conflict')
) as e
where e.seen_at >= now() - interval '24 hours'
group by e.reason
order by messages desc;
comment on view whatsapp.errors_last_day is 'Deliveries given up within 24 hours, by reason.';

create or replace view whatsapp.transcription_failures with (security_invoker = true) as
select a.created_at, a.account_id, a.message_id, a.attachment_id, a.reason, a.state,
  a.media_type, a.byte_count, a.seconds, a.model, a.next_attempt_at
from whatsapp.attachments as a
where a.kind = 'audio' and a.transcript is null and a.reason is not null and a.reason <> 'deleted'
order by a.created_at desc;
comment on view whatsapp.transcription_failures is 'Recordings without our transcript, and why.';

revoke all on whatsapp.ingestion_per_day, whatsapp.messages_waiting_for_user,
  whatsapp.errors_last_day, whatsapp.transcription_failures from public;
grant select on whatsapp.ingestion_per_day, whatsapp.messages_waiting_for_user,
  whatsapp.errors_last_day, whatsapp.transcription_failures to whatsapp_pipeline;

-- What an operator looks at and takes in hand; each is one round trip and one transaction.

-- name: list_dead_letters
-- Describes the selected letters that came last, and counts all of them by reason.
with selected as materialized (
  select s as letter
  from whatsapp.selected_dead_letters(%(installation)s, %(selection)s::jsonb) as s
)
select jsonb_build_object(
  'counts', (
    select coalesce(jsonb_agg(
      jsonb_build_object('reason', c.reason, 'state', c.state, 'letters', c.letters)
      order by c.letters desc, c.reason, c.state
    ), '[]')
    from (
      select (s.letter).reason, (s.letter).state, count(*) as letters
      from selected as s group by (s.letter).reason, (s.letter).state
    ) as c
  ),
  'letters', (
    select coalesce(jsonb_agg(whatsapp.dead_letter_summary(n.letter)
      order by (n.letter).first_seen_at desc, (n.letter).key), '[]')
    from (
      select s.letter from selected as s
      order by (s.letter).first_seen_at desc, (s.letter).key limit %(limit)s
    ) as n
  )
)

-- name: read_dead_letter
-- Returns one letter with what is in it.
select whatsapp.dead_letter_summary(d) || jsonb_build_object(
  'payload', encode(d.payload, 'base64'), 'attributes', d.attributes
)
from whatsapp.dead_letters as d
where d.installation = %(installation)s and d.key = %(key)s

-- name: take_dead_letters
-- Takes selected open letters for a replay by hand.
select whatsapp.take_selected_dead_letters(
  %(installation)s, %(selection)s::jsonb, %(after)s::jsonb, %(batch)s
)

-- name: loss
-- Returns the loss account of the last hours, newest first.
select coalesce(jsonb_agg(to_jsonb(l) order by l.hour desc, l.account_id), '[]')
from whatsapp.loss_per_hour as l
where l.hour > now() - make_interval(hours => %(hours)s)

-- name: find_message
-- Returns all that is known of a message id, for each account that has it. What people wrote or said
-- and who they are comes only where it is asked for.
with recursive accounts as (
  -- The ledger's key begins with the account: this leaps from one to the next instead of reading it.
  select min(m.account_id) as account_id from whatsapp.messages as m
  where m.installation = %(installation)s
  union all
  select (
    select min(m.account_id) from whatsapp.messages as m
    where m.installation = %(installation)s and m.account_id > a.account_id
  )
  from accounts as a where a.account_id is not null
),
named as (
  select coalesce(d.account_id, d.attributes ->> 'account_id', '') as account_id, d as letter
  from whatsapp.dead_letters as d
  where d.installation = %(installation)s
    and coalesce(d.message_id, d.attributes ->> 'message_id') = %(message_id)s
),
places as (
  select a.account_id from accounts as a
  join whatsapp.messages as m on m.installation = %(installation)s
    and m.account_id = a.account_id and m.message_id = %(message_id)s
  union
  select n.account_id from named as n
),
shown as (
  select array[
    'account_id', 'message_id', 'attachment_id', 'conversation_id', 'contact_id', 'created_at',
    'state', 'source', 'attempts', 'lease_until', 'fence', 'is_deleted', 'owner_id', 'bucket_name',
    'bucket_generation', 'object_name', 'is_archived', 'note_id', 'last_error', 'published_at',
    'received_at', 'stored_at', 'fed_at', 'seen_at', 'id', 'kind', 'reason', 'is_stored',
    'media_type', 'byte_count', 'sha256', 'language', 'seconds', 'model', 'transcribing_until',
    'next_attempt_at', 'user_id', 'processing_status', 'error_details', 'gcs_storage_path',
    'processed_at', 'cause', 'correlation_id', 'is_unknown', 'external_id', 'expires_at', 'sent_at',
    'generation', 'mode', 'is_absent', 'moving_until', 'crc32c'
  ] || case when %(with_content)s then array[
    'content', 'metadata', 'contact_identifier', 'transcript', 'chatwoot_transcript', 'document'
  ] else '{}' end as columns
)
select coalesce(jsonb_agg(jsonb_build_object(
  'account_id', p.account_id,
  'message_id', %(message_id)s,
  'ledger', (
    select (select jsonb_object_agg(e.key, e.value) from jsonb_each(to_jsonb(m)) as e
      where e.key = any (s.columns))
    from whatsapp.messages as m
    where m.installation = %(installation)s and m.account_id = p.account_id
      and m.message_id = %(message_id)s
  ),
  'note', (
    select (select jsonb_object_agg(e.key, e.value) from jsonb_each(to_jsonb(n)) as e
      where e.key = any (s.columns))
    from public.meeting_notes as n
    where n.source_type = 'whatsapp' and n.chatwoot_message_id = %(message_id)s
      and coalesce(n.chatwoot_account_id, '') = p.account_id
    order by n.created_at limit 1
  ),
  'attachments', (
    select coalesce(jsonb_agg((select jsonb_object_agg(e.key, e.value)
      from jsonb_each(to_jsonb(a)) as e where e.key = any (s.columns)) order by a.attachment_id), '[]')
    from whatsapp.attachments as a
    where a.installation = %(installation)s and a.account_id = p.account_id
      and a.message_id = %(message_id)s
  ),
  'fallback', (
    select coalesce(jsonb_agg((select jsonb_object_agg(e.key, e.value)
      from jsonb_each(to_jsonb(f)) as e where e.key = any (s.columns)) order by f.object_name), '[]')
    from whatsapp.fallback_objects as f
    join whatsapp.messages as m on m.installation = %(installation)s
      and m.account_id = p.account_id and m.message_id = %(message_id)s
    where f.bucket_name = m.bucket_name and (f.object_name = m.object_name or exists (
      select from whatsapp.attachments as a
      where a.installation = m.installation and a.account_id = m.account_id
        and a.message_id = m.message_id and a.object_name = f.object_name
    ))
  ),
  'outbox', (
    select coalesce(jsonb_agg((select jsonb_object_agg(e.key, e.value)
      from jsonb_each(to_jsonb(o)) as e where e.key = any (s.columns)) order by o.created_at), '[]')
    from whatsapp.outbox as o
    where o.installation = %(installation)s and o.account_id = p.account_id
      and o.message_id = %(message_id)s
  ),
  'dead_letters', (
    select coalesce(jsonb_agg(whatsapp.dead_letter_summary(n.letter)
      order by (n.letter).first_seen_at), '[]')
    from named as n where n.account_id = p.account_id
  )
) order by p.account_id), '[]')
from places as p cross join shown as s
where %(account_id)s is null or p.account_id = %(account_id)s

-- name: waiting_work
-- Counts what each sweep would find in the database, due or not.
select jsonb_build_object(
  'dead-letters', (select count(*) from whatsapp.dead_letters as d
    where d.installation = %(installation)s and d.state = 'open'),
  'transcriptions', (select count(*) from whatsapp.attachments as a
    where a.installation = %(installation)s and a.state = 'pending'),
  'fallback', (select count(*) from whatsapp.fallback_objects),
  'outbox', (select count(*) from whatsapp.outbox as o
    where o.installation = %(installation)s and o.state in ('waiting', 'sending')),
  'orphans', (select count(*) from whatsapp.attachments as a
    where a.installation = %(installation)s and a.reason = 'deleted'
      and a.next_attempt_at is not null),
  -- Those of people who are not known yet, and those whose question is open.
  'orders', (select count(*) from whatsapp.orders as o
    where o.installation = %(installation)s
      and (o.state = 'asking' or (o.state = 'waiting' and o.wait_reason = 'unmapped'))),
  'ready', jsonb_array_length(whatsapp.finished_drafts(%(installation)s, 1000)),
  'reconcile', (select count(*) from whatsapp.reconciled_conversations as c
    where c.installation = %(installation)s and c.is_unsettled and not c.is_gone)
)

-- How an order ends once the writer has it: with its content, or without. The app's drafts are read
-- where it has such a table, and with its owner's rights: the pipeline's role may do nothing else
-- with them, and the table may come later than this.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- Returns the order with that id in content_order, or null.
create or replace function whatsapp.find_placed_order(the_installation text, the_order uuid)
returns jsonb
language sql
stable
as $$
  select jsonb_build_object(
    'account_id', o.account_id, 'conversation_id', o.conversation_id, 'message_id', o.message_id,
    'order_id', o.order_id, 'language', coalesce(o.person_language, o.language)
  )
  from whatsapp.orders as o
  where o.installation = the_installation and o.order_id = the_order;
$$;

-- Whether a user asked to be told that content is ready; what they chose for orders comes first.
create or replace function whatsapp.wants_ready_notice(the_user uuid)
returns boolean
language sql
stable
as $$
  select coalesce(
    (select p.notify_on_ready from public.whatsapp_preferences as p where p.user_id = the_user),
    (select b.notify_on_ready from public.user_bucket_mapping as b where b.user_id = the_user),
    false
  );
$$;

-- Ends an order once, with its notice; returns the ids of what is to be sent now. An order whose job
-- was thought lost may have been found by the writer all the same. Repeatable.
create or replace function whatsapp.record_order_outcome(
  the_installation text, the_order uuid, the_state text, notice jsonb
)
returns jsonb
language plpgsql
as $$
declare
  ended whatsapp.orders;
begin
  -- Conversation, then order, as everywhere.
  perform from whatsapp.conversations as c
  join whatsapp.orders as o
    on c.installation = o.installation and c.account_id = o.account_id
    and c.chatwoot_conversation_id = o.conversation_id
  where o.installation = the_installation and o.order_id = the_order
  for update of c;
  update whatsapp.orders as o set
    state = the_state, reason = null, ready_at = clock_timestamp(), changed_at = clock_timestamp()
  where o.installation = the_installation and o.order_id = the_order
    and o.state in ('placed', 'failed')
  returning * into ended;
  if found and (the_state <> 'ready' or whatsapp.wants_ready_notice(ended.user_id)) then
    perform whatsapp.queue_outgoing(
      ended.installation, ended.account_id, ended.conversation_id, ended.message_id, notice,
      -- Everybody is told of each order that will not come.
      is_limited => false
    );
  end if;
  return (
    select coalesce(jsonb_agg(n.id), '[]') from whatsapp.orders as o
    join whatsapp.outbox as n
      on n.installation = o.installation and n.account_id = o.account_id
      and n.cause = notice ->> 'cause'
    where o.installation = the_installation and o.order_id = the_order and o.state = the_state
      and n.state = 'waiting' and n.attempts = 0
  );
end
$$;

-- Whether the app has a table of drafts as we know it.
create or replace function whatsapp.has_drafts()
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select count(*) = 3 from pg_catalog.pg_attribute as a
  where a.attrelid = pg_catalog.to_regclass('public.saved_drafts') and not a.attisdropped
    and (a.attname, a.atttypid) in (
      ('id', 'uuid'::pg_catalog.regtype), ('order_id', 'uuid'::pg_catalog.regtype),
      ('whatsapp_notification_sent', 'boolean'::pg_catalog.regtype)
    );
$$;

-- Returns drafts of our orders that are not marked as told of; none where the app has no such table.
create or replace function whatsapp.finished_drafts(the_installation text, batch integer)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  drafts jsonb;
begin
  if not whatsapp.has_drafts() then
    return '[]';
  end if;
  execute $query$
    select coalesce(jsonb_agg(jsonb_build_object('draft_id', f.id, 'order_id', f.order_id)
      order by f.decided_at, f.id), '[]')
    from (
      select d.id, d.order_id, o.decided_at from whatsapp.orders as o
      join public.saved_drafts as d on d.order_id = o.order_id
      where o.installation = $1 and not coalesce(d.whatsapp_notification_sent, false)
      order by o.decided_at, d.id
      limit $2
    ) as f
  $query$ into drafts using the_installation, batch;
  return drafts;
end
$$;

-- Marks that the person was told of a draft of one of our orders, or does not want to be.
create or replace function whatsapp.mark_draft(the_installation text, the_draft uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  has_time constant boolean := exists (
    select from pg_catalog.pg_attribute as a
    where a.attrelid = pg_catalog.to_regclass('public.saved_drafts') and not a.attisdropped
      and a.attname = 'whatsapp_notification_sent_at'
  );
begin
  if not whatsapp.has_drafts() then
    return;
  end if;
  execute 'update public.saved_drafts as d set whatsapp_notification_sent = true'
    || case when has_time then ', whatsapp_notification_sent_at = now()' else '' end
    || ' from whatsapp.orders as o where d.id = $2 and d.order_id = o.order_id'
    || ' and o.installation = $1 and not coalesce(d.whatsapp_notification_sent, false)'
  using the_installation, the_draft;
end
$$;

do $$
declare
  routine regprocedure;
begin
  for routine in
    select p.oid from pg_proc as p
    where p.pronamespace = 'whatsapp'::regnamespace and p.proname = any (array[
      'find_placed_order', 'wants_ready_notice', 'record_order_outcome', 'has_drafts',
      'finished_drafts', 'mark_draft'
    ])
  loop
    execute format('revoke all on function %s from public', routine);
    execute format('grant execute on function %s to whatsapp_pipeline', routine);
  end loop;
end
$$;

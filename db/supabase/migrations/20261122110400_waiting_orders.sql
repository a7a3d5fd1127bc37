-- Orders between messages: those whose person has become a user, and questions nobody answered.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- Returns orders that waited for their person to be a user, who is one now, oldest message first, and
-- without the first few, which whoever asks could do nothing with.
create or replace function whatsapp.mapped_waiting_orders(
  the_installation text, batch integer, skip integer
)
returns jsonb
language sql
stable
as $$
  select coalesce(jsonb_agg(to_jsonb(w) order by w.position), '[]')
  from (
    select
      o.account_id, o.conversation_id, o.message_id, o.contact_id, o.platform, o.length, o.tone,
      o.topic, o.word_count, o.subject, o.language, o.person_language, o.words, o.shows_options,
      coalesce(o.created_at, o.decided_at) as created_at, c.last_incoming_at,
      whatsapp.conversation_facts(o.installation, o.account_id, o.conversation_id, p.user_id)
        as dialogue,
      row_number() over (order by o.created_at, length(o.message_id), o.message_id) as position
    from whatsapp.orders as o
    join whatsapp.contacts as p
      on p.installation = o.installation and p.account_id = o.account_id
      and p.contact_id = o.contact_id and p.user_id is not null
    left join whatsapp.conversations as c
      on c.installation = o.installation and c.account_id = o.account_id
      and c.chatwoot_conversation_id = o.conversation_id
    where o.installation = the_installation and o.state = 'waiting' and o.wait_reason = 'unmapped'
    order by o.created_at, length(o.message_id), o.message_id
    limit batch offset skip
  ) as w;
$$;

-- Applies what was decided of a waiting order. Returns as finish_message_and_outbox does.
create or replace function whatsapp.apply_waiting_order(request jsonb)
returns jsonb
language plpgsql
as $$
declare
  decision constant jsonb := request -> 'decision';
  conversation whatsapp.conversations;
  waiting whatsapp.orders;
  the_user uuid;
begin
  select * into conversation from whatsapp.conversations as c
  where c.installation = request ->> 'installation' and c.account_id = request ->> 'account_id'
    and c.chatwoot_conversation_id = request ->> 'conversation_id'
  for update;
  select * into waiting from whatsapp.orders as o
  where o.installation = request ->> 'installation' and o.account_id = request ->> 'account_id'
    and o.message_id = request ->> 'message_id'
  for update;
  if waiting.state = 'waiting' and waiting.wait_reason = 'unmapped' then
    select p.user_id into the_user from whatsapp.contacts as p
    where p.installation = waiting.installation and p.account_id = waiting.account_id
      and p.contact_id = waiting.contact_id;
    if conversation.version <> (decision ->> 'based_on')::bigint
      or the_user is distinct from (request ->> 'user_id')::uuid
    then
      return jsonb_build_object('stale', whatsapp.conversation_facts(
        waiting.installation, waiting.account_id, waiting.conversation_id, the_user));
    end if;
    perform whatsapp.apply_decision(conversation, waiting.message_id, the_user, decision);
  end if;
  return whatsapp.ids_to_send(request ->> 'installation', request ->> 'account_id', decision);
end
$$;

-- Closes questions that were asked before a time, and lapses their orders; returns how many.
create or replace function whatsapp.lapse_questions(
  the_installation text, asked_before timestamptz, batch integer
)
returns integer
language plpgsql
as $$
declare
  closed integer := 0;
  found_row record;
begin
  for found_row in
    select c.account_id, c.chatwoot_conversation_id, o.message_id
    from whatsapp.orders as o
    join whatsapp.conversations as c
      on c.installation = o.installation and c.account_id = o.account_id
      and c.chatwoot_conversation_id = o.conversation_id
    where o.installation = the_installation and o.state = 'asking'
      and c.context_json ->> 'orderMessageId' = o.message_id
      and (c.context_json ->> 'createdAt')::timestamptz < asked_before
    -- Somebody else at it, an answer perhaps: then it is no matter of ours.
    limit batch
    for update of c skip locked
  loop
    update whatsapp.orders as o set state = 'lapsed', changed_at = clock_timestamp()
    where o.installation = the_installation and o.account_id = found_row.account_id
      and o.message_id = found_row.message_id and o.state = 'asking';
    update whatsapp.conversations as c set
      context_json = null, version = c.version + 1, updated_at = clock_timestamp()
    where c.installation = the_installation and c.account_id = found_row.account_id
      and c.chatwoot_conversation_id = found_row.chatwoot_conversation_id;
    closed := closed + 1;
  end loop;
  return closed;
end
$$;

do $$
declare
  routine regprocedure;
begin
  for routine in
    select p.oid from pg_proc as p
    where p.pronamespace = 'whatsapp'::regnamespace and p.proname = any (array[
      'mapped_waiting_orders', 'apply_waiting_order', 'lapse_questions'
    ])
  loop
    execute format('revoke all on function %s from public', routine);
    execute format('grant execute on function %s to whatsapp_pipeline', routine);
  end loop;
end
$$;

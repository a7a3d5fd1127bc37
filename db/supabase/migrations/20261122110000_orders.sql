-- Orders and the dialogue about them: which question a conversation waits on, what was ordered and
-- where it stands, and what a message was to its sender.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table if not exists whatsapp.conversations (
  installation text not null,
  account_id text not null,
  chatwoot_conversation_id text not null,
  context_json jsonb,
  version bigint not null default 0,
  moved_by text,
  last_incoming_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (installation, account_id, chatwoot_conversation_id)
);
comment on table whatsapp.conversations is 'Where each conversation''s dialogue stands.';
comment on column whatsapp.conversations.context_json is
  'The open question, one at a time: clarifyingField, orderParams, orderMessageId, askedBy, senderId, accountId, createdAt and more; null where none is open.';
comment on column whatsapp.conversations.version is
  'Grows with every move; what was decided on another version is decided again.';
comment on column whatsapp.conversations.moved_by is
  'The newest message that moved the dialogue; an older one moves it no more.';
comment on column whatsapp.conversations.last_incoming_at is
  'When the newest message came in, by Chatwoot''s time: WhatsApp''s window of 24 hours begins there.';

create table if not exists whatsapp.orders (
  installation text not null,
  account_id text not null,
  message_id text not null,
  conversation_id text not null,
  contact_id text,
  source_id text,
  user_id uuid,
  state text not null check (state in (
    'asking', 'waiting', 'placed', 'cancelled', 'replaced', 'lapsed', 'failed', 'ready',
    'unfulfilled')),
  wait_reason text check (wait_reason in ('unmapped', 'late')),
  reason text,
  platform text check (platform in ('linkedin', 'instagram', 'twitter', 'blog')),
  length text check (length in ('short', 'medium', 'long')),
  tone text check (tone in ('professional', 'casual', 'friendly', 'authoritative')),
  topic text check (topic in ('trends', 'news', 'tips', 'product')),
  word_count integer,
  subject text,
  language text check (language in ('en', 'pt', 'es')),
  person_language text check (person_language in ('en', 'pt', 'es')),
  words text,
  shows_options boolean not null default false,
  failure_notice jsonb,
  order_id uuid,
  job_id uuid,
  note_id uuid,
  created_at timestamptz,
  decided_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  ready_at timestamptz,
  primary key (installation, account_id, message_id),
  check ((state = 'waiting') = (wait_reason is not null))
);
comment on table whatsapp.orders is 'Every order, named by the message that it began with.';
comment on column whatsapp.orders.source_id is
  'The provider''s id of that message, where such an id means one message: older Chatwoot stores some twice.';
comment on column whatsapp.orders.wait_reason is
  'unmapped: its person is not known to be a user yet. late: it was decided a day or more after it was written.';
comment on column whatsapp.orders.reason is 'Why it ended as it did, where its state alone does not say.';
comment on column whatsapp.orders.language is 'That the content is wanted in.';
comment on column whatsapp.orders.person_language is
  'That the person is asked and told in; null where it is the content''s.';
comment on column whatsapp.orders.words is 'What the person said, transcripts included.';
comment on column whatsapp.orders.shows_options is
  'Whether the channel turns options into a list or buttons; others show text only.';
comment on column whatsapp.orders.failure_notice is
  'Goes into the outbox where order or job fail for good; written beforehand, in the person''s language.';
comment on column whatsapp.orders.created_at is 'When Chatwoot stored the message.';
create unique index if not exists orders_one_per_source
  on whatsapp.orders (installation, account_id, source_id) where source_id is not null;
create unique index if not exists orders_order_idx on whatsapp.orders (order_id)
  where order_id is not null;
create index if not exists orders_open_idx on whatsapp.orders (installation, state, created_at)
  where state in ('asking', 'waiting', 'failed');

alter table whatsapp.messages
  add column if not exists decision text
    check (decision in ('note', 'order', 'answer', 'cancel')),
  add column if not exists decided_by text,
  add column if not exists duplicate_of text;
comment on column whatsapp.messages.decision is
  'What it was to its sender, decided once; null while it waits for its words, and for messages from before there were orders, which are notes.';
comment on column whatsapp.messages.duplicate_of is
  'The order''s message that this is a second copy of.';

alter table whatsapp.outbox
  add column if not exists purpose text check (purpose in ('question', 'failure', 'ready')),
  add column if not exists order_message_id text,
  add column if not exists template jsonb;
comment on column whatsapp.outbox.purpose is
  'What a message is for; what that depends on is looked at again with every taking. Null for a job.';
comment on column whatsapp.outbox.order_message_id is 'The order that it is about.';
comment on column whatsapp.outbox.template is
  'Goes out in the document''s place outside of WhatsApp''s window of 24 hours.';
create index if not exists outbox_failure_notices_idx
  on whatsapp.outbox (installation, account_id, conversation_id, created_at)
  where purpose = 'failure';

create or replace view whatsapp.orders_waiting with (security_invoker = true) as
select
  o.installation, o.account_id, o.conversation_id, o.message_id, o.contact_id, o.user_id, o.state,
  case
    when o.state = 'waiting' then o.wait_reason
    when o.state = 'failed' then o.reason
    else 'question_' || q.state || coalesce(':' || q.reason, '')
  end as why,
  o.created_at as ordered_at,
  o.changed_at as since,
  o.platform, o.length, o.tone, o.topic, o.word_count, o.subject, o.language, o.words
from whatsapp.orders as o
left join whatsapp.conversations as c
  on o.state = 'asking' and c.installation = o.installation and c.account_id = o.account_id
  and c.chatwoot_conversation_id = o.conversation_id
left join whatsapp.outbox as q
  on q.installation = c.installation and q.account_id = c.account_id
  and q.cause = 'question:' || o.message_id || ':' || (c.context_json ->> 'clarifyingField')
where o.state in ('waiting', 'failed')
  or (o.state = 'asking' and q.state in ('failed', 'cancelled', 'skipped'))
order by o.changed_at;
comment on view whatsapp.orders_waiting is
  'Orders that need a person: unmapped, late, failed, or asking by a question that could not be delivered.';

do $$
declare
  table_name text;
begin
  foreach table_name in array array['conversations', 'orders']
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
revoke all on whatsapp.orders_waiting from public;
grant select on whatsapp.orders_waiting to whatsapp_pipeline;

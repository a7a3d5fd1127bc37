-- What the commands need: dead letters chosen and taken by hand, a letter closed by its key, and the
-- applied migrations, which the pipeline's role cannot read by itself.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- Closes a dead letter whose replay came to a good end. A letter that names no message, because its
-- delivery could not be read or does not concern us, is not closed by the message's own end.
create or replace function whatsapp.close_dead_letter(the_installation text, the_key text)
returns void
language sql
as $$
  update whatsapp.dead_letters as d set state = 'closed', next_replay_at = null
  where d.installation = the_installation and d.key = the_key and d.state = 'open';
$$;

-- Returns the dead letters that an operator's selection means; an absent key selects nothing away.
create or replace function whatsapp.selected_dead_letters(the_installation text, selection jsonb)
returns setof whatsapp.dead_letters
language sql
stable
as $$
  select d.* from whatsapp.dead_letters as d
  where d.installation = the_installation
    and d.state = coalesce(selection ->> 'state', d.state)
    and d.key = coalesce(selection ->> 'key', d.key)
    and d.reason = coalesce(selection ->> 'reason', d.reason)
    -- The webhook noted the ids beside the delivery, also of one that could not be read.
    and (selection ->> 'account_id' is null
      or coalesce(d.account_id, d.attributes ->> 'account_id') = selection ->> 'account_id')
    and (selection ->> 'message_id' is null
      or coalesce(d.message_id, d.attributes ->> 'message_id') = selection ->> 'message_id')
    and (selection ->> 'older_than_seconds' is null
      or d.first_seen_at <= now() - make_interval(secs => (selection ->> 'older_than_seconds')::float))
    and (selection ->> 'newer_than_seconds' is null
      or d.first_seen_at > now() - make_interval(secs => (selection ->> 'newer_than_seconds')::float));
$$;

-- Describes a dead letter without what is in it.
create or replace function whatsapp.dead_letter_summary(letter whatsapp.dead_letters)
returns jsonb
language sql
stable
as $$
  select jsonb_build_object(
    'key', letter.key, 'reason', letter.reason, 'state', letter.state,
    'account_id', coalesce(letter.account_id, letter.attributes ->> 'account_id'),
    'message_id', coalesce(letter.message_id, letter.attributes ->> 'message_id'),
    'source', letter.attributes ->> 'source', 'byte_count', octet_length(letter.payload),
    'delivery_attempt', letter.delivery_attempt, 'replays', letter.replays,
    'times_seen', letter.times_seen, 'first_seen_at', letter.first_seen_at,
    'last_seen_at', letter.last_seen_at, 'next_replay_at', letter.next_replay_at
  );
$$;

-- Takes selected open dead letters for a replay by hand, whether due or not, in the order of their
-- age and key and beyond the last one of the batch before. The sweep leaves them alone for a while.
create or replace function whatsapp.take_selected_dead_letters(
  the_installation text, selection jsonb, after jsonb, batch integer
)
returns jsonb
language sql
as $$
  with wanted as (
    select s.installation, s.key from whatsapp.selected_dead_letters(the_installation, selection) as s
    where s.state = 'open' and (
      after is null
      or (s.first_seen_at, s.key) > ((after ->> 'first_seen_at')::timestamptz, after ->> 'key')
    )
    order by s.first_seen_at, s.key
    limit batch
  ),
  taken as (
    update whatsapp.dead_letters as d set
      replays = d.replays + 1,
      next_replay_at = clock_timestamp() + interval '5 minutes' * power(2, least(d.replays, 8))
    from wanted as w
    where d.installation = w.installation and d.key = w.key and d.state = 'open'
    returning d.key, d.payload, d.attributes, d.first_seen_at
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'key', t.key, 'payload', encode(t.payload, 'base64'), 'attributes', t.attributes,
    'first_seen_at', t.first_seen_at
  ) order by t.first_seen_at, t.key), '[]') from taken as t;
$$;

-- Returns the versions of the applied migrations; with its owner's rights, since their table is not
-- the pipeline's.
create or replace function whatsapp.applied_migrations()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(h.version order by h.version), '[]')
    from supabase_migrations.schema_migrations as h
  );
end
$$;

revoke all on function whatsapp.close_dead_letter(text, text),
  whatsapp.selected_dead_letters(text, jsonb),
  whatsapp.dead_letter_summary(whatsapp.dead_letters),
  whatsapp.take_selected_dead_letters(text, jsonb, jsonb, integer),
  whatsapp.applied_migrations() from public;
grant execute on function whatsapp.close_dead_letter(text, text),
  whatsapp.selected_dead_letters(text, jsonb),
  whatsapp.dead_letter_summary(whatsapp.dead_letters),
  whatsapp.take_selected_dead_letters(text, jsonb, jsonb, integer),
  whatsapp.applied_migrations() to whatsapp_pipeline;

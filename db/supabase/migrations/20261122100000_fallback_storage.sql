-- What Cloud Storage would not take: the state that each object is to have there, until it has it.
--
-- SQLSTATE WA002: the fallback is full; nothing was written.

set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table if not exists whatsapp.fallback_objects (
  bucket_name text not null,
  object_name text not null,
  generation bigint not null default 1 check (generation > 0),
  mode text not null check (mode in ('create', 'replace', 'absent')),
  upload_id text unique,
  content_type text,
  metadata jsonb,
  byte_count bigint not null default 0 check (byte_count >= 0),
  crc32c text,
  mover text,
  moving_until timestamptz,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  last_error text,
  created_at timestamptz not null default clock_timestamp(),
  primary key (bucket_name, object_name),
  check ((mode = 'absent') = (upload_id is null))
);
comment on table whatsapp.fallback_objects is
  'Objects that Cloud Storage does not have yet as they are meant to be; maintenance brings them there.';
comment on column whatsapp.fallback_objects.mode is
  'create: once, the first writer wins; replace: whatever is there; absent: nothing may be there.';
comment on column whatsapp.fallback_objects.generation is
  'Grows with every change, so that a mover who brought an older state does not settle the newer one.';
comment on column whatsapp.fallback_objects.metadata is
  'Identity of a message''s object; null for media, which are known by their checksum.';
comment on column whatsapp.fallback_objects.crc32c is 'Base64, as Cloud Storage writes it.';
comment on column whatsapp.fallback_objects.mover is
  'Who is bringing it there until moving_until; a change of the row does not end that.';
create index if not exists fallback_objects_due_idx
  on whatsapp.fallback_objects (next_attempt_at, attempts);
create index if not exists fallback_objects_mover_idx
  on whatsapp.fallback_objects (mover) where mover is not null;

create table if not exists whatsapp.fallback_chunks (
  upload_id text not null,
  number integer not null check (number >= 0),
  data bytea not null check (octet_length(data) <= 1048576),
  created_at timestamptz not null default clock_timestamp(),
  primary key (upload_id, number)
);
comment on table whatsapp.fallback_chunks is
  'Bytes of fallback objects; written before the row that refers to them, which makes them visible.';
-- Recordings and pictures do not get smaller, and the database need not try.
alter table whatsapp.fallback_chunks alter column data set storage external;
create index if not exists fallback_chunks_created_at_idx on whatsapp.fallback_chunks (created_at);

create table if not exists whatsapp.fallback_usage (
  is_only boolean primary key default true check (is_only),
  byte_count bigint not null default 0 check (byte_count >= 0)
);
comment on table whatsapp.fallback_usage is
  'One row: the bytes of all chunks. It grows and shrinks in the statements that add and remove them.';
insert into whatsapp.fallback_usage (byte_count)
select coalesce(sum(octet_length(c.data)), 0) from whatsapp.fallback_chunks as c
on conflict do nothing;

-- Adds a piece of an upload, once however often it is sent. The row of the usage is locked last
-- here and everywhere, so that no two statements wait for each other.
create or replace function whatsapp.add_fallback_chunk(
  the_upload text, the_number integer, data bytea, max_bytes bigint
)
returns integer
language plpgsql
as $$
begin
  insert into whatsapp.fallback_chunks (upload_id, number, data)
  values (the_upload, the_number, add_fallback_chunk.data)
  on conflict do nothing;
  if found then
    update whatsapp.fallback_usage as u set byte_count = u.byte_count + octet_length(data)
    where u.byte_count + octet_length(data) <= max_bytes;
    if not found then
      raise exception 'the fallback is full' using errcode = 'WA002';
    end if;
  end if;
  return the_number;
end
$$;

-- Refuses what is larger than the space that is left, before any of it is sent. Nothing is set aside:
-- each piece is counted when it comes.
create or replace function whatsapp.require_fallback_room(byte_count bigint, max_bytes bigint)
returns void
language plpgsql
as $$
begin
  if exists (
    select from whatsapp.fallback_usage as u
    where u.byte_count + require_fallback_room.byte_count > max_bytes
  ) then
    raise exception 'the fallback is full' using errcode = 'WA002';
  end if;
end
$$;

create or replace function whatsapp.drop_fallback_upload(the_upload text)
returns void
language sql
as $$
  with gone as (
    delete from whatsapp.fallback_chunks as c where c.upload_id = the_upload
    returning octet_length(c.data) as byte_count
  )
  update whatsapp.fallback_usage as u
  set byte_count = u.byte_count - (select sum(g.byte_count) from gone as g)
  where exists (select from gone);
$$;

-- Checks that every byte of an upload is there. What is older than half an hour does not count: the
-- sweep removes what belongs to no object after an hour, and the two must never meet.
create or replace function whatsapp.check_fallback_upload(object jsonb)
returns void
language plpgsql
as $$
begin
  if (object ->> 'byte_count')::bigint is distinct from (
    select coalesce(sum(octet_length(c.data)), 0) from whatsapp.fallback_chunks as c
    where c.upload_id = object ->> 'upload_id'
      and c.created_at > clock_timestamp() - interval '30 minutes'
  ) then
    raise exception 'the upload is not complete';
  end if;
end
$$;

-- Keeps an object that is to be created. Repeatable with the same upload. Says kept where it, or
-- the same one of an earlier attempt, is there now; conflict where another one is; absent where the
-- object has been removed since.
create or replace function whatsapp.keep_fallback_object(object jsonb, data bytea, max_bytes bigint)
returns text
language plpgsql
as $$
declare
  the_upload constant text := object ->> 'upload_id';
  kept whatsapp.fallback_objects;
begin
  loop
    insert into whatsapp.fallback_objects
      (bucket_name, object_name, mode, upload_id, content_type, metadata, byte_count, crc32c)
    values
      (object ->> 'bucket', object ->> 'name', 'create', the_upload, object ->> 'content_type',
       nullif(object -> 'metadata', 'null'), (object ->> 'byte_count')::bigint,
       object ->> 'crc32c')
    on conflict (bucket_name, object_name) do nothing;
    if found then
      if data is not null then
        perform whatsapp.add_fallback_chunk(the_upload, 0, data, max_bytes);
      end if;
      perform whatsapp.check_fallback_upload(object);
      return 'kept';
    end if;
    select * into kept from whatsapp.fallback_objects as o
    where o.bucket_name = object ->> 'bucket' and o.object_name = object ->> 'name'
    for update;
    -- Else it was moved in between, and the name is free again.
    exit when found;
  end loop;
  if kept.upload_id = the_upload then
    return 'kept';
  end if;
  perform whatsapp.drop_fallback_upload(the_upload);
  if kept.mode = 'absent' then
    return 'absent';
  end if;
  if jsonb_typeof(object -> 'metadata') = 'object' then
    return case when not exists (
      select from jsonb_array_elements_text(object -> 'identity') as i (key)
      where object -> 'metadata' ->> i.key is distinct from kept.metadata ->> i.key
    ) then 'kept' else 'conflict' end;
  end if;
  return case when kept.crc32c = object ->> 'crc32c' then 'kept' else 'conflict' end;
end
$$;

-- Gives an object its next state, content or absence. The row stays where it is, also with a state
-- that the store already has: a mover may be uploading the state before at this very moment, and
-- has to find out afterwards. For the same reason the mover keeps it until that is over.
-- Returns whether the object is in the fallback now.
create or replace function whatsapp.set_fallback_object(
  object jsonb, data bytea, max_bytes bigint, only_where_kept boolean
)
returns boolean
language plpgsql
as $$
declare
  the_upload constant text := object ->> 'upload_id';
  kept whatsapp.fallback_objects;
begin
  loop
    select * into kept from whatsapp.fallback_objects as o
    where o.bucket_name = object ->> 'bucket' and o.object_name = object ->> 'name'
    for update;
    if found then
      if kept.upload_id = the_upload then
        return true;
      end if;
      update whatsapp.fallback_objects as o set
        generation = o.generation + 1,
        mode = object ->> 'mode',
        upload_id = the_upload,
        content_type = object ->> 'content_type',
        metadata = nullif(object -> 'metadata', 'null'),
        byte_count = (object ->> 'byte_count')::bigint,
        crc32c = object ->> 'crc32c',
        attempts = 0,
        next_attempt_at = clock_timestamp(),
        last_error = null
      where o.bucket_name = kept.bucket_name and o.object_name = kept.object_name;
      perform whatsapp.drop_fallback_upload(kept.upload_id);
      exit;
    end if;
    if only_where_kept then
      perform whatsapp.drop_fallback_upload(the_upload);
      return false;
    end if;
    insert into whatsapp.fallback_objects
      (bucket_name, object_name, mode, upload_id, content_type, metadata, byte_count, crc32c)
    values
      (object ->> 'bucket', object ->> 'name', object ->> 'mode', the_upload,
       object ->> 'content_type', nullif(object -> 'metadata', 'null'),
       (object ->> 'byte_count')::bigint, object ->> 'crc32c')
    on conflict (bucket_name, object_name) do nothing;
    exit when found;
  end loop;
  if data is not null then
    perform whatsapp.add_fallback_chunk(the_upload, 0, data, max_bytes);
  end if;
  if the_upload is not null then
    perform whatsapp.check_fallback_upload(object);
  end if;
  return true;
end
$$;

create or replace function whatsapp.fallback_object_document(o whatsapp.fallback_objects)
returns jsonb
language sql
immutable
as $$
  select jsonb_build_object(
    'bucket', o.bucket_name, 'name', o.object_name, 'generation', o.generation, 'mode', o.mode,
    'upload_id', o.upload_id, 'content_type', o.content_type, 'metadata', o.metadata,
    'byte_count', o.byte_count, 'crc32c', o.crc32c, 'attempts', o.attempts, 'mover', o.mover
  );
$$;

create or replace function whatsapp.find_fallback_object(the_bucket text, the_name text)
returns jsonb
language sql
stable
as $$
  select whatsapp.fallback_object_document(o) from whatsapp.fallback_objects as o
  where o.bucket_name = the_bucket and o.object_name = the_name;
$$;

create or replace function whatsapp.read_fallback_chunk(the_upload text, the_number integer)
returns bytea
language sql
stable
as $$
  select c.data from whatsapp.fallback_chunks as c
  where c.upload_id = the_upload and c.number = the_number;
$$;

-- Takes one object that is due and whose bucket is ready; another mover gets another one.
-- Repeatable with the same token. Two questions, so that each has its index and no backlog is sorted;
-- now(), as an index is not asked for what may change from row to row; and neither join nor sort, which
-- the planner takes for cheap until somebody has analyzed a backlog that grew at once.
create or replace function whatsapp.take_fallback_object(the_mover text, lease_seconds integer)
returns jsonb
language plpgsql
set enable_sort = off
as $$
declare
  due whatsapp.fallback_objects;
begin
  select * into due from whatsapp.fallback_objects as o where o.mover = the_mover for update;
  if not found then
    select o.* into due from whatsapp.fallback_objects as o
    where o.next_attempt_at <= now() and (o.moving_until is null or o.moving_until <= now())
      and (
        select b.state from whatsapp.buckets as b where b.bucket_name = o.bucket_name
      ) = 'ready'
    order by o.next_attempt_at, o.attempts
    limit 1
    for update of o skip locked;
  end if;
  update whatsapp.fallback_objects as o set
    mover = the_mover,
    moving_until = clock_timestamp() + make_interval(secs => lease_seconds),
    attempts = o.attempts + 1
  where o.bucket_name = due.bucket_name and o.object_name = due.object_name
  returning o.* into due;
  return case when found then whatsapp.fallback_object_document(due) end;
end
$$;

-- Removes what the store has now, if it is still what the mover took; else it is due again at once.
create or replace function whatsapp.settle_fallback_object(
  the_bucket text, the_name text, the_mover text, the_generation bigint
)
returns boolean
language plpgsql
as $$
declare
  kept whatsapp.fallback_objects;
begin
  select * into kept from whatsapp.fallback_objects as o
  where o.bucket_name = the_bucket and o.object_name = the_name and o.mover = the_mover
  for update;
  if not found then
    -- Settled by this very statement before, or another mover's by now.
    return true;
  end if;
  if kept.generation = the_generation then
    delete from whatsapp.fallback_objects as o
    where o.bucket_name = the_bucket and o.object_name = the_name;
    perform whatsapp.drop_fallback_upload(kept.upload_id);
    return true;
  end if;
  update whatsapp.fallback_objects as o
  set mover = null, moving_until = null, next_attempt_at = clock_timestamp()
  where o.bucket_name = the_bucket and o.object_name = the_name;
  return false;
end
$$;

-- Gives back what could not be brought to the store; due again after a while, or at once where it
-- has changed meanwhile. What arrived damaged is written over at the next attempt.
create or replace function whatsapp.defer_fallback_object(
  the_bucket text, the_name text, the_mover text, the_generation bigint, reason text,
  wait_seconds double precision, has_to_replace boolean
)
returns void
language sql
as $$
  update whatsapp.fallback_objects as o set
    mover = null,
    moving_until = null,
    next_attempt_at = clock_timestamp() + case when o.generation = the_generation
      then make_interval(secs => wait_seconds) else interval '0' end,
    last_error = case when o.generation = the_generation then reason else o.last_error end,
    mode = case when o.generation = the_generation and o.mode = 'create' and has_to_replace
      then 'replace' else o.mode end
  where o.bucket_name = the_bucket and o.object_name = the_name and o.mover = the_mover;
$$;

-- Puts off all that waits for a bucket, but for what a mover holds. Repeatable. All get the same time,
-- and those that failed least go first then.
create or replace function whatsapp.rest_fallback_bucket(the_bucket text, seconds double precision)
returns void
language sql
as $$
  update whatsapp.fallback_objects as o
  set next_attempt_at = now() + make_interval(secs => seconds)
  where (o.bucket_name, o.object_name) in (
    select w.bucket_name, w.object_name from whatsapp.fallback_objects as w
    where w.bucket_name = the_bucket
      and w.next_attempt_at < now() + make_interval(secs => seconds)
      and (w.moving_until is null or w.moving_until <= now())
    for update skip locked
  );
$$;

-- Removes pieces of uploads that never became an object, and says how many.
create or replace function whatsapp.drop_lost_fallback_chunks(batch integer)
returns integer
language sql
as $$
  with gone as (
    delete from whatsapp.fallback_chunks as c
    where (c.upload_id, c.number) in (
      select l.upload_id, l.number from whatsapp.fallback_chunks as l
      where l.created_at < clock_timestamp() - interval '1 hour'
        and not exists (
          select from whatsapp.fallback_objects as o where o.upload_id = l.upload_id
        )
      limit batch
      for update skip locked
    )
    returning octet_length(c.data) as byte_count
  ),
  given_back as (
    update whatsapp.fallback_usage as u
    set byte_count = u.byte_count - (select sum(g.byte_count) from gone as g)
    where exists (select from gone)
  )
  select count(*)::integer from gone;
$$;

create or replace function whatsapp.count_fallback_objects()
returns bigint
language sql
stable
as $$
  select count(*) from whatsapp.fallback_objects;
$$;

-- Returns the buckets that are to be created, oldest first, and those of strangers that objects are
-- still waiting for.
create or replace function whatsapp.list_unready_buckets(batch integer)
returns jsonb
language sql
stable
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'owner_id', w.owner_id, 'generation', w.generation, 'name', w.bucket_name, 'state', w.state
  ) order by w.created_at, w.bucket_name), '[]')
  from (
    select * from whatsapp.buckets as b
    where b.state = 'creating' or (b.state = 'foreign' and exists (
      select from whatsapp.fallback_objects as o where o.bucket_name = b.bucket_name
    ))
    order by b.created_at, b.bucket_name
    limit batch
  ) as w;
$$;

-- A bucket that was believed ready is gone.
create or replace function whatsapp.reopen_bucket(the_bucket text)
returns void
language sql
as $$
  update whatsapp.buckets as b set state = 'creating'
  where b.bucket_name = the_bucket and b.state = 'ready';
$$;

-- Turns everything that points to a stranger's bucket to the owner's next one, in one transaction,
-- and returns the one that holds: another worker may have registered one first.
create or replace function whatsapp.repoint_bucket(foreign_bucket jsonb, next_bucket jsonb)
returns jsonb
language plpgsql
as $$
declare
  the_owner constant text := foreign_bucket ->> 'owner_id';
  old_name constant text := foreign_bucket ->> 'name';
  old_path constant text := 'gs://' || old_name || '/';
  chosen whatsapp.buckets;
  upload text;
begin
  insert into whatsapp.buckets (owner_id, generation, bucket_name, state)
  values (the_owner, (next_bucket ->> 'generation')::int, next_bucket ->> 'name', 'creating')
  on conflict (owner_id, generation) do nothing;
  update whatsapp.buckets as b set state = 'foreign'
  where b.bucket_name = old_name and b.state in ('creating', 'ready');
  select * into strict chosen from whatsapp.buckets as b
  where b.owner_id = the_owner and b.bucket_name <> old_name
  order by b.state in ('creating', 'ready') desc, b.generation desc limit 1;

  update whatsapp.messages as m
  set bucket_name = chosen.bucket_name, bucket_generation = chosen.generation
  where m.owner_id = the_owner and m.bucket_name = old_name;
  update public.meeting_notes as n
  set gcs_storage_path =
    'gs://' || chosen.bucket_name || '/' || substr(n.gcs_storage_path, length(old_path) + 1)
  from whatsapp.messages as m
  where m.owner_id = the_owner and n.id = m.note_id
    and starts_with(n.gcs_storage_path, old_path);

  -- A later attempt may have brought the same object to the new name already: it knows more.
  for upload in
    delete from whatsapp.fallback_objects as o
    using whatsapp.fallback_objects as newer
    where o.bucket_name = old_name and newer.bucket_name = chosen.bucket_name
      and newer.object_name = o.object_name
    returning o.upload_id
  loop
    perform whatsapp.drop_fallback_upload(upload);
  end loop;
  update whatsapp.fallback_objects as o
  set bucket_name = chosen.bucket_name, attempts = 0, next_attempt_at = clock_timestamp()
  where o.bucket_name = old_name;
  return jsonb_build_object(
    'owner_id', chosen.owner_id, 'generation', chosen.generation,
    'name', chosen.bucket_name, 'state', chosen.state
  );
end
$$;

do $$
declare
  table_name text;
  signature text;
begin
  foreach table_name in array array['fallback_objects', 'fallback_chunks', 'fallback_usage']
  loop
    execute format('alter table whatsapp.%I enable row level security', table_name);
    execute format('revoke all on whatsapp.%I from public', table_name);
    execute format(
      'grant select, insert, update, delete on whatsapp.%I to whatsapp_pipeline', table_name
    );
    execute format('drop policy if exists pipeline on whatsapp.%I', table_name);
    execute format(
      'create policy pipeline on whatsapp.%I to whatsapp_pipeline using (true) with check (true)',
      table_name
    );
  end loop;
  foreach signature in array array[
    'add_fallback_chunk(text, integer, bytea, bigint)',
    'require_fallback_room(bigint, bigint)',
    'drop_fallback_upload(text)',
    'check_fallback_upload(jsonb)',
    'keep_fallback_object(jsonb, bytea, bigint)',
    'set_fallback_object(jsonb, bytea, bigint, boolean)',
    'fallback_object_document(whatsapp.fallback_objects)',
    'find_fallback_object(text, text)',
    'read_fallback_chunk(text, integer)',
    'take_fallback_object(text, integer)',
    'settle_fallback_object(text, text, text, bigint)',
    'defer_fallback_object(text, text, text, bigint, text, double precision, boolean)',
    'rest_fallback_bucket(text, double precision)',
    'drop_lost_fallback_chunks(integer)',
    'count_fallback_objects()',
    'list_unready_buckets(integer)',
    'reopen_bucket(text)',
    'repoint_bucket(jsonb, jsonb)'
  ]
  loop
    execute format('revoke all on function whatsapp.%s from public', signature);
    execute format('grant execute on function whatsapp.%s to whatsapp_pipeline', signature);
  end loop;
end
$$;

-- What Cloud Storage would not take; each is one round trip and one transaction.

-- name: add_fallback_chunk
-- Adds a piece of an upload, once.
select whatsapp.add_fallback_chunk(%(upload_id)s, %(number)s, %(data)s, %(max_bytes)s)

-- name: require_fallback_room
-- Refuses an upload that is larger than the space that is left.
select whatsapp.require_fallback_room(%(byte_count)s, %(max_bytes)s)

-- name: drop_fallback_upload
-- Removes an upload that did not come to its end.
select whatsapp.drop_fallback_upload(%(upload_id)s)

-- name: keep_fallback_object
-- Makes an upload an object that is to be created, unless one is there.
select whatsapp.keep_fallback_object(%(object)s::jsonb, %(data)s, %(max_bytes)s)

-- name: set_fallback_object
-- Gives an object its next state: an upload, or absence.
select whatsapp.set_fallback_object(
  %(object)s::jsonb, %(data)s, %(max_bytes)s, %(only_where_kept)s
)

-- name: find_fallback_object
-- Returns what is kept of an object.
select whatsapp.find_fallback_object(%(bucket)s, %(name)s)

-- name: read_fallback_chunk
-- Returns a piece of an object.
select whatsapp.read_fallback_chunk(%(upload_id)s, %(number)s)

-- name: take_fallback_object
-- Takes an object that is due.
select whatsapp.take_fallback_object(%(mover)s, %(lease_seconds)s)

-- name: settle_fallback_object
-- Removes what the store has.
select whatsapp.settle_fallback_object(%(bucket)s, %(name)s, %(mover)s, %(generation)s)

-- name: defer_fallback_object
-- Gives an object back until later.
select whatsapp.defer_fallback_object(
  %(bucket)s, %(name)s, %(mover)s, %(generation)s, %(reason)s, %(wait_seconds)s,
  %(has_to_replace)s
)

-- name: rest_fallback_bucket
-- Puts off what waits for a bucket.
select whatsapp.rest_fallback_bucket(%(bucket)s, %(seconds)s)

-- name: drop_lost_fallback_chunks
-- Removes pieces that no object refers to.
select whatsapp.drop_lost_fallback_chunks(%(batch)s)

-- name: count_fallback_objects
-- Counts what is here.
select whatsapp.count_fallback_objects()

-- name: list_unready_buckets
-- Returns buckets that are to be created or left.
select whatsapp.list_unready_buckets(%(batch)s)

-- name: reopen_bucket
-- Records that a bucket is gone.
select whatsapp.reopen_bucket(%(bucket)s)

-- name: repoint_bucket
-- Turns all that points to a stranger's bucket to another one.
select whatsapp.repoint_bucket(%(foreign)s::jsonb, %(following)s::jsonb)

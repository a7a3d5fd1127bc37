-- What the doctor asks; each is one round trip and changes nothing.

-- name: facts
-- Says who we are here and how many connections there may be.
select jsonb_build_object(
  'role', current_user,
  'is_superuser', r.rolsuper,
  'bypasses_row_security', r.rolbypassrls,
  'is_pipeline_member', coalesce((
    select pg_has_role(r.oid, p.oid, 'usage') from pg_roles as p
    where p.rolname = 'whatsapp_pipeline'
  ), false),
  'max_connections', current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int,
  'server_port', inet_server_port()
)
from pg_roles as r where r.rolname = current_user

-- name: can_tell_migrations
-- Says whether the function that tells the applied migrations is there.
select to_regprocedure('whatsapp.applied_migrations()') is not null

-- name: applied_migrations
-- Returns the applied versions.
select whatsapp.applied_migrations()

-- name: owner_key_canary
-- Returns the canary without setting it.
select s.value from whatsapp.sync_state as s where s.name = 'owner_key_canary'

-- Everything that is defined in public and whatsapp, one row each, so that two schemas compare.

-- name: columns
-- Without their order: a table that met us later has the same columns in another.
select 'column', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
  a.attnotnull::text, coalesce(pg_get_expr(d.adbin, d.adrelid), '')
from pg_attribute a join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where n.nspname in ('public', 'whatsapp') and c.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped

-- name: constraints
select 'constraint', n.nspname, c.relname, o.conname, pg_get_constraintdef(o.oid)
from pg_constraint o join pg_class c on c.oid = o.conrelid
  join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('public', 'whatsapp')

-- name: indexes
select 'index', pg_get_indexdef(i.indexrelid)
from pg_index i join pg_class c on c.oid = i.indrelid
  join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('public', 'whatsapp')

-- name: policies
select 'policy', schemaname, tablename, policyname, permissive, roles::text, cmd,
  coalesce(qual, ''), coalesce(with_check, '')
from pg_policies where schemaname in ('public', 'whatsapp')

-- name: relations
select 'relation', n.nspname, c.relname, c.relkind::text, c.relrowsecurity::text,
  coalesce(c.reloptions::text, ''), coalesce(obj_description(c.oid, 'pg_class'), ''),
  case when c.relkind = 'v' then pg_get_viewdef(c.oid) else '' end
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'whatsapp') and c.relkind in ('r', 'v')

-- name: functions
select 'function', n.nspname, pg_get_functiondef(p.oid)
from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('public', 'whatsapp')

-- name: grants
select 'grant', n.nspname, c.relname, coalesce(r.rolname, 'public'), g.privilege_type
from pg_class c join pg_namespace n on n.oid = c.relnamespace,
  aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g
  left join pg_roles r on r.oid = g.grantee
where n.nspname in ('public', 'whatsapp') and c.relkind in ('r', 'v')

-- name: column_grants
select 'column grant', n.nspname, c.relname, a.attname, r.rolname, g.privilege_type
from pg_attribute a join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace,
  aclexplode(a.attacl) g join pg_roles r on r.oid = g.grantee where n.nspname in ('public', 'whatsapp')

-- name: function_grants
select 'function grant', n.nspname, p.proname, coalesce(r.rolname, 'public'), g.privilege_type
from pg_proc p join pg_namespace n on n.oid = p.pronamespace,
  aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
  left join pg_roles r on r.oid = g.grantee where n.nspname in ('public', 'whatsapp')

-- name: schema_grants
select 'schema grant', n.nspname, coalesce(r.rolname, 'public'), g.privilege_type
from pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) g
  left join pg_roles r on r.oid = g.grantee where n.nspname in ('public', 'whatsapp')

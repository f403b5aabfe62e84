/**
 * A table as the catalog shows it: the raw material of introspection and of the fingerprint. Read from pg_catalog by oid, so that neither
 * the search path nor a lack of rights on the table hides it.
 */
import { createHash } from 'node:crypto';
import { WaybillError } from '../contracts/errors.ts';
import type { Queryable } from './connection.ts';
import type { TableName } from './quote-identifier.ts';

export interface ColumnShape {
  readonly name: string;
  /** Name of the base type in pg_type, e.g. `int4`; `_text` for text[]. Domains are resolved. */
  readonly typeName: string;
  /** As DDL takes it anywhere: user-defined types carry their schema. */
  readonly pgType: string;
  readonly typeKind: string;
  readonly builtIn: boolean;
  /** Modifier of the type as in pg_attribute.atttypmod; -1 for none. */
  readonly typmod: number;
  /** `schema.name` of the domain; null when the column has none. */
  readonly domain: string | null;
  /** Checks of its domains, over VALUE. */
  readonly domainChecks: readonly string[];
  readonly enumValues: readonly string[] | null;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** '' no, 'a' always, 'd' by default. */
  readonly identity: string;
  /** '' no, else generated. */
  readonly generated: string;
  readonly usesSequence: boolean;
  readonly comment: string | null;
}

export interface UniqueKeyShape {
  readonly name: string;
  readonly primary: boolean;
  readonly columns: readonly string[];
}

export interface TableShape {
  readonly oid: number;
  readonly comment: string | null;
  readonly owner: string;
  readonly columns: readonly ColumnShape[];
  /** Unique over plain columns that are never null, whole table, checked at once: what can tell a record from others. */
  readonly uniqueKeys: readonly UniqueKeyShape[];
  /** Expressions of the checks that are enforced. */
  readonly checks: readonly string[];
  readonly fingerprint: string;
}

interface Found { readonly oid: number; readonly kind: string; readonly comment: string | null; readonly owner: string }

const columnsSql = `
with recursive chain as (
  select a.attnum, a.atttypid as typid, a.atttypmod as typmod, false as not_null, false as has_default, array[]::oid[] as domains
  from pg_attribute a where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
  union all
  select c.attnum, t.typbasetype, t.typtypmod, c.not_null or t.typnotnull, c.has_default or t.typdefault is not null, c.domains || t.oid
  from chain c join pg_type t on t.oid = c.typid and t.typtype = 'd'
), base as (
  select distinct on (attnum) * from chain order by attnum, cardinality(domains) desc
)
select a.attname::text as name, t.typname::text as "typeName", t.typtype::text as "typeKind", n.nspname = 'pg_catalog' as "builtIn", b.typmod,
  case when n.nspname <> 'pg_catalog' and pg_type_is_visible(e.oid) then quote_ident(n.nspname) || '.' else '' end || format_type(b.typid, b.typmod) as "pgType",
  (select quote_ident(dn.nspname) || '.' || quote_ident(d.typname) from pg_type d join pg_namespace dn on dn.oid = d.typnamespace where d.oid = b.domains[1]) as domain,
  coalesce((select json_agg(pg_get_expr(k.conbin, 0, true) order by k.oid) from pg_constraint k where k.contypid = any(b.domains) and k.contype = 'c'), '[]') as "domainChecks",
  (select json_agg(l.enumlabel order by l.enumsortorder) from pg_enum l where l.enumtypid = b.typid) as "enumValues",
  a.attnotnull or b.not_null as "notNull", a.atthasdef or b.has_default or a.attidentity <> '' as "hasDefault",
  a.attidentity::text as identity, a.attgenerated::text as generated,
  a.attidentity <> '' or coalesce(pg_get_expr(f.adbin, f.adrelid) like 'nextval(%', false) as "usesSequence",
  col_description(a.attrelid, a.attnum) as comment
from base b
join pg_attribute a on a.attrelid = $1 and a.attnum = b.attnum
join pg_type t on t.oid = b.typid
join pg_type e on e.oid = case when t.typelem <> 0 and t.typcategory = 'A' then t.typelem else t.oid end
join pg_namespace n on n.oid = e.typnamespace
left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
order by a.attnum`;

const uniqueKeysSql = `
select ic.relname::text as name, i.indisprimary as primary, json_agg(a.attname order by k.ord) as columns
from pg_index i join pg_class ic on ic.oid = i.indexrelid
cross join lateral unnest(i.indkey::smallint[]) with ordinality k(num, ord)
join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num
where i.indrelid = $1 and i.indisunique and i.indisvalid and i.indimmediate and i.indexprs is null and i.indpred is null and k.ord <= i.indnkeyatts
group by ic.relname, i.indisprimary having bool_and(a.attnotnull) order by i.indisprimary desc, count(*), ic.relname`;

// PostgreSQL 18 has NOT ENFORCED; the column is not there before, hence to_jsonb.
const checksSql = `
select pg_get_expr(c.conbin, c.conrelid, true) as expression from pg_constraint c
where c.conrelid = $1 and c.contype = 'c' and coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true) order by c.conname`;

/**
 * What decides whether a row that fits today fits tomorrow: columns, constraints, unique indexes, triggers, row security. Not: comments,
 * other indexes, the text of defaults, rights; and not the `not null` constraints that 18 lists and 15 does not.
 */
const shapeSql = `
select json_build_object(
  'columns', (select json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef, a.attidentity, a.attgenerated,
      case when a.attgenerated <> '' then pg_get_expr(f.adbin, f.adrelid) end, case when a.attcollation <> 0 then (select collname from pg_collation where oid = a.attcollation) end)
      order by a.attnum)
    from pg_attribute a left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
    where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped),
  'constraints', (select json_agg(json_build_array(conname, pg_get_constraintdef(oid)) order by conname) from pg_constraint where conrelid = $1 and contype not in ('n', 't')),
  'domains', (select json_agg(json_build_array(t.typname, k.conname, pg_get_constraintdef(k.oid)) order by t.typname, k.conname)
    from pg_attribute a join pg_type t on t.oid = a.atttypid and t.typtype = 'd' join pg_constraint k on k.contypid = t.oid
    where a.attrelid = $1 and not a.attisdropped and k.contype = 'c'),
  'enums', (select json_agg(json_build_array(t.typname, l.enumlabel) order by t.typname, l.enumsortorder)
    from (select distinct atttypid from pg_attribute where attrelid = $1 and attnum > 0 and not attisdropped) a
    join pg_type t on t.oid = a.atttypid join pg_enum l on l.enumtypid = t.oid),
  'unique', (select json_agg(pg_get_indexdef(indexrelid) order by pg_get_indexdef(indexrelid)) from pg_index where indrelid = $1 and indisunique and indisvalid),
  'triggers', (select json_agg(json_build_array(pg_get_triggerdef(oid), tgenabled) order by tgname) from pg_trigger where tgrelid = $1 and not tgisinternal),
  'rowSecurity', (select relrowsecurity from pg_class where oid = $1)
)::text as shape`;

const findTable = async (db: Queryable, { schema, name }: TableName): Promise<Found> => {
  const { rows: [found] } = await db.query<Found>(`
    select c.oid, c.relkind::text as kind, obj_description(c.oid, 'pg_class') as comment, pg_get_userbyid(c.relowner)::text as owner
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2`, [schema, name]);
  if (found === undefined) throw new WaybillError('TABLE_UNKNOWN', `There is no table ${schema}.${name}.`, { table: `${schema}.${name}` });
  if (!['r', 'p'].includes(found.kind)) throw new WaybillError('DATASET_INVALID', `${schema}.${name} is not a table.`, { table: `${schema}.${name}` });
  return found;
};

export const tableExists = async (db: Queryable, { schema, name }: TableName): Promise<boolean> => {
  const { rowCount } = await db.query('select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2', [schema, name]);
  return rowCount !== 0;
};

const fingerprintOf = async (db: Queryable, oid: number): Promise<string> => {
  const { rows } = await db.query<{ shape: string }>(shapeSql, [oid]);
  return createHash('sha256').update(rows[0]?.shape ?? '').digest('hex');
};

/** Only the fingerprint: what plan and commit compare. */
export const tableFingerprint = async (db: Queryable, table: TableName): Promise<string> => fingerprintOf(db, (await findTable(db, table)).oid);

export const readTableShape = async (db: Queryable, table: TableName): Promise<TableShape> => {
  const { oid, comment, owner } = await findTable(db, table);
  const columns = await db.query<ColumnShape>(columnsSql, [oid]);
  const uniqueKeys = await db.query<UniqueKeyShape>(uniqueKeysSql, [oid]);
  const checks = await db.query<{ expression: string }>(checksSql, [oid]);
  return {
    oid, comment, owner, columns: columns.rows, uniqueKeys: uniqueKeys.rows, checks: checks.rows.map((row) => row.expression),
    fingerprint: await fingerprintOf(db, oid),
  };
};

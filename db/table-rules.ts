/** The table's own rules beyond types and its key: what must be probed on the draft so that a violation is a row's issue (design 10.9). */
import type { Queryable } from './connection.ts';
import type { TableName } from './quote-identifier.ts';
import { quoteTable } from './quote-identifier.ts';

export interface CheckRule { readonly kind: 'check'; readonly name: string; readonly expression: string; readonly columns: readonly string[] }
export interface ReferenceRule {
  readonly kind: 'reference'; readonly name: string;
  readonly columns: readonly string[]; readonly target: TableName; readonly targetColumns: readonly string[];
}
export interface UniqueRule { readonly kind: 'unique'; readonly name: string; readonly columns: readonly string[]; readonly nullsDistinct: boolean }
export type TableRule = CheckRule | ReferenceRule | UniqueRule;

export interface TableRules {
  readonly rules: readonly TableRule[];
  /**
   * Only trying tells: triggers, exclusion constraints, unique indexes over expressions, domains, partitions, tables that may not be read, and
   * rules that also look at columns which the file does not carry (their defaults, what is generated, what stands in the record).
   */
  readonly needsRehearsal: boolean;
}

interface RuleRow {
  kind: string; name: string; columns: string[] | null; expression: string | null;
  target_schema: string | null; target_name: string | null; target_columns: string[] | null; target_readable: boolean; nulls_distinct: boolean;
}

/** Waybill's own checks (named `waybill_…`) restate what the definition says and staging has enforced already. */
export const readTableRules = async (db: Queryable, table: TableName, isMapped: (column: string) => boolean): Promise<TableRules> => {
  const id = quoteTable(table);
  const constraints = await db.query<RuleRow>(
    `select c.contype::text as kind, c.conname::text as name,
       (select array_agg(a.attname::text order by k.ord) from unnest(c.conkey) with ordinality k(num, ord)
          join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.num) as columns,
       case when c.contype = 'c' then pg_get_expr(c.conbin, c.conrelid) end as expression,
       fn.nspname::text as target_schema, fc.relname::text as target_name,
       (select array_agg(a.attname::text order by k.ord) from unnest(c.confkey) with ordinality k(num, ord)
          join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.num) as target_columns,
       has_schema_privilege(fn.oid, 'usage') and has_table_privilege(fc.oid, 'select') as target_readable, true as nulls_distinct
     from pg_constraint c left join pg_class fc on fc.oid = c.confrelid left join pg_namespace fn on fn.oid = fc.relnamespace
     where c.conrelid = $1::regclass and c.contype in ('c', 'f', 'x') and coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true) and c.conname not like 'waybill\\_%'
     order by c.conname`, [id]);
  const indexes = await db.query<RuleRow & { plain: boolean }>(
    `select 'u' as kind, ic.relname::text as name,
       (select array_agg(a.attname::text order by k.ord) from unnest(i.indkey::smallint[]) with ordinality k(num, ord)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num where k.ord <= i.indnkeyatts) as columns,
       not coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) as nulls_distinct,
       i.indexprs is null and i.indpred is null as plain
     from pg_index i join pg_class ic on ic.oid = i.indexrelid
     where i.indrelid = $1::regclass and i.indisunique and i.indisvalid order by ic.relname`, [id]);
  const { rows: [odd] } = await db.query<{ odd: boolean }>(
    `select c.relkind = 'p' or exists (select from pg_trigger where tgrelid = c.oid and not tgisinternal)
       or exists (select from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = c.oid and a.attnum > 0 and t.typtype = 'd') as odd
     from pg_class c where c.oid = $1::regclass`, [id]);
  const rules = [...constraints.rows.flatMap(ruleOf), ...indexes.rows.filter((row) => row.plain).flatMap(ruleOf)];
  const unseen = constraints.rows.some((row) => row.kind === 'x' || row.target_readable === false) || indexes.rows.some((row) => !row.plain);
  return { rules, needsRehearsal: odd?.odd === true || unseen || rules.some(({ columns }) => columns.some(isMapped) && !columns.every(isMapped)) };
};

const ruleOf = (row: RuleRow): readonly TableRule[] => {
  const columns = row.columns ?? [];
  switch (row.kind) {
    case 'c': return row.expression === null ? [] : [{ kind: 'check', name: row.name, expression: row.expression, columns }];
    case 'f': return row.target_schema === null || row.target_name === null || !row.target_readable ? [] : [{
      kind: 'reference', name: row.name, columns, target: { schema: row.target_schema, name: row.target_name }, targetColumns: row.target_columns ?? [],
    }];
    case 'u': return [{ kind: 'unique', name: row.name, columns, nullsDistinct: row.nulls_distinct }];
    default: return [];
  }
};

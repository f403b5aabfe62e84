/** Says before the work what the commit would say after it: which rights on the table are missing, and the statement that gives them. */
import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { Queryable } from './connection.ts';
import { quoteIdentifier, quoteTable } from './quote-identifier.ts';

interface Rights {
  readonly role: string;
  readonly usesSchema: boolean;
  readonly missing: readonly string[];
  /** Sequences behind defaults of the table's columns; identity columns need no right. */
  readonly sequences: readonly string[];
  readonly rowSecurity: boolean;
}

const rightsSql = `
select current_user::text as role, has_schema_privilege(n.oid, 'usage') as "usesSchema",
  (select coalesce(json_agg(p order by nr), '[]') from unnest(array['SELECT', 'INSERT', 'UPDATE']) with ordinality u(p, nr) where not has_table_privilege(c.oid, p)) as missing,
  (select coalesce(json_agg(quote_ident(sn.nspname) || '.' || quote_ident(s.relname)), '[]')
    from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S' join pg_namespace sn on sn.oid = s.relnamespace
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.deptype = 'a'
      -- A condition may be tried before the one on relkind, and a partition depends on its parent in the same way.
      and case when s.relkind = 'S' then not has_sequence_privilege(s.oid, 'usage') else false end) as sequences,
  row_security_active(c.oid) as "rowSecurity"
from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2`;

const grantsFor = (rights: Rights, table: { readonly schema: string; readonly name: string }): readonly string[] => {
  const role = quoteIdentifier(rights.role);
  return [
    ...(rights.usesSchema ? [] : [`GRANT USAGE ON SCHEMA ${quoteIdentifier(table.schema)} TO ${role};`]),
    ...(rights.missing.length === 0 ? [] : [`GRANT ${rights.missing.join(', ')} ON TABLE ${quoteTable(table)} TO ${role};`]),
    ...rights.sequences.map((sequence) => `GRANT USAGE ON SEQUENCE ${sequence} TO ${role};`),
    // Rows that a policy hides would be taken for missing ones, and made again.
    ...(rights.rowSecurity ? [`ALTER ROLE ${role} BYPASSRLS;`] : []),
  ];
};

export const checkWritable = async (db: Queryable, definition: Pick<DatasetDefinition, 'name' | 'table'>): Promise<void> => {
  const table = definition.table ?? { schema: 'registry', name: definition.name };
  const place = { table: `${table.schema}.${table.name}` };
  const { rows: [rights] } = await db.query<Rights>(rightsSql, [table.schema, table.name]);
  if (rights === undefined) throw new WaybillError('DATASET_CHANGED', `The table ${place.table} is gone.`, place);
  const remedy = grantsFor(rights, table).join(' ');
  if (remedy.length > 0) throw new WaybillError('DATASET_NOT_WRITABLE', `The role ${rights.role} may not write ${place.table}. Run: ${remedy}`, { ...place, remedy });
};

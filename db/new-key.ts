/**
 * In mode append the table itself may make the record's key (identity, serial, gen_random_uuid()). It is drawn when the draft is made, so that
 * the record can be traced to its row: INSERT … RETURNING cannot say which row a record came from before PostgreSQL 17's MERGE … RETURNING.
 */
import type { Queryable } from './connection.ts';
import type { LoadTarget } from './load-target.ts';
import { columnNamed, tableOf } from './load-target.ts';
import type { NewKey } from './load-draft.ts';
import { quoteLiteral } from './quote-identifier.ts';

interface KeyRow { column: string; pg_type: string; identity: string; default_sql: string | null }

export const findNewKey = async (tx: Queryable, target: LoadTarget): Promise<(NewKey & { readonly sql: string }) | null> => {
  if (target.mode !== 'append') return null;
  const { rows } = await tx.query<KeyRow>(
    `select a.attname::text as column, format_type(a.atttypid, a.atttypmod) as pg_type, a.attidentity::text as identity,
       (select pg_get_expr(e.adbin, e.adrelid) from pg_attrdef e where e.adrelid = a.attrelid and e.adnum = a.attnum) as default_sql
     from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey::smallint[])
     where i.indrelid = $1::regclass and i.indisprimary`, [tableOf(target)]);
  const [only] = rows;
  if (only === undefined || rows.length > 1 || columnNamed(target, only.column) !== undefined) return null;
  const sql = only.identity === ''
    ? only.default_sql
    : `nextval(pg_get_serial_sequence(${quoteLiteral(tableOf(target))}, ${quoteLiteral(only.column)}))`;
  return sql === null ? null : { column: only.column, pgType: only.pg_type, sql: `(${sql})::text` };
};

/** pyarrow and DuckDB read what is written here: types, values, bounds, row groups. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { askPython, findPythonPeers } from '../support/python-peers.ts';
import { outputFields, writeParquet } from '../support/write-parquet.ts';
import type { WrittenAs } from '../support/write-parquet.ts';

const { python, missing } = await findPythonPeers();
const folder = mkdtempSync(join(tmpdir(), 'waybill-peers-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const fields = outputFields([
  { name: 'whole', type: 'integer', pgType: 'bigint' }, { name: 'int', type: 'integer', pgType: 'integer' }, { name: 'short', type: 'integer', pgType: 'smallint' },
  { name: 'money', type: 'number', pgType: 'numeric(8,2)' }, { name: 'middle', type: 'number', pgType: 'numeric(18,3)' }, { name: 'exact', type: 'number', pgType: 'numeric(38,10)' }, { name: 'loose', type: 'number', pgType: 'numeric' },
  { name: 'double', type: 'number', pgType: 'double precision' }, { name: 'small', type: 'number', pgType: 'real' }, { name: 'flag', type: 'boolean' }, { name: 'day', type: 'date' },
  { name: 'at', type: 'timestamp', pgType: 'timestamp with time zone' }, { name: 'clock', type: 'timestamp', pgType: 'timestamp without time zone' }, { name: 'id', type: 'uuid' },
  { name: 'doc', type: 'json' }, { name: 'text', type: 'text' }, { name: 'full name', type: 'text' },
]);
const rows = [
  ['9223372036854775807', '-5', '7', '-1.10', '123456789012345.678', '1234567890123456789012345678.0123456789', '1e3', '0.1', '0.1', 't', '2024-02-29', '2024-02-29 23:59:59.123456+00', '1969-12-31 23:59:59.9', '00000000-0000-0000-0000-0000000000ff', '{"a": 1}', '', 'same'],
  Array.from(fields, () => null),
  ['-9223372036854775808', '2147483647', '-7', '999999.99', '-0.001', '-0.0000000001', '2', '-2.5', '-2.5', 'f', '1969-12-31', '0001-01-01 00:00:00+00', '2024-01-01 00:00:00', 'ffffffff-0000-0000-0000-000000000000', 'null', '😀é', 'same'],
];

const pyarrowScript = `
import json, sys, pyarrow.parquet as pq
file = pq.ParquetFile(sys.argv[1])
meta = file.metadata
def bound(column):
    s = column.statistics
    return None if s is None else [str(s.min) if s.has_min_max else None, str(s.max) if s.has_min_max else None, s.null_count]
groups = [meta.row_group(g) for g in range(meta.num_row_groups)]
print(json.dumps({
    'types': [str(f.type) for f in file.schema_arrow], 'rows': [[None if v is None else str(v) for v in row.values()] for row in file.read().to_pylist()] if meta.num_rows < 100 else meta.num_rows,
    'groups': [g.num_rows for g in groups], 'codecs': sorted({g.column(c).compression for g in groups for c in range(meta.num_columns)}),
    'bounds': [bound(groups[0].column(c)) for c in range(meta.num_columns)] if groups else [], 'created': meta.created_by,
}))`;
const duckdbScript = `
import json, sys, duckdb
con = duckdb.connect()
con.execute("set timezone = 'UTC'")
path = sys.argv[1]
rows = con.execute(f"select columns(*)::varchar from read_parquet('{path}')").fetchall()
meta = con.execute(f"select path_in_schema, stats_min_value, stats_max_value, stats_null_count from parquet_metadata('{path}') where row_group_id = 0").fetchall()
print(json.dumps({'types': [r[1] for r in con.execute(f"describe select * from read_parquet('{path}')").fetchall()], 'rows': rows if len(rows) < 100 else len(rows), 'meta': meta,
                  'filtered': con.execute(f"select count(*) from read_parquet('{path}') where \\"full name\\" = 'same' and whole > 0").fetchone()[0]}))`;

const ask = async (script: string, parts: Parameters<typeof writeParquet>[1], codec: WrittenAs, own = fields): Promise<unknown> => {
  const path = join(folder, `${codec}.parquet`);
  writeFileSync(path, await writeParquet(own, parts, codec));
  return askPython(python ?? '', script, path);
};

describe.skipIf(python === null)(`what other readers make of a file${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  it.each<WrittenAs>(['none', 'snappy', 'gzip', 'zstd'])('pyarrow finds the types, values, bounds and row groups (%s)', async (codec) => {
    expect(await ask(pyarrowScript, [rows.slice(0, 2), rows.slice(2)], codec)).toMatchObject({
      types: ['int64', 'int32', 'int16', 'decimal128(8, 2)', 'decimal128(18, 3)', 'decimal128(38, 10)', 'string', 'double', 'float', 'bool', 'date32[day]', 'timestamp[us, tz=UTC]', 'timestamp[us]',
        'extension<arrow.uuid>', 'extension<arrow.json>', 'string', 'string'],
      rows: [
        ['9223372036854775807', '-5', '7', '-1.10', '123456789012345.678', '1234567890123456789012345678.0123456789', '1e3', '0.1', '0.10000000149011612', 'True', '2024-02-29', '2024-02-29 23:59:59.123456+00:00', '1969-12-31 23:59:59.900000',
          '00000000-0000-0000-0000-0000000000ff', '{"a": 1}', '', 'same'],
        fields.map(() => null),
        ['-9223372036854775808', '2147483647', '-7', '999999.99', '-0.001', '-1E-10', '2', '-2.5', '-2.5', 'False', '1969-12-31', '0001-01-01 00:00:00+00:00', '2024-01-01 00:00:00', 'ffffffff-0000-0000-0000-000000000000', 'null', '😀é', 'same'],
      ],
      groups: [2, 1], codecs: [codec === 'none' ? 'UNCOMPRESSED' : codec.toUpperCase()], created: 'Waybill',
    });
  });

  it('pyarrow finds the bounds of every column', async () => {
    const { bounds } = await ask(pyarrowScript, [rows], 'snappy') as { readonly bounds: readonly (readonly [string | null, string | null, number] | null)[] };
    expect(bounds.map((bound) => bound?.[2])).toEqual(fields.map(() => 1));
    expect(bounds.slice(0, 6)).toEqual([
      ['-9223372036854775808', '9223372036854775807', 1], ['-5', '2147483647', 1], ['-7', '7', 1], ['-1.10', '999999.99', 1], ['-0.001', '123456789012345.678', 1], ['-1E-10', '1234567890123456789012345678.0123456789', 1],
    ]);
    expect([bounds[9], bounds[10], bounds[15], bounds[16]]).toEqual([['False', 'True', 1], ['1969-12-31', '2024-02-29', 1], ['', '😀é', 1], ['same', 'same', 1]]);
  });

  it('DuckDB finds the types, values and bounds, and filters by them', async () => {
    expect(await ask(duckdbScript, [rows], 'zstd')).toMatchObject({
      types: ['BIGINT', 'INTEGER', 'SMALLINT', 'DECIMAL(8,2)', 'DECIMAL(18,3)', 'DECIMAL(38,10)', 'VARCHAR', 'DOUBLE', 'FLOAT', 'BOOLEAN', 'DATE', 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMP', 'UUID', 'JSON', 'VARCHAR', 'VARCHAR'],
      rows: [
        ['9223372036854775807', '-5', '7', '-1.10', '123456789012345.678', '1234567890123456789012345678.0123456789', '1e3', '0.1', '0.1', 'true', '2024-02-29', '2024-02-29 23:59:59.123456+00', '1969-12-31 23:59:59.9', '00000000-0000-0000-0000-0000000000ff', '{"a": 1}', '', 'same'],
        fields.map(() => null),
        ['-9223372036854775808', '2147483647', '-7', '999999.99', '-0.001', '-0.0000000001', '2', '-2.5', '-2.5', 'false', '1969-12-31', '0001-01-01 00:00:00+00', '2024-01-01 00:00:00', 'ffffffff-0000-0000-0000-000000000000', 'null', '😀é', 'same'],
      ],
      filtered: 1,
    });
  });

  it('both find all rows of many row groups and pages, with texts in dictionaries and not', async () => {
    const own = outputFields([{ name: 'whole', type: 'integer', pgType: 'bigint' }, { name: 'full name', type: 'text' }, { name: 'unlike', type: 'text' }, { name: 'gap', type: 'boolean' }]);
    const many = Array.from({ length: 260_000 }, (_, index) => [String(index - 1_000), index % 5 === 0 ? 'same' : `other ${index % 1_000}`, `u${index}`, index % 3 === 0 ? null : 'f']);
    expect(await ask(pyarrowScript, [many.slice(0, 250_000), many.slice(250_000)], 'snappy', own)).toMatchObject({ rows: 260_000, groups: [122_880, 122_880, 4_240, 10_000] });
    expect(await ask(duckdbScript, [many.slice(0, 250_000), many.slice(250_000)], 'zstd', own)).toMatchObject({ rows: 260_000, filtered: many.filter(([whole, name]) => name === 'same' && Number(whole) > 0).length });
  });

  it('both find lists of texts as lists', async () => {
    const own = outputFields([{ name: 'whole', type: 'integer', pgType: 'bigint' }, { name: 'full name', type: 'text_list' }, { name: 'after', type: 'text' }]);
    const lists = [['1', '{a,NULL,"b \\"c\\\\",""}', 'x'], ['2', '{}', null], ['3', null, 'y'], ['4', '{NULL}', 'x'], ['5', '{a,😀}', 'x']];
    const many = Array.from({ length: 200_000 }, (_, index) => [String(index), `{${Array.from({ length: index % 4 }, (__, place) => (place === 1 ? 'NULL' : `v${index % 40_000}`)).join(',')}}`, null]);
    expect(await ask(pyarrowScript, [lists.slice(0, 2), lists.slice(2)], 'snappy', own)).toMatchObject({
      types: ['int64', 'list<element: string>', 'string'], groups: [2, 3],
      rows: [['1', `['a', None, 'b "c\\\\', '']`, 'x'], ['2', '[]', null], ['3', null, 'y'], ['4', '[None]', 'x'], ['5', "['a', '😀']", 'x']],
    });
    const read = await ask(`import json, sys, duckdb
print(json.dumps([[t[1] for t in duckdb.execute(f"describe select * from read_parquet('{sys.argv[1]}')").fetchall()], duckdb.execute(f"select * from read_parquet('{sys.argv[1]}')").fetchall()]))`, [lists.slice(0, 2), lists.slice(2)], 'zstd', own);
    expect(read).toEqual([['BIGINT', 'VARCHAR[]', 'VARCHAR'], [[1, ['a', null, 'b "c\\', ''], 'x'], [2, [], null], [3, null, 'y'], [4, [null], 'x'], [5, ['a', '😀'], 'x']]]);
    const sums = await ask(`import json, sys, duckdb, pyarrow.parquet as pq, pyarrow.compute as pc
lists = pq.read_table(sys.argv[1])['full name']
flat = lists.combine_chunks().flatten()
print(json.dumps([duckdb.execute(f"select sum(len(l)), sum(list_count(l)) from read_parquet('{sys.argv[1]}') as t(n, l, a)").fetchone(), [len(flat), len(flat) - flat.null_count]], default=int))`, [many.slice(0, 150_000), many.slice(150_000)], 'snappy', own);
    expect(sums).toEqual([[300_000, 200_000], [300_000, 200_000]]);
  });

  it('both take a file without records', async () => {
    expect(await ask(pyarrowScript, [], 'snappy')).toMatchObject({ rows: [], groups: [] });
    expect(await ask(duckdbScript, [], 'zstd')).toMatchObject({ rows: [], filtered: 0 });
  });
});

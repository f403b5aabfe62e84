/** What Waybill exports it imports again unchanged: every type, with values chosen to break it. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ParseOverrides } from '../../contracts/parse-options.ts';
import { ImportBench } from '../support/import-bench.ts';
import { runExport, type ExportWish } from '../support/export-run.ts';

const columns = `id int primary key, label text, code varchar(40), whole bigint, exact numeric(38,10), loose numeric, double double precision, small real, flag boolean, day date, moment timestamptz,
  clock timestamp, uid uuid, doc jsonb, raw json, tags text[], spot point, kind app.colour`;

const hardText = fc.oneof(
  fc.constantFrom('', ' ', '  x ', '"', '""', "'", "''", '\r\n', '\n', '\r', '\t', ',', ';', '=1+1', "'=1", "''=1", '_x000D_', '_x0041_x0042_', '-5', '+32 (470) 12', '@x', '-', '\t=1', '😀', 'שלום עולם', '\ufeff', 'NULL', 'null', '\\N', '\\', '007', '1E5', '\u0001',
    'x'.repeat(50_000), '\u00a0', '#', '12/13/2024'),
  fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replaceAll('\0', '')), fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replaceAll(/[\ud800-\udfff\0]/g, '')));
const orNull = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(arbitrary, { freq: 5 });
const digits = (count: number): fc.Arbitrary<string> => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: count }).map((list) => list.join(''));
const exact = fc.tuple(fc.constantFrom('', '-'), digits(28), digits(10)).map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`);
const day = fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 })).map(([y, m, d]) => [String(y).padStart(4, '0'), String(m).padStart(2, '0'), String(d).padStart(2, '0')].join('-'));
const clock = fc.tuple(day, fc.integer({ min: 0, max: 86_399 }), fc.integer({ min: 0, max: 999_999 })).map(([date, second, micro]) =>
  `${date} ${new Date(second * 1000).toISOString().slice(11, 19)}.${String(micro).padStart(6, '0')}`);
const degrees = (most: number): fc.Arbitrary<number> => fc.oneof(fc.constantFrom(0, -0, most, -most, 1e-7), fc.double({ min: -most, max: most, noNaN: true }));
const jsonText = fc.oneof(fc.jsonValue({ maxDepth: 3, noUnicodeString: false }).map((value) => JSON.stringify(value)), fc.constantFrom('{"a": 1.10, "b": [null, "x,\\"y\\""]}', '12345678901234567890.123', '"=1"', 'null'))
  .filter((text) => !/\\u0000|\\ud[89a-f]/i.test(text));

const row = fc.tuple(
  orNull(hardText), orNull(hardText.map((text) => [...text].slice(0, 40).join(''))), orNull(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)), orNull(exact), orNull(fc.oneof(exact, fc.constantFrom('0', '1e-30', '12345678901234567890123456789012345678'))),
  orNull(fc.double({ noNaN: true, noDefaultInfinity: true })), orNull(fc.float({ noNaN: true, noDefaultInfinity: true })), orNull(fc.boolean()), orNull(day), orNull(clock.map((text) => `${text}+00`)), orNull(clock), orNull(fc.uuid()),
  orNull(jsonText), orNull(jsonText), orNull(fc.array(orNull(hardText.filter((text) => text.length < 100)), { maxLength: 3 })), orNull(fc.tuple(degrees(180), degrees(90)).map(([lon, lat]) => `(${lon},${lat})`)), orNull(fc.constantFrom('red', 'dark blue', '=green')),
);

let bench: ImportBench;
beforeAll(async () => {
  bench = await ImportBench.open({ chunkBytes: 256 * 1024 });
  await bench.sql(`create schema app; create type app.colour as enum ('red', 'dark blue', '=green'); grant usage on schema app to waybill_runtime`);
  await bench.adopt('first', `create table app.first (${columns})`);
  await bench.adopt('second', `create table app.second (${columns})`);
});
afterAll(async () => { await bench.close(); });

const nothing = { before: Array.from({ length: 12 }, () => null), after: [null, null, null] };
/** A key without a name, alone in its object; one of characters that no column's name keeps; blanks alone. */
const foundBefore: [(string | null)[][]][] = [
  [[[...nothing.before, '{"":""}', '[{"":{}}]', ...nothing.after]]],
  ...['{"\\u0001":[]}', '{"a\\u0001 ":{"\\n":1}}', '{" ":[]}'].map((raw): [(string | null)[][]] => [[[...nothing.before, null, raw, ...nothing.after], [...nothing.before, null, null, ...nothing.after]]]),
];

const wishes: readonly ExportWish[] = [
  {}, { dialect: { bom: true, delimiter: ';' } }, { format: 'tsv' }, { dialect: { lineEnd: 'lf', quote: "'" } }, { dialect: { guardFormulas: false } },
  { format: 'jsonl' }, { format: 'json' }, { format: 'geojson' }, { format: 'xml' },
  { format: 'parquet' }, { format: 'xlsx' }, { format: 'parquet', compress: 'zstd' },
];

const parseOf = ({ format = 'csv', dialect }: ExportWish): ParseOverrides => (format === 'csv' || format === 'tsv'
  ? { header: true, encoding: 'utf-8', quote: dialect?.quote ?? '"', delimiter: dialect?.delimiter ?? (format === 'tsv' ? '\t' : ','), escape: 'double', preambleLines: 0 }
  : { format, ...(format === 'xml' ? { recordPath: 'records.record' } : {}) });

const compareTables = async (): Promise<void> => {
  const different = await bench.sql(`select a.id, to_jsonb(a) as a, to_jsonb(b) as b from app.first a full join app.second b using (id) where a::text is distinct from b::text limit 3`);
  expect(different).toEqual([]);
};

describe('export, then import', () => {
  it.each(wishes)('gives every value back (%j)', async (wish) => {
    // A cell of a workbook ends at 32,767 characters; beyond it the export refuses.
    const fitting = wish.format === 'xlsx' ? row.map((values) => values.map((value) => (typeof value === 'string' && value.length > 32_000 ? value.slice(0, 32_000) : value))) : row;
    await fc.assert(fc.asyncProperty(fc.array(fitting, { minLength: 1, maxLength: 40 }), async (rows) => {
      await bench.sql('truncate app.first, app.second');
      for (const [index, values] of rows.entries())
        await bench.sql(`insert into app.first values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`, [index, ...values]);
      const { contents } = await runExport(bench, 'first', wish);
      const { books } = await bench.load('second', contents[0] ?? '', { again: true, parse: parseOf(wish) });
      expect(books).toMatchObject({ read: rows.length, created: rows.length, quarantined: 0 });
      await compareTables();
    }), { numRuns: 12, examples: foundBefore });
  });

  it.each(wishes)('gives days and times of far years back, at another installation too (%j)', async (wish) => {
    await bench.sql('truncate app.first, app.second');
    await bench.sql(`insert into app.first (id, day, moment, clock) values (1, '0044-03-15 BC', '0044-03-15 10:11:12.5+00 BC', '0044-03-15 10:11:12.000001 BC'), (2, '12024-01-01', '12024-01-01 00:00:00+00', '12024-12-31 23:59:59.999999'),
      (3, '4714-11-24 BC', '4714-11-24 00:00:00+00 BC', '0001-02-29 00:00:00 BC'), (4, '5874897-12-31', '294246-12-31 23:59:59+00', '290000-02-28 01:02:03'), (5, '2024-02-29', '2024-02-29 01:02:03+00', null)`);
    const { contents, jobId } = await runExport(bench, 'first', wish);
    const { books } = await bench.load('second', contents[0] ?? '', { again: true, parse: parseOf(wish) });
    expect(books).toMatchObject({ read: 5, created: 5, quarantined: 0 });
    await compareTables();
    // Another installation does not know the file.
    await bench.sql(`truncate app.second; delete from waybill.export_files where job_id = '${jobId}'`);
    const elsewhere = await bench.load('second', contents[0] ?? '', { again: true, parse: parseOf(wish) });
    expect(elsewhere.books).toMatchObject({ read: 5, created: 5, quarantined: 0 });
    await compareTables();
  });
});

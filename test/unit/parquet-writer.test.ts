/** What is written as Parquet is read back as the texts that every other format has. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portableText } from '../../core/formats/portable-text.ts';
import type { OutputRow } from '../../core/formats/format-writer.ts';
import { readParquet } from '../support/read-parquet.ts';
import { outputFields, writeParquet } from '../support/write-parquet.ts';
import type { WrittenAs } from '../support/write-parquet.ts';

const fields = outputFields([
  { name: 'whole', type: 'integer', pgType: 'bigint' }, { name: 'int', type: 'integer', pgType: 'integer' }, { name: 'short', type: 'integer', pgType: 'smallint' },
  { name: 'money', type: 'number', pgType: 'numeric(12,2)' }, { name: 'tiny', type: 'number', pgType: 'numeric(5,5)' }, { name: 'exact', type: 'number', pgType: 'numeric(38,10)' }, { name: 'loose', type: 'number', pgType: 'numeric' },
  { name: 'double', type: 'number', pgType: 'double precision' }, { name: 'small', type: 'number', pgType: 'real' }, { name: 'flag', type: 'boolean' }, { name: 'day', type: 'date' },
  { name: 'at', type: 'timestamp', pgType: 'timestamp with time zone' }, { name: 'clock', type: 'timestamp', pgType: 'timestamp without time zone' }, { name: 'id', type: 'uuid' },
  { name: 'doc', type: 'json' }, { name: 'tags', type: 'text_list' }, { name: 'spot', type: 'point', pgType: 'point' }, { name: 'text', type: 'text' },
]);

const digits = (most: number, least = 1): fc.Arbitrary<string> => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: least, maxLength: most }).map((list) => list.join(''));
const scaled = (whole: number, scale: number): fc.Arbitrary<string> => fc.tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** BigInt(whole) - 1n }), digits(scale, scale))
  .map(([negative, value, fraction]) => `${negative && !/^0*$/.test(`${value}${fraction}`) ? '-' : ''}${value}.${fraction}`);
const integer = (bits: number): fc.Arbitrary<string> => fc.oneof(fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n }), fc.integer({ min: -9, max: 9 })).map(String);
const pad = (value: number, length = 2): string => String(value).padStart(length, '0');
const date = fc.tuple(fc.oneof(fc.integer({ min: 1, max: 9_999 }), fc.integer({ min: 10_000, max: 290_000 })), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }), fc.boolean());
const day = date.map(([year, month, dayOfMonth, before]) => `${pad(year, 4)}-${pad(month)}-${pad(dayOfMonth)}${before && year < 4_700 ? ' BC' : ''}`);
const moment = (zone: string) => fc.tuple(day, fc.integer({ min: 0, max: 86_399 }), fc.integer({ min: 0, max: 999_999 })).map(([text, second, micro]) => {
  const fraction = micro === 0 ? '' : `.${pad(micro, 6).replace(/0+$/, '')}`;
  const [first = '', before] = text.split(' ');
  return `${first} ${pad(Math.floor(second / 3600))}:${pad(Math.floor(second / 60) % 60)}:${pad(second % 60)}${fraction}${zone}${before === undefined ? '' : ' BC'}`;
});
const text = fc.oneof(fc.constantFrom('', ' ', '\t', '\n', '\\N', '\\', '"', '😀', 'שלום', 'x'.repeat(300), 'same', 'same', 'other'), fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.replaceAll(/[\ud800-\udfff\0]/g, '')));
const list = fc.array(fc.option(text, { freq: 5, nil: null }), { maxLength: 4 })
  .map((elements) => `{${elements.map((element) => (element === null ? 'NULL' : `"${element.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`);
const double = fc.double().map((value) => (Object.is(value, -0) ? '-0' : String(value)));
const float = fc.float().map((value) => (Object.is(value, -0) ? '-0' : String(value)));

const row = fc.tuple(...[
  integer(64), integer(32), integer(16), scaled(10, 2), digits(5, 5).map((value) => `0.${value}`), scaled(28, 10), scaled(60, 3), double, float, fc.constantFrom('t', 'f', 'true', 'false'), day, moment('+00'), moment(''), fc.uuid(),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)), list, fc.constantFrom('(4.35,50.85)', '(-0,1e-07)', '(Infinity,0)'), text,
].map((cell) => fc.option(cell, { freq: 6, nil: null })));

const asRead = (row_: OutputRow): readonly string[] => row_.map((cell, column) => {
  const field = fields[column];
  if (cell === null || field === undefined) return '';
  if (field.name === 'flag') return cell.startsWith('t') ? 'true' : 'false';
  return portableText(field.field)(cell);
});
const isFloat = (column: number): boolean => fields[column]?.name === 'double' || fields[column]?.name === 'small';
const comparable = (cells: readonly string[]): readonly unknown[] => cells.map((cell, column) =>
  // The same text may be escaped in several ways in JSON.
  (cell !== '' && fields[column]?.name === 'tags' ? JSON.parse(cell) as unknown : cell === '' || !isFloat(column) ? cell : fields[column]?.name === 'small' ? Math.fround(Number(cell)) : Number(cell)));

describe('Parquet', () => {
  it('gives back every value of every type, however it is parted, compressed and read', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.array(row, { maxLength: 30 }), { maxLength: 4 }), fc.constantFrom<WrittenAs>('none', 'snappy', 'gzip', 'zstd'), fc.constantFrom(1, 500, 1 << 20), async (parts, codec, chunkBytes) => {
      const { rows } = await readParquet(await writeParquet(fields, parts, codec), chunkBytes);
      expect(rows.map(({ cells }) => comparable(cells))).toEqual(parts.flat().map((cells) => comparable(asRead(cells))));
    }), { numRuns: 150 });
  });

  it('writes the same bytes of the same parts', async () => {
    const rows = [[['1', ...Array.from({ length: 17 }, () => null)]], [['2', ...Array.from({ length: 17 }, () => null)]]];
    expect((await writeParquet(fields, rows)).equals(await writeParquet(fields, rows))).toBe(true);
  });

  it('gives back lists of many elements over many pages and row groups, with a dictionary and not', async () => {
    const own = outputFields([{ name: 'n', type: 'integer', pgType: 'integer' }, { name: 'few', type: 'text_list' }, { name: 'many', type: 'text_list' }]);
    const rows = Array.from({ length: 60_000 }, (_, index) => [
      String(index), index % 11 === 0 ? null : `{${Array.from({ length: index % 5 }, (__, place) => (place === 2 ? 'NULL' : `k${place}`)).join(',')}}`, `{${Array.from({ length: index % 4 }, (__, place) => `text ${index} ${place}`).join(',')}}`,
    ]);
    const read = await readParquet(await writeParquet(own, [rows.slice(0, 50_000), rows.slice(50_000)]), 300_000);
    const written = rows.map((cells) => cells.map((cell, column) => (cell === null ? '' : portableText((own[column] as typeof own[number]).field)(cell))));
    expect(read.rows.length).toBe(rows.length);
    expect(read.rows.findIndex(({ cells }, index) => cells.join('|') !== (written[index] ?? []).join('|'))).toBe(-1);
  });

  it('writes a file of no rows that has its columns', async () => {
    const { rows, options } = await readParquet(await writeParquet(fields, []));
    expect([rows, options.columns]).toEqual([[], fields.map(({ name }) => name)]);
  });

  it('gives back many rows of many pages and row groups, with texts in a dictionary and not', async () => {
    const own = outputFields([{ name: 'n', type: 'integer', pgType: 'integer' }, { name: 'few', type: 'text' }, { name: 'many', type: 'text' }, { name: 'late', type: 'text' }, { name: 'some', type: 'boolean' }]);
    const rows = Array.from({ length: 150_000 }, (_, index) => [String(index), `k${index % 13}`, `text ${index}`, index < 5_000 ? 'same' : `later ${index}`, index % 3 === 0 ? null : 't']);
    const read = await readParquet(await writeParquet(own, [rows.slice(0, 140_000), rows.slice(140_000)]), 300_000);
    expect(read.rows.length).toBe(rows.length);
    expect(read.chunks.length).toBeGreaterThan(10);
    const wrong = read.rows.findIndex(({ cells }, index) => cells.join('|') !== (rows[index] ?? []).map((cell) => (cell === 't' ? 'true' : cell ?? '')).join('|'));
    expect(wrong).toBe(-1);
  });

  it.each([
    ['a day without end', { name: 'f', type: 'date' }, 'infinity'], ['a time without end', { name: 'f', type: 'timestamp' }, '-infinity'],
    ['a time beyond 64 bits of microseconds', { name: 'f', type: 'timestamp' }, '294276-12-31 23:59:59+00'], ['a decimal that is no number', { name: 'f', type: 'number', pgType: 'numeric(10,2)' }, 'NaN'],
    ['a wide decimal that is no number', { name: 'f', type: 'number', pgType: 'numeric(38,2)' }, 'Infinity'],
    ['a list of several dimensions', { name: 'f', type: 'text_list' }, '{{a},{b}}'], ['a list whose places are counted otherwise', { name: 'f', type: 'text_list' }, '[0:1]={a,b}'],
  ])('refuses %s and names the field, never the value', async (_, field, value) => {
    await expect(writeParquet(outputFields([field]), [[[value]]])).rejects.toMatchObject({ code: 'EXPORT_UNWRITABLE', place: { field: 'f' }, message: expect.not.stringContaining(value) as string });
  });

});

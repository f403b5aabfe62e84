import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sheetjs from '@e965/xlsx';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { restoreFormula } from '../../core/formats/csv/formula-text.ts';
import type { WrittenPart } from '../../core/formats/file-writer.ts';
import type { OutputField, OutputRow } from '../../core/formats/format-writer.ts';
import { XlsxWriter } from '../../core/formats/xlsx/xlsx-writer.ts';
import { packEntry, zipFile } from '../../core/formats/zip/zip-file.ts';
import { openLocalStorage } from '../../storage/local/local-storage.ts';
import { cellsOf, prepareBytes } from '../support/prepared-bytes.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-xlsx-'));
const storage = await openLocalStorage(folder);
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const outputFields = (...definitions: readonly object[]): readonly OutputField[] =>
  datasetDefinitionSchema.parse({ name: 'x', fields: definitions }).fields.map((field) => ({ name: field.name, field }));

const collect = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};
async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> { yield* items; }

interface Written { readonly file: Buffer; readonly guardedCells: number }
const write = async (fields: readonly OutputField[], parts: readonly (readonly OutputRow[])[], rowsOfSheet?: number): Promise<Written> => {
  const writer = new XlsxWriter(fields, rowsOfSheet);
  const written: WrittenPart[] = [];
  let firstRow = 0;
  for (const rows of parts) {
    const object = await collect(writer.writePart(each([rows.slice(0, 2), rows.slice(2)]), { firstRow, rows: rows.length }));
    written.push({ firstRow, rows: rows.length, bytes: object.length, read: (start = 0, end = object.length) => each([object.subarray(start, end)]) });
    firstRow += rows.length;
  }
  return { file: await collect(writer.assemble(written)), guardedCells: writer.guardedCells };
};

const everyType = outputFields(
  { name: 'label', type: 'text' }, { name: 'whole', type: 'integer' }, { name: 'exact', type: 'number' }, { name: 'flag', type: 'boolean' }, { name: 'day', type: 'date' },
  { name: 'moment', type: 'timestamp' }, { name: 'clock', type: 'timestamp' }, { name: 'uid', type: 'uuid' }, { name: 'doc', type: 'json' }, { name: 'tags', type: 'text_list' }, { name: 'spot', type: 'point' }, { name: 'kind', type: 'enum', values: ['a'] });

const hard = fc.oneof(
  fc.constantFrom('', ' ', '  x ', '"', '\r\n', '\n', '\r', '\t', '=1+1', "'=1", '-5', '@x', '😀', 'שלום עולם', '\ufeff', '007', '\u0001', '_x000D_', '_x0041_x0042_', '_x0001\u0002', '_\u0001', '<&>', ']]>', '\uffff', 'x'.repeat(32_767), '#N/A', '\\', '\\e', '\\!7;x', '\u2028', 'TRUE'),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\0', '')), fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll(/[\ud800-\udfff\0]/g, '')),
  fc.array(fc.constantFrom('_', 'x', '0', '0', 'A', '\u0001', '\r'), { maxLength: 12 }).map((list) => list.join('')));
const orNull = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(arbitrary, { freq: 4 });
const digits = (count: number): fc.Arbitrary<string> => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: count }).map((list) => list.join(''));
const exact = fc.oneof(fc.tuple(fc.constantFrom('', '-'), digits(28), digits(10)).map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`), fc.constantFrom('0', 'NaN', 'Infinity', '1e-07', '1e-400', '0.10', '-0', '1e+308', '12345678901234567890123456789012345678'));
const day = fc.tuple(fc.constantFrom(1, 1899, 1900, 1904, 2024, 9999), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 })).map(([y, m, d]) => [String(y).padStart(4, '0'), String(m).padStart(2, '0'), String(d).padStart(2, '0')].join('-'));
const clock = fc.tuple(day, fc.integer({ min: 0, max: 86_399 }), fc.constantFrom('', '.5', '.001', '.999', '.123456')).map(([date, second, fraction]) => `${date} ${new Date(second * 1000).toISOString().slice(11, 19)}${fraction}`);
const row: fc.Arbitrary<OutputRow> = fc.tuple(
  orNull(hard), orNull(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)), orNull(exact), orNull(fc.constantFrom('true', 'false')), orNull(fc.oneof(day, fc.constantFrom('infinity', '0044-03-15 BC', '12345-01-01'))),
  orNull(clock.map((text) => `${text}+00`)), orNull(clock), orNull(fc.uuid()), orNull(fc.constantFrom('{"a": 1.10}', 'null', '"=1"')), orNull(fc.constantFrom('{a,"b c"}', '{}')), orNull(fc.constantFrom('(4.35,50.85)', '(NaN,1)')), orNull(hard));

/** As CSV has it: what the import reads of a value in a text. */
const expected = (value: string | null, at: number): string | null => {
  if (value === null) return null;
  if (at === 4 && value === '12345-01-01') return `${value} AD`;
  if (at === 5 || at === 6) return value.replace(/^(\S+) (\S+?)(\+00)?$/, (_, date: string, time: string, zone: string | undefined) => `${date}T${time}${zone === undefined ? '' : 'Z'}`);
  if (at === 9) return value === '{}' ? '[]' : '["a","b c"]';
  if (at === 10) return value === '(4.35,50.85)' ? 'POINT(4.35 50.85)' : value;
  return value;
};
const guardedColumns = new Set([0, 11]);

describe('a workbook that Waybill writes', () => {
  it('gives every value back, whatever the parts and however many sheets', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.array(row, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }), fc.constantFrom(2, 3, 1_048_575), async (parts, rowsOfSheet) => {
      const { file } = await write(everyType, parts, rowsOfSheet);
      const prepared = await prepareBytes(storage, file, { fullSheet: rowsOfSheet });
      expect(prepared.detection.options).toMatchObject({ format: 'xlsx', header: true, headerRows: 1, preambleLines: 0, columns: everyType.map(({ name }) => name), sheet: 'Records' });
      const read = cellsOf(prepared).map((cells) => cells.map((cell, at) => (cell !== null && guardedColumns.has(at) ? restoreFormula(cell) : cell)));
      expect(read).toEqual(parts.flat().map((cells) => cells.map(expected)));
    }), { numRuns: 60 });
  });

  it('is the same to the byte for the same parts', async () => {
    const rows = [['a', '1', '2.5', 'true', '2024-01-31', null, null, null, null, null, null, null]];
    expect((await write(everyType, [rows])).file.equals((await write(everyType, [rows])).file)).toBe(true);
  });

  it('is read alike by exceljs and SheetJS, with real dates, numbers and booleans', async () => {
    const { file, guardedCells } = await write(everyType, [[['=1+1', '42', '2.5', 'true', '2024-01-31', '2024-01-31 10:00:00.5+00', '1899-12-31 00:00:00', null, null, null, null, ' a\nb_x000D_\r']]]);
    expect(guardedCells).toBe(1);
    const book = new ExcelJS.Workbook();
    await book.xlsx.load(file as unknown as ArrayBuffer);
    const sheet = book.getWorksheet('Records');
    const values = (sheet?.getRow(2).values as readonly unknown[]).slice(1);
    expect(values.slice(0, 7)).toEqual(["'=1+1", 42, 2.5, true, new Date('2024-01-31'), new Date('2024-01-31T10:00:00.500Z'), '1899-12-31T00:00:00']);
    expect(sheet?.views[0]).toMatchObject({ state: 'frozen', ySplit: 1 });
    expect(sheet?.getCell('A1').font).toMatchObject({ bold: true });
    const other = sheetjs.read(file, { type: 'buffer', cellNF: true });
    const records = other.Sheets['Records'] ?? {};
    expect(sheetjs.utils.sheet_to_json(records, { header: 1, raw: false, dateNF: 'yyyy-mm-dd' })).toHaveLength(2);
    expect((records['A2'] as sheetjs.CellObject).v).toBe("'=1+1");
    expect((records['E2'] as sheetjs.CellObject).w).toBe('2024-01-31');
    expect((records['L2'] as sheetjs.CellObject).v).toBe(' a\nb_x000D_\r');
  });

  it('without a record has its header', async () => {
    const { file } = await write(everyType, []);
    const prepared = await prepareBytes(storage, file);
    expect(cellsOf(prepared)).toEqual([]);
    expect(prepared.detection.options.columns[0]).toBe('label');
  });

  it('refuses a text that a cell cannot hold, and names its field', async () => {
    await expect(write(everyType, [[['x'.repeat(32_768)]]])).rejects.toMatchObject({ code: 'EXPORT_UNWRITABLE', place: { field: 'label' } });
  });

  it('lets go of what it reads when it is broken off', async () => {
    let closed = false;
    const rows = async function* rows(): AsyncGenerator<readonly OutputRow[]> { try { for (;;) yield [['x'.repeat(32_768)]]; } finally { closed = true; } };
    await expect(collect(new XlsxWriter(everyType).writePart(rows(), { firstRow: 0, rows: 5 }))).rejects.toMatchObject({ code: 'EXPORT_UNWRITABLE' });
    expect(closed).toBe(true);
  });
});

const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
type PlainSheet = readonly [name: string, ...rows: readonly string[]];
/** With the name that Waybill gives its workbooks; a row is its cells with commas between. */
const ownWorkbook = async (...sheets: readonly PlainSheet[]): Promise<Buffer> => collect(zipFile([
  packEntry('[Content_Types].xml', Buffer.from('<Types/>')),
  packEntry('xl/workbook.xml', Buffer.from(`<workbook xmlns:r="${relations}"><workbookPr codeName="WaybillRecords"/><sheets>${sheets.map(([name], index) => `<sheet name="${name}" r:id="rId${index + 1}"/>`).join('')}</sheets></workbook>`)),
  packEntry('xl/_rels/workbook.xml.rels', Buffer.from(`<Relationships>${sheets.map((_, index) => `<Relationship Id="rId${index + 1}" Type="${relations}/worksheet" Target="s${index + 1}.xml"/>`).join('')}</Relationships>`)),
  ...sheets.map(([, ...rows], index) => packEntry(`xl/s${index + 1}.xml`, Buffer.from(`<worksheet><sheetData>${rows.map((cells) => `<row>${cells.split(',').map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join('')}</row>`).join('')}</sheetData></worksheet>`))),
]));

describe('a workbook of Waybill with several sheets', () => {
  const full: PlainSheet = ['Records', 'id,name', '1,Ann', '2,Bob'], ann = ['1', 'Ann'], bob = ['2', 'Bob'], cy = ['3', 'Cy'];
  const goesOn: PlainSheet = ['Records (2)', 'id,name', '3,Cy'];
  it.each<readonly [string, readonly PlainSheet[], readonly (readonly string[])[], number]>([
    ['is one table when a full sheet goes on in the next', [full, goesOn], [ann, bob, cy], 1],
    ['is one table beside a sheet that a person added', [full, goesOn, ['Notes', 'id,name', '9,Zoe']], [ann, bob, cy], 0.9],
    ['is not when the sheet before is not full, as beside a copy of it', [['Records', 'id,name', '1,Ann'], ['Records (2)', 'id,name', '1,Ann']], [ann], 0.7],
    ['is not with a sheet of another name', [full, ['Notes', 'id,name', '9,Zoe']], [ann, bob], 0.7],
    ['is not with a sheet of another header', [full, ['Records (2)', 'id,amount', '9,12']], [ann, bob], 0.7],
    ['is chosen from as any other when a person put a table before its own', [['Mine', 'id,name', '9,Zoe'], full, goesOn], [['9', 'Zoe']], 0.7],
    ['without a table in its first sheet is chosen from too', [['Records', 'id'], ['Records (2)', 'id,name', '3,Cy']], [cy], 0.9],
  ])('%s', async (_, sheets, rows, confidence) => {
    const prepared = await prepareBytes(storage, await ownWorkbook(...sheets), { fullSheet: 2 });
    expect(cellsOf(prepared)).toEqual(rows);
    expect(prepared.detection.guesses).toMatchObject({ sheet: { confidence } });
  });
});

/**
 * Every workbook of the corpus, the way that `waybill inspect` and the import go: dropping a file in adds its tests. Where exceljs and SheetJS
 * see the same value in a cell, so does our reader.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sheetjs from '@e965/xlsx';
import ExcelJS from 'exceljs';
import { afterAll, describe, expect, it } from 'vitest';
import { isWaybillError } from '../../contracts/errors.ts';
import { readXls } from '../../core/formats/xls/read-xls.ts';
import { openLocalStorage } from '../../storage/local/local-storage.ts';
import { cellsOf, findingsOf, linesOf, prepareBytes, type PreparedBytes } from '../support/prepared-bytes.ts';

const corpus = new URL('../fixtures/corpus/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'waybill-corpus-'));
const storage = await openLocalStorage(folder);
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

interface Expected {
  readonly overrides?: unknown;
  readonly error?: string;
  readonly place?: Readonly<Record<string, unknown>>;
  readonly hidden?: string;
  readonly rows?: number;
  readonly lines?: readonly number[];
  /** Null: nothing in the cell. */
  readonly cells?: readonly (readonly (string | null)[])[];
  readonly findings?: readonly string[];
  readonly [option: string]: unknown;
}

const expectedOf = (format: string, fileName: string): Expected =>
  JSON.parse(readFileSync(new URL(`${format}/${fileName.replace(/\.[a-z]+$/, '')}.expected.json`, corpus), 'utf8')) as Expected;
const filesOf = (format: string): readonly string[] => readdirSync(new URL(`${format}/`, corpus)).filter((name) => !name.endsWith('.json'));
const prepare = (bytes: Buffer, overrides: unknown): Promise<PreparedBytes> =>
  prepareBytes(storage, bytes, { overrides: overrides ?? {}, readLegacy: (book) => Promise.resolve(readXls(book)) });

describe.each(['xlsx', 'ods', 'xls'])('the corpus of %s', (format) => {
  it.each(filesOf(format))('reads %s as its expectation says', async (fileName) => {
    const bytes = readFileSync(new URL(`${format}/${fileName}`, corpus));
    const { overrides, error, place, hidden, rows, lines, cells, findings, ...options } = expectedOf(format, fileName);
    if (error !== undefined) {
      const refused: unknown = await prepare(bytes, overrides).catch((reason: unknown) => reason);
      if (!isWaybillError(refused)) throw refused instanceof Error ? refused : new TypeError('nothing was refused');
      expect(refused.code).toBe(error);
      if (place !== undefined) expect(refused.place).toMatchObject(place);
      return;
    }
    const prepared = await prepare(bytes, overrides);
    expect(prepared.detection.options).toMatchObject(options);
    expect(cellsOf(prepared)).toEqual(cells);
    expect(linesOf(prepared)).toEqual(lines);
    expect(lines?.length).toBe(rows);
    expect(findingsOf(prepared)).toEqual(findings ?? []);
    const guesses = { ...prepared.detection.guesses } as Readonly<Record<string, { readonly value: unknown; readonly confidence: number; readonly why: string } | undefined>>;
    expect(guesses['hidden']?.value).toBe(hidden);
    for (const guess of Object.values(guesses)) {
      expect(guess?.confidence).toBeGreaterThan(0);
      expect(guess?.confidence).toBeLessThanOrEqual(1);
      expect(guess?.why.length).toBeGreaterThan(10);
    }
  });
});

type Seen = string | number | boolean | null | undefined;
/** Undefined: a kind of value on which there is no common word (dates, errors). */
const plain = (value: unknown): Seen => {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value instanceof Date) return undefined;
  if ('richText' in value) return (value.richText as readonly { readonly text: string }[]).map(({ text }) => text).join('');
  if ('result' in value) return plain(value.result);
  return 'text' in value ? plain(value.text) : undefined;
};

describe('exceljs, SheetJS and our reader', () => {
  it.each(filesOf('xlsx').filter((name) => expectedOf('xlsx', name).error === undefined))('agree on %s', async (fileName) => {
    const bytes = readFileSync(new URL(`xlsx/${fileName}`, corpus));
    const prepared = await prepare(bytes, expectedOf('xlsx', fileName).overrides);
    const cells = cellsOf(prepared), lines = linesOf(prepared);
    const sheet = 'sheet' in prepared.detection.options ? prepared.detection.options.sheet : '';
    const other = sheetjs.read(bytes, { type: 'buffer' }).Sheets[sheet] ?? {};
    const book = new ExcelJS.Workbook();
    // Some odd workbooks are beyond it.
    const loaded = await book.xlsx.load(bytes as unknown as ArrayBuffer).then(() => book.getWorksheet(sheet), () => undefined);
    if (loaded === undefined) return;
    const different: unknown[] = [];
    lines.forEach((line, row) => {
      cells[row]?.forEach((ours, column) => {
        const address = sheetjs.utils.encode_cell({ r: line - 1, c: column });
        const first = plain(loaded.getCell(address).isMerged && loaded.getCell(address).master !== loaded.getCell(address) ? null : loaded.getCell(address).value), second = plain((other[address] as sheetjs.CellObject | undefined)?.v);
        if (first === null || first === undefined || first !== second) return;
        const same = typeof first === 'number' ? Number(ours) === Number(first.toPrecision(15)) || /^\d\d+:|^\d{4}-\d\d/.test(ours ?? '') || Number(ours) === first : ours === Buffer.from(String(first)).toString();
        if (!same) different.push({ address, ours, theirs: first });
      });
    });
    expect(different).toEqual([]);
  });
});

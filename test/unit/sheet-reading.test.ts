import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { cellReference, columnLetters, rangeReference } from '../../core/formats/xlsx/cell-reference.ts';
import { durationText, isoTimeText } from '../../core/formats/ods/ods-values.ts';
import { kindOfFormat } from '../../core/formats/sheets/number-format.ts';
import { numberText, significantDigits } from '../../core/formats/sheets/number-text.ts';
import { serialOf, serialText, valueKinds } from '../../core/formats/sheets/serial-date.ts';
import { packEntry, zipFile } from '../../core/formats/zip/zip-file.ts';
import { openLocalStorage } from '../../storage/local/local-storage.ts';
import { cellsOf, prepareBytes } from '../support/prepared-bytes.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-sheets-'));
const storage = await openLocalStorage(folder);
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
const corpus = (name: string): Buffer => readFileSync(new URL(`../fixtures/corpus/${name}`, import.meta.url));
const collect = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};

describe('a workbook in something else', () => {
  it('is read out of gzip, and out of a ZIP file', async () => {
    const file = corpus('xlsx/several-sheets.xlsx');
    const gzipped = await prepareBytes(storage, gzipSync(file));
    expect(gzipped.detection.options).toMatchObject({ format: 'xlsx', compression: 'gzip', sheet: 'List' });
    expect(cellsOf(gzipped)).toEqual([['1', 'Ann'], ['2', 'Bob']]);
    const zipped = await prepareBytes(storage, await collect(zipFile([packEntry('list.xlsx', file)])));
    expect(zipped.detection.options).toMatchObject({ format: 'xlsx', compression: 'zip' });
    expect(cellsOf(zipped)).toEqual([['1', 'Ann'], ['2', 'Bob']]);
  });
});

describe('what an operator says of a workbook', () => {
  const file = corpus('xlsx/title-and-blank-lines.xlsx');

  it('overrules what is found', async () => {
    const said = await prepareBytes(storage, file, { overrides: { preambleLines: 5, header: false } });
    expect(said.detection.options).toMatchObject({ preambleLines: 5, header: false, headerRows: 0, dataStartLine: 6, columns: ['column_1', 'column_2', 'column_3', 'column_4'] });
    expect(cellsOf(said)).toHaveLength(5);
    const none = await prepareBytes(storage, file, { overrides: { headerRows: 0, preambleLines: 4 } });
    expect([cellsOf(none)[0], none.detection.options]).toMatchObject([['id', 'name', 'city', 'amount'], { header: false }]);
    expect((await prepareBytes(storage, file, { overrides: { header: true, preambleLines: 4 } })).detection.options.columns).toEqual(['id', 'name', 'city', 'amount']);
  });

  it('is refused where it does not fit', async () => {
    await expect(prepareBytes(storage, file, { overrides: { format: 'ods' } })).rejects.toMatchObject({ code: 'OPTION_INVALID', place: { option: 'format' } });
    await expect(prepareBytes(storage, file, { overrides: { format: 'csv' } })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(prepareBytes(storage, file, { overrides: { preambleLines: 500 } })).rejects.toMatchObject({ code: 'FILE_NO_RECORDS' });
    const text = Buffer.from('id,name\n1,Ann\n2,Bob\n');
    await expect(prepareBytes(storage, text, { overrides: { format: 'xlsx' } })).rejects.toMatchObject({ code: 'OPTION_INVALID', place: { option: 'format' } });
    await expect(prepareBytes(storage, text, { overrides: { sheet: 'A' } })).rejects.toMatchObject({ code: 'OPTION_INVALID', place: { option: 'sheet' } });
  });
});

describe('serial numbers of days', () => {
  it('are the days of the calendar in both systems, to the millisecond and back', () => {
    const from = Date.UTC(1904, 0, 2), to = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
    fc.assert(fc.property(fc.integer({ min: from, max: to }), (ms) => {
      const text = new Date(ms).toISOString().slice(0, 19) + new Date(ms).toISOString().slice(19, 23).replace(/\.?0+$/, '');
      const serial = serialOf(ms) ?? 0;
      expect(serialText(Number(String(serial)), valueKinds.dateTime, false)).toBe(text);
      expect(serialText(serial - 1462, valueKinds.dateTime, true)).toBe(text);
    }), { numRuns: 500 });
  });

  it('have the ends and the leap day that never was of the 1900 system', () => {
    expect([0, 1, 59, 60, 61, 2_958_465, 2_958_466, -1, Number.NaN].map((day) => serialText(day, valueKinds.date, false)))
      .toEqual([null, '1900-01-01', '1900-02-28', null, '1900-03-01', '9999-12-31', null, null, null]);
    expect([0, 1, 2_957_003, 2_957_004].map((day) => serialText(day, valueKinds.date, true))).toEqual(['1904-01-01', '1904-01-02', '9999-12-31', null]);
    expect([1.5, -0.25, 0.0000001].map((length) => serialText(length, valueKinds.duration, false))).toEqual(['36:00:00', '-06:00:00', '00:00:00.009']);
  });
});

describe('number formats', () => {
  it.each([
    ['General', 'general'], ['0.00', 'general'], ['#,##0 "days"', 'general'], ['[Red]0', 'general'], ['@', 'general'], ['0\\h', 'general'], ['', 'general'], ['0.00E+00', 'general'], ['_-* #,##0_-', 'general'],
    ['yyyy-mm-dd', 'date'], ['mmm yy', 'date'], ['m/d', 'date'], ['[$-F800]dddd\\, mmmm dd', 'date'], ['d/m/yyyy;@', 'date'], ['[h]:mm', 'duration'], ['[ss].00', 'duration'], ['h:mm AM/PM', 'time'], ['mm:ss.0', 'time'],
    ['dd.mm.yyyy hh:mm', 'dateTime'], ['yyyy\\-mm\\-dd\\ hh:mm:ss"Z"', 'dateTimeUtc'],
  ] as const)('%s: %s', (code, kind) => { expect(kindOfFormat(code)).toBe(valueKinds[kind]); });
});

describe('numbers as they are stored', () => {
  it('keep up to 15 digits as they stand, and lose what the double leaves behind them', () => {
    expect(['0.10', '1E5', '-0', '0.30000000000000004', '5.0000000000000001E-2', '999999999999999'].map((text) => numberText(text))).toEqual(
      ['0.10', '1E5', '-0', '0.3', '0.05', '999999999999999'].map((text) => ({ text, doubtful: false })));
    expect(['1234567890123456789', '1.23456789012346E+18', '1000000000000000'].map((text) => numberText(text)?.doubtful)).toEqual([true, true, true]);
    expect(['', '.', 'abc', '1,5', '0x10', 'Infinity'].map(numberText)).toEqual([null, null, null, null, null, null]);
  });

  it('lose digits beyond the 15th only where a double or a calculation left them there', () => {
    const short = { '0.30000000000000004': '0.3', '1.1000000000000001': '1.1', '0.7999999999999999': '0.8', '434.99999999999994': '435', '-3.3000000000000003': '-3.3', '50.850345123456698': '50.8503451234567', '0.1000000000000000055511151231257827': '0.1' };
    expect(Object.keys(short).map((text) => numberText(text)?.text)).toEqual(Object.values(short));
    const kept = ['50.85034512345678', '3.141592653589793', '3.1415926535897931', '123456789012.3456', '0.1234567890123456', '-50.850345123456779', '999999999999999.9'];
    expect(kept.map((text) => numberText(text))).toEqual(kept.map((text) => ({ text, doubtful: false })));
  });

  it('of every double of 15 digits is that double', () => {
    fc.assert(fc.property(fc.double({ min: -1e14, max: 1e14, noNaN: true }), (value) => {
      const rounded = Number(value.toPrecision(15));
      expect(Number(numberText(String(rounded + 0))?.text)).toBe(rounded + 0);
    }));
  });

  it('parse to the same double, or are four digits and more shorter and at most two steps away', () => {
    const sums = fc.array(fc.integer({ min: -9999, max: 9999 }).map((cents) => cents / 100), { minLength: 2, maxLength: 4 }).map((all) => all.reduce((sum, each) => sum + each, 0));
    const any = fc.oneof(fc.double({ min: -1e14, max: 1e14, noNaN: true }), sums).filter((value) => value !== 0);
    fc.assert(fc.property(any, fc.boolean(), (value, asExcel) => {
      const stored = asExcel ? value.toPrecision(17) : String(value), read = numberText(stored)?.text ?? '';
      if (Number(read) === value) return;
      expect(Math.abs(Number(read) - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -51);
      expect(significantDigits(String(value)) - significantDigits(read)).toBeGreaterThanOrEqual(4);
      expect(significantDigits(read)).toBeLessThanOrEqual(13);
    }), { numRuns: 2000 });
  });

  it('of endless digits are texts, at once', () => {
    const endless = `1${'0'.repeat(2_000_000)}1`;
    expect([numberText(endless), significantDigits(endless)]).toEqual([null, 2_000_002]);
  });
});

describe('times of OpenDocument', () => {
  it('are in the same forms as those of Excel', () => {
    expect(['PT36H05M00S', 'PT0H0M1.500S', '-PT1H', 'P1DT2H', 'PT', 'x'].map(durationText)).toEqual(['36:05:00', '00:00:01.5', '-01:00:00', '26:00:00', 'PT', 'x']);
    expect(['2024-01-31', '2024-01-31T10:30:00.500000000', '2024-01-31T10:30:00', 'x'].map(isoTimeText)).toEqual(['2024-01-31', '2024-01-31T10:30:00.5', '2024-01-31T10:30:00', 'x']);
  });
});

describe('references of cells', () => {
  it('are letters and numbers, there and back', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 16_384 }), (column) => {
      const letters = columnLetters(column);
      expect(cellReference(Buffer.from(`${letters}12`), 0, letters.length + 2)).toBe(column);
    }));
    expect([columnLetters(16_384), rangeReference('$B$2:D4'), rangeReference('A1'), rangeReference('#REF!')]).toEqual(
      ['XFD', { firstLine: 2, lastLine: 4, firstColumn: 2, lastColumn: 4 }, { firstLine: 1, lastLine: 1, firstColumn: 1, lastColumn: 1 }, null]);
  });
});

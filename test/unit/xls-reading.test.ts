/** Large old workbooks: parts of their cells at a time, and the texts that all cells share once through. */
import * as sheetjs from '@e965/xlsx';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWaybillError, WaybillError } from '../../contracts/errors.ts';
import { compoundFiles } from '../../core/formats/xls/compound-file.ts';
import { readXls } from '../../core/formats/xls/read-xls.ts';
import { SharedTexts } from '../../core/formats/xls/shared-texts.ts';
import { rowsOfSheet, WorkbookStream } from '../../core/formats/xls/workbook-stream.ts';
import { writeXls } from '../support/write-xls.ts';

const textOf = (sheet: ReturnType<typeof readXls>[number] | undefined): string => Buffer.concat(sheet?.spool ?? []).toString();

describe('an old workbook', () => {
  it('of as many rows as there can be, each with texts of its own, is read in the order of its rows', () => {
    const rows = Array.from({ length: rowsOfSheet }, (_, row) => [`R${row}`, `text ${row} é`, row % 7 === 0 ? '' : `more ${row} Ω`, `same ${row % 10}`]);
    const startedMs = performance.now();
    const bytes = writeXls(rows), before = Buffer.from(bytes);
    const writtenMs = performance.now();
    const [sheet, ...others] = readXls(bytes);
    // 0.9 s on a quiet machine; each character looked for among all borders took ten times as long.
    expect(performance.now() - writtenMs).toBeLessThan(20_000 + (writtenMs - startedMs));
    expect(others).toEqual([]);
    expect(sheet?.facts).toMatchObject({ rows: rowsOfSheet, wideRows: rowsOfSheet, width: 4 });
    expect(textOf(sheet) === rows.map((row, at) => `${at + 1}\t${row.join('\t')}\n`).join('')).toBe(true);
    expect(bytes.equals(before)).toBe(true);
  }, 120_000);

  it('of several sheets, formulas, blanks and merged cells is the same in parts as at once', () => {
    const book = sheetjs.utils.book_new();
    for (const [index, count] of [3_000, 3, 2_000].entries()) {
      const sheet = sheetjs.utils.aoa_to_sheet(Array.from({ length: count }, (_, row) => [row, row / 4, index]));
      for (let row = 0; row < count; row += 997) Object.assign(sheet, { [`D${row + 1}`]: { t: 'n', v: row * 2, f: `A${row + 1}*2` }, [`E${row + 1}`]: { t: 'z' } });
      sheet['!ref'] = `A1:E${count}`;
      sheet['!merges'] = [{ s: { r: 1, c: 0 }, e: { r: 2, c: 1 } }];
      sheetjs.utils.book_append_sheet(book, sheet, `Sheet ${index}`);
    }
    const bytes = sheetjs.write(book, { type: 'buffer', bookType: 'biff8' }) as Buffer;
    const sheets = readXls(bytes, 700);
    expect(sheets.map(({ spool, ...sheet }) => ({ ...sheet, text: String(Buffer.concat(spool)) }))).toEqual(readXls(bytes, Infinity).map(({ spool, ...sheet }) => ({ ...sheet, text: String(Buffer.concat(spool)) })));
    expect(sheets.map(({ name, facts: { rows, width } }) => ({ name, rows, width }))).toEqual(
      [3_000, 3, 2_000].map((rows, index) => ({ name: `Sheet ${index}`, rows, width: 4 })));
    expect(sheets.map(({ facts: { merges } }) => merges.length)).toEqual([1, 1, 1]);
    for (const [index, count] of [3_000, 3, 2_000].entries()) {
      const expected = Array.from({ length: count }, (_, row) => `${row + 1}\t${row}\t${row / 4}\t${index}${row % 997 === 0 ? `\t${row * 2}` : ''}\n`).join('');
      expect(textOf(sheets[index]) === expected).toBe(true);
    }
  });
});

describe('the records of a workbook', () => {
  it('are cut at rows into parts of about so many cells, and stand as before afterwards', () => {
    const bytes = compoundFiles.find(compoundFiles.read(writeXls(Array.from({ length: 10 }, () => ['a', 'b', 'c'])), { type: 'buffer' }), '/Workbook')?.content as Buffer;
    const before = Buffer.from(bytes);
    const stream = new WorkbookStream(bytes);
    expect(stream.parts(7)).toEqual([{ from: 0, to: 2 }, { from: 2, to: 4 }, { from: 4, to: 6 }, { from: 6, to: 8 }, { from: 8, to: Infinity }]);
    expect(stream.parts(1)).toHaveLength(10);
    expect(stream.parts(1_000)).toEqual([{ from: 0, to: Infinity }]);
    stream.show({ from: 2, to: 4 });
    expect(bytes.equals(before)).toBe(false);
    stream.restore();
    expect(bytes.equals(before)).toBe(true);
  });
});

const someText = fc.record({
  text: fc.string({ unit: 'grapheme', maxLength: 40 }), wide: fc.boolean(), runs: fc.nat(3), extra: fc.nat(30), cut: fc.nat(50),
});

/** With formats and phonetic guides, cut after any of its characters or anywhere behind them. */
const recordsOf = (texts: readonly { readonly text: string; readonly wide: boolean; readonly runs: number; readonly extra: number; readonly cut: number }[]): Buffer[] => {
  const records: Buffer[] = [Buffer.alloc(8)];
  records[0]?.writeUInt32LE(texts.length, 4);
  const add = (bytes: Buffer): void => { records[records.length - 1] = Buffer.concat([records.at(-1) ?? bytes, bytes]); };
  for (const { text, wide, runs, extra, cut } of texts) {
     
    const width = wide || /[^\u0000-\u00ff]/.test(text) ? 2 : 1;
    const head = Buffer.alloc(9), encode = (part: string): Buffer => Buffer.from(part, width === 2 ? 'utf16le' : 'latin1');
    head.writeUInt16LE(text.length, 0);
    head.writeUInt8((width - 1) | 0x0c, 2);
    head.writeUInt16LE(runs, 3);
    head.writeUInt32LE(extra, 5);
    add(head);
    add(encode(text.slice(0, cut)));
    if (cut < text.length) { records.push(Buffer.of(width - 1)); add(encode(text.slice(cut))); }
    const behind = Buffer.alloc(runs * 4 + extra, 0xff), at = Math.min(cut, behind.length);
    add(behind.subarray(0, at));
    if (at < behind.length && cut % 2 === 0) records.push(Buffer.alloc(0));
    add(behind.subarray(at));
  }
  return records;
};

describe('the texts that cells share', () => {
  const textsOf = (records: readonly Buffer[]): SharedTexts => {
    let at = 0;
    return new SharedTexts(Buffer.concat(records), records.map(({ length }) => ({ start: at, end: at += length })));
  };

  it('are read whatever is with them and wherever they are cut', () => {
    fc.assert(fc.property(fc.array(someText, { maxLength: 12 }), (texts) => {
      const read = textsOf(recordsOf(texts));
      for (const [index, { text }] of [...texts.entries()].reverse()) expect(read.text(index)).toBe(text);
      expect(() => read.text(texts.length)).toThrow(WaybillError);
    }));
  });

  it('end in a refusal where they are cut off or changed', () => {
    fc.assert(fc.property(fc.array(someText, { minLength: 1, maxLength: 6 }), fc.nat(), fc.nat(255), (texts, place, value) => {
      const bytes = Buffer.concat(recordsOf(texts));
      bytes[place % bytes.length] = value;
      const read = textsOf([bytes.subarray(0, place % (bytes.length + 1))]);
      for (const index of texts.keys()) {
        try { read.text(index); } catch (error) { if (!isWaybillError(error)) throw error; }
      }
    }));
  });
});

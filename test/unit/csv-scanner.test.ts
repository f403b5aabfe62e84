import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenFlag, escapedFlag, quotedFlag, RecordScanner, type ScanDialect } from '../../core/formats/csv/record-scanner.ts';

const comma: ScanDialect = { delimiter: 44, quote: 34, escape: 'double' };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface ScannedRecord { readonly line: number; readonly cells: readonly string[]; readonly flags: readonly number[] }

function scan(text: string | Uint8Array, dialect: ScanDialect = comma): { records: ScannedRecord[]; scanner: RecordScanner } {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  const scanner = new RecordScanner(dialect, 2);
  scanner.reset(bytes, 0, bytes.length, 1);
  const records: ScannedRecord[] = [];
  while (scanner.next()) {
    const cells = Array.from({ length: scanner.cellCount }, (_, cell) => {
      const target = new Uint8Array((scanner.cellEnd[cell] as number) - (scanner.cellStart[cell] as number));
      return decoder.decode(target.subarray(0, scanner.unescapeInto(cell, target, 0)));
    });
    records.push({ line: scanner.line, cells, flags: [...scanner.cellFlags.subarray(0, scanner.cellCount)] });
  }
  return { records, scanner };
}
const cellsOf = (text: string, dialect?: ScanDialect): (readonly string[])[] => scan(text, dialect).records.map(({ cells }) => cells);

describe('the record scanner', () => {
  it('reads quoted delimiters, quotes and newlines', () => {
    const { records } = scan('a,"b, ""c""\r\nd",e\n');
    expect(records).toEqual([{ line: 1, cells: ['a', 'b, "c"\r\nd', 'e'], flags: [0, quotedFlag | escapedFlag, 0] }]);
  });
  it('takes LF, CRLF and CR as line ends, mixed, and counts them as lines also inside quotes', () => {
    const { records } = scan('a\r\nb\rc\n"d\r\ne\rf\ng"\nh');
    expect(records.map(({ line, cells }) => [line, cells[0]])).toEqual([[1, 'a'], [2, 'b'], [3, 'c'], [4, 'd\r\ne\rf\ng'], [8, 'h']]);
  });
  it('skips blank lines and counts them as lines', () => {
    expect(scan('\n\r\n\ra\n\n\nb\n\n').records.map(({ line, cells }) => [line, cells[0]])).toEqual([[4, 'a'], [7, 'b']]);
  });
  it('keeps empty cells, also at the end and in a file without a last line end', () => {
    expect(cellsOf(',\n,,\n"",\nx,')).toEqual([['', ''], ['', '', ''], ['', ''], ['x', '']]);
  });
  it('takes a quote in the middle of a cell as an ordinary character', () => {
    expect(scan('5" pipe,a"b"c\n').records[0]).toEqual({ line: 1, cells: ['5" pipe', 'a"b"c'], flags: [0, 0] });
  });
  it('keeps a cell raw and marks it when text follows the closing quote, and goes on with the next cell', () => {
    expect(scan('"a"b"",c\n"d",e\n').records).toEqual([
      { line: 1, cells: ['"a"b""', 'c'], flags: [quotedFlag | brokenFlag, 0] },
      { line: 2, cells: ['d', 'e'], flags: [quotedFlag, 0] },
    ]);
  });
  it('takes blanks behind a closing quote as nothing', () => {
    expect(scan('"a" ,"b"\t\n').records[0]).toEqual({ line: 1, cells: ['a', 'b'], flags: [quotedFlag, quotedFlag] });
  });
  it('says where a quote opened that never closes, and keeps the bytes', () => {
    const { records, scanner } = scan('a,b\nc,"d\ne,f\n');
    expect(scanner.unclosedQuoteAt).toBe(6);
    expect(records[1]).toEqual({ line: 2, cells: ['c', '"d\ne,f\n'], flags: [0, quotedFlag | brokenFlag] });
  });
  it('tells where a record ends without its line end, however it is written', () => {
    const text = 'a\r\n\n"b\n"\rc,\nd';
    const bytes = encoder.encode(text);
    const scanner = new RecordScanner(comma);
    scanner.reset(bytes, 0, bytes.length, 1);
    const contents: string[] = [];
    while (scanner.next()) contents.push(text.slice(scanner.recordStart, scanner.contentEnd));
    expect(contents).toEqual(['a', '"b\n"', 'c,', 'd']);
  });
  it('reads backslash escapes where the dialect has them, and leaves other backslashes alone', () => {
    const dialect: ScanDialect = { ...comma, escape: 'backslash' };
    expect(cellsOf('"a\\"b, \\\\","c\\n",d\\\n"e""f\\\nx"\n', dialect)).toEqual([['a"b, \\', 'c\\n', 'd\\'], ['e"f\\\nx']]);
  });
  it('reads without quotes at all', () => {
    expect(cellsOf('"a,b"\n', { ...comma, quote: -1 })).toEqual([['"a', 'b"']]);
  });
  it('reads 10,000 cells of a record and a cell of 10 MB', () => {
    expect(scan(`${Array.from({ length: 10_000 }, (_, index) => index).join(',')}\n`).records[0]?.cells).toHaveLength(10_000);
    expect(scan(`a,"${'x'.repeat(10_000_000)}"\n`).records[0]?.cells[1]).toHaveLength(10_000_000);
  });
  it('scans only its range, from the line it is told', () => {
    const bytes = encoder.encode('a,b\nc,d\ne,f\n');
    const scanner = new RecordScanner(comma);
    scanner.reset(bytes, 4, 8, 7);
    expect(scanner.next()).toBe(true);
    expect([scanner.line, scanner.recordStart, scanner.recordEnd, scanner.cellCount]).toEqual([7, 4, 8, 2]);
    expect(scanner.next()).toBe(false);
  });
});

const content = fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀', ' ', ',', '"', '\n', '\r\n', '7', '-', "'"), maxLength: 12 });
const table = fc.array(fc.array(fc.record({ content, quoted: fc.boolean() }), { minLength: 1, maxLength: 6 }), { maxLength: 12 });
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');

describe('the record scanner beside csv-parse', () => {
  const encode = (cell: { content: string; quoted: boolean }): string =>
    cell.quoted || /[",\r\n]/.test(cell.content) ? `"${cell.content.replaceAll('"', '""')}"` : cell.content;

  it('reads the same cells from every well-formed text', () => {
    fc.assert(fc.property(table, lineEnd, fc.boolean(), (rows, end, closed) => {
      const text = rows.map((row) => row.map(encode).join(',')).join(end) + (closed ? end : '');
      const expected = parse(text, { relax_column_count: true, skip_empty_lines: true, record_delimiter: [end] });
      expect(cellsOf(text)).toEqual(expected);
    }), { numRuns: 1500 });
  });
  it('reads the same cells when line ends are mixed', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.array(content, { minLength: 1, maxLength: 4 }), lineEnd), { maxLength: 10 }), (rows) => {
      const text = rows.map(([row, end]) => row.map((cell) => encode({ content: cell, quoted: true })).join(',') + end).join('');
      expect(cellsOf(text)).toEqual(parse(text, { relax_column_count: true, record_delimiter: ['\r\n', '\n', '\r'] }));
    }), { numRuns: 500 });
  });
  it('reads the same cells with backslash escapes and another delimiter', () => {
    const dialect: ScanDialect = { delimiter: 59, quote: 39, escape: 'backslash' };
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', ';', "'", '\\', '\n', ' '), maxLength: 10 });
    fc.assert(fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), (rows) => {
      const text = rows.map((row) => row.map((each) => `'${each.replace(/['\\]/g, '\\$&')}'`).join(';')).join('\n');
      expect(cellsOf(text, dialect)).toEqual(rows);
      expect(cellsOf(text, dialect)).toEqual(parse(text, { delimiter: ';', quote: "'", escape: '\\', relax_column_count: true }));
    }), { numRuns: 500 });
  });
  it('loses no byte of any text, however broken', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(44, 34, 10, 13, 97, 32, 92, 0xc3), { maxLength: 60 }), fc.constantFrom<ScanDialect>(comma, { ...comma, escape: 'backslash' }, { ...comma, quote: -1 }), (codes, dialect) => {
      const bytes = Uint8Array.from(codes);
      const scanner = new RecordScanner(dialect);
      scanner.reset(bytes, 0, bytes.length, 1);
      const blank = (from: number, to: number): boolean => bytes.subarray(from, to).every((byte) => byte === 10 || byte === 13);
      let reached = 0;
      while (scanner.next()) {
        expect(blank(reached, scanner.recordStart)).toBe(true);
        let at = scanner.recordStart;
        for (let cell = 0; cell < scanner.cellCount; cell++) {
          const quotes = ((scanner.cellFlags[cell] as number) & (quotedFlag | brokenFlag)) === quotedFlag ? 1 : 0;
          expect(scanner.cellStart[cell]).toBe(at + quotes);
          at = (scanner.cellEnd[cell] as number) + quotes;
          if (quotes === 1) while (bytes[at] === 32 || bytes[at] === 9) at++;
          if (cell < scanner.cellCount - 1) expect(bytes[at++]).toBe(44);
        }
        expect(blank(at, scanner.recordEnd)).toBe(true);
        reached = scanner.recordEnd;
      }
      expect(blank(reached, bytes.length)).toBe(true);
    }), { numRuns: 3000 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecordSplitter } from '../../api/rejects/split-record.ts';
import { issueCodeOf } from '../../contracts/issue-codes.ts';
import { cellText } from '../../core/formats/cell-text.ts';
import { brokenFlag, doubtfulFlag, quotedFlag } from '../../core/formats/csv/record-scanner.ts';
import { spoolLine, spoolLineWith, spoolProblem, type SpoolCell } from '../../core/formats/row-spool/spool-cell.ts';
import { SpoolReader } from '../../core/formats/row-spool/spool-reader.ts';

const text = fc.string({ unit: fc.oneof(fc.constantFrom('\t', '\n', '\r', '\\', '!', '?', ';', 'e', 'é', '😀'), fc.string({ minLength: 1, maxLength: 1 })), maxLength: 12 });
const cell: fc.Arbitrary<SpoolCell> = fc.oneof(fc.constant(null), text, fc.record({ text, issue: fc.constant('DATE_INVALID' as const), rejects: fc.boolean() }));

const readBack = (bytes: Buffer, columns: number) => {
  const reader = new SpoolReader(columns);
  reader.reset(bytes, 0, bytes.length);
  const rows: { line: number; cells: SpoolCell[] }[] = [];
  while (reader.next()) {
    rows.push({ line: reader.line, cells: Array.from({ length: reader.cellCount }, (_, at): SpoolCell => {
      const flags = reader.cellFlags[at] ?? 0;
      const found = cellText(reader, bytes, at);
      if ((flags & (brokenFlag | doubtfulFlag)) !== 0) return { text: found, issue: issueCodeOf(reader.brokenIssue(at)), rejects: (flags & brokenFlag) !== 0 };
      return found === '' && (flags & quotedFlag) === 0 ? null : found;
    }) });
  }
  return rows;
};

describe('the row spool', () => {
  it('gives back any cells with their row’s own number', () => {
    fc.assert(fc.property(fc.array(fc.record({ line: fc.nat(2_000_000), cells: fc.array(cell, { minLength: 3, maxLength: 3 }) }), { maxLength: 8 }), (rows) => {
      expect(readBack(Buffer.from(rows.map(({ line, cells }) => spoolLine(line, cells)).join('')), 3)).toEqual(rows);
    }));
  });

  it('fills a short row up with nothing, and takes empty cells beyond the columns for none', () => {
    expect(readBack(Buffer.from(spoolLine(7, ['a']) + spoolLine(9, ['a', null, 'c', null, null]) + spoolLine(10, ['a', null, 'c', 'd'])), 3))
      .toEqual([{ line: 7, cells: ['a', null, null] }, { line: 9, cells: ['a', null, 'c'] }, { line: 10, cells: ['a', null, 'c', 'd'] }]);
  });

  it('carries a row that could not be read, and the places that have no column', () => {
    const bytes = Buffer.from(spoolProblem(3, 'ROW_JSON_INVALID', '{"a":\t') + spoolLineWith(4, ['a', null], ['b.c', 'd[]']) + spoolLine(5, ['x', 'y']));
    const reader = new SpoolReader(2);
    reader.reset(bytes, 0, bytes.length);
    const rows: unknown[] = [];
    while (reader.next()) rows.push([reader.line, reader.problem === 0 ? null : issueCodeOf(reader.problem), reader.cellCount, cellText(reader, bytes, 0), [...reader.unknownPaths]]);
    expect(createRecordSplitter(new SpoolReader(2), 2)(Buffer.from(spoolProblem(3, 'ROW_JSON_INVALID', '{"a":\t')))).toEqual(['', '', '{"a":\t']);
    expect(rows).toEqual([[3, 'ROW_JSON_INVALID', 2, '{"a":\t', []], [4, null, 2, 'a', ['b.c', 'd[]']], [5, null, 2, 'x', []]]);
  });
});

import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { createRecordSplitter } from '../../api/rejects/split-record.ts';
import { RecordScanner } from '../../core/formats/csv/record-scanner.ts';
import { reasonsOf, writeRejects } from '../../api/rejects/write-rejects.ts';
import type { QuarantinedRow } from '../../db/quarantine.ts';
import type { Issue } from '../../contracts/issue-codes.ts';

const split = createRecordSplitter(new RecordScanner({ delimiter: 0x3b, quote: 0x22, escape: 'double' }), 2);
const issue = (over: Partial<Issue> = {}): Issue => ({ rowNo: 3, lineNo: 7, field: 'opened_on', columnNo: 2, code: 'DATE_INVALID', severity: 'error', rule: null, ...over });
const row = (raw: string | null, over: Partial<QuarantinedRow> = {}): QuarantinedRow =>
  ({ rowNo: 3, lineNo: 7, outcome: 'quarantined', raw: raw === null ? null : Buffer.from(raw), issues: [issue()], ...over });

const written = async (columns: readonly string[], rows: readonly QuarantinedRow[]): Promise<string[][]> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of writeRejects({ columns, split, rows: (async function* () { await Promise.resolve(); yield* rows; })() })) pieces.push(piece);
  return parse(Buffer.concat(pieces), { relax_column_count: true });
};

test('a rejected row comes back with its own cells, its place and every reason', async () => {
  const lines = await written(['id', 'note'], [row('"a;1";"say ""hi"""\r\n', { issues: [issue(), issue({ code: 'ROW_TOO_FEW_CELLS', field: null, columnNo: null })] })]);
  expect(lines).toEqual([
    ['id', 'note', 'waybill_row', 'waybill_line', 'waybill_reasons'],
    ['a;1', 'say "hi"', '3', '7', expect.stringMatching(/^DATE_INVALID \[opened_on, column 2\]: .*; ROW_TOO_FEW_CELLS: /)],
  ]);
});

test('cells beyond the header are kept at the end, missing ones are empty, and a row without content still has its reasons', async () => {
  const lines = await written(['a', 'b'], [row('1;2;3;4'), row('1'), row(null)]);
  expect(lines.slice(1).map((cells) => [cells.slice(0, 4), cells.slice(5)])).toEqual([
    [['1', '2', '3', '7'], ['3', '4']], [['1', '', '3', '7'], []], [['', '', '3', '7'], []],
  ]);
});

test('a cell that a spreadsheet would run is neutralised, a number is not, and a header is no exception', async () => {
  const lines = await written(['=cmd()', 'b'], [row('=1+1;-12.5')]);
  expect(lines[0]?.[0]).toBe("'=cmd()");
  expect(lines[1]?.slice(0, 2)).toEqual(["'=1+1", '-12.5']);
});

test('any cells that were quoted by the rules are split as they were', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ';', '\n', '\r', 'é', ' ', "'"), maxLength: 8 });
  fc.assert(fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
    const raw = cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(';');
    expect(split(Buffer.from(raw))).toEqual(cells);
  }));
});

test('a reason names the field, the column and what to do', () => {
  expect(reasonsOf([issue()])).toBe('DATE_INVALID [opened_on, column 2]: Not a date in any of the column’s formats.');
});

test('rows of a file of rejects that are rejected again get new reasons in the place of the old, and no second apostrophe', async () => {
  const lines = await written(['phone', 'note', 'waybill_row', 'waybill_line', 'waybill_reasons'], [row("'+44 20;''=x;1;2;old", { rowNo: 9, lineNo: 10 })]);
  expect(lines).toEqual([
    ['phone', 'note', 'waybill_row', 'waybill_line', 'waybill_reasons'],
    ["'+44 20", "''=x", '9', '10', expect.stringMatching(/^DATE_INVALID/)],
  ]);
});

/**
 * The rejected rows as a CSV file that can be corrected and sent again: the original cells under their own names, then where the row
 * stood and what was wrong with it. Cells beyond the header follow at the end. Formulas are neutralised (design 10.19).
 */
import { issueKinds, type Issue } from '../../contracts/issue-codes.ts';
import { encodeCsvRow } from '../../core/formats/csv/csv-row-writer.ts';
import type { QuarantinedRow } from '../../db/quarantine.ts';

export const reasonColumns = ['waybill_row', 'waybill_line', 'waybill_reasons'] as const;

/** `DATE_INVALID [opened_on, column 3]: Not a date …; REQUIRED_MISSING […]: …` */
export const reasonsOf = (issues: readonly Issue[]): string => issues.map(({ code, field, columnNo }) => {
  const place = [...(field === null ? [] : [field]), ...(columnNo === null ? [] : [`column ${columnNo}`])].join(', ');
  return `${code}${place === '' ? '' : ` [${place}]`}: ${issueKinds[code].message}`;
}).join('; ');

export interface RejectsInput {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<QuarantinedRow>;
  readonly split: (raw: Buffer) => readonly string[];
}

const lineOf = (cells: readonly (string | null)[]): string => encodeCsvRow(cells, { neutraliseFormulas: true });

const rowLine = ({ rowNo, lineNo, raw, issues }: QuarantinedRow, { columns, split }: RejectsInput): string => {
  const cells = raw === null ? [] : split(raw);
  const own = columns.map((_, index) => cells[index] ?? null);
  return lineOf([...own, String(rowNo), String(lineNo), reasonsOf(issues), ...cells.slice(columns.length)]);
};

const pieceLength = 64 * 1024;

export async function* writeRejects(input: RejectsInput): AsyncGenerator<Uint8Array, void, undefined> {
  let text = lineOf([...input.columns, ...reasonColumns]);
  for await (const row of input.rows) {
    text += rowLine(row, input);
    if (text.length < pieceLength) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

/**
 * The rejected rows as a CSV file that can be corrected and sent again: the original cells under their own names, then where the row
 * stood and what was wrong with it. Cells beyond the header follow at the end. Formulas are neutralised (design 10.19).
 */
import type { Issue } from '../../contracts/issue-codes.ts';
import { issueMessage } from '../../contracts/issue-message.ts';
import type { Rule } from '../../contracts/rules.ts';
import { carriesRejects, rejectColumns } from '../../contracts/reject-columns.ts';
import { encodeCsvRow } from '../../core/formats/csv/csv-row-writer.ts';
import { restoreFormula } from '../../core/formats/csv/formula-text.ts';
import type { QuarantinedRow } from '../../db/quarantine.ts';

/** `DATE_INVALID [opened_on, column 3]: Not a date …; REQUIRED_MISSING […]: …` */
export const reasonsOf = (issues: readonly Issue[], rules: readonly Rule[] = []): string => issues.map(({ code, field, columnNo, rule }) => {
  const place = [...(field === null ? [] : [field]), ...(columnNo === null ? [] : [`column ${columnNo}`])].join(', ');
  return `${code}${place === '' ? '' : ` [${place}]`}: ${issueMessage({ code, rule }, rules)}`;
}).join('; ');

export interface RejectsInput {
  readonly columns: readonly string[];
  /** Of the import: they may have words of their own. */
  readonly rules?: readonly Rule[];
  readonly rows: AsyncIterable<QuarantinedRow>;
  readonly split: (raw: Buffer) => readonly string[];
}

const lineOf = (cells: readonly (string | null)[]): string => encodeCsvRow(cells, { neutraliseFormulas: true });

/** Rows of a file of rejects that were rejected again get new reasons in the place of the old ones, and no second apostrophe. */
interface Layout { readonly own: readonly number[]; readonly restores: boolean }
const layoutOf = (columns: readonly string[]): Layout => {
  const restores = carriesRejects(columns);
  const isReason = (name: string): boolean => (rejectColumns as readonly string[]).includes(name);
  return { own: columns.flatMap((name, index) => restores && isReason(name) ? [] : [index]), restores };
};

const rowLine = ({ rowNo, lineNo, raw, issues }: QuarantinedRow, { columns, split, rules }: RejectsInput, { own, restores }: Layout): string => {
  const found = raw === null ? [] : split(raw);
  const cells = restores ? found.map(restoreFormula) : found;
  return lineOf([...own.map((index) => cells[index] ?? null), String(rowNo), String(lineNo), reasonsOf(issues, rules), ...cells.slice(columns.length)]);
};

const pieceLength = 64 * 1024;

export async function* writeRejects(input: RejectsInput): AsyncGenerator<Uint8Array, void, undefined> {
  const layout = layoutOf(input.columns);
  let text = lineOf([...layout.own.map((index) => input.columns[index] ?? null), ...rejectColumns]);
  for await (const row of input.rows) {
    text += rowLine(row, input, layout);
    if (text.length < pieceLength) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

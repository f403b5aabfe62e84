/**
 * What the first rows of a file would become, before anything is imported: the same readers, transforms and types as staging has, because it is
 * the stager that makes it. Values are in it: who calls has to ask whether they may be seen.
 */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { Issue } from '../../contracts/issue-codes.ts';
import type { PlanDocument } from '../../contracts/plan-document.ts';
import { cellText } from '../formats/cell-text.ts';
import { createReader } from '../formats/formats.ts';
import type { RecordHead } from '../formats/record-chunks.ts';
import { CopyBuffer } from '../types/copy-buffer.ts';
import { createStager } from './create-stager.ts';

export type PreviewedIssue = Pick<Issue, 'code' | 'severity' | 'rule'>;
export interface PreviewedCell {
  readonly field: string;
  /** Texts of the source columns, as they stand; long ones are cut. */
  readonly before: readonly string[];
  /** As it would be stored; null: nothing, or refused. */
  readonly after: string | null;
  readonly issues: readonly PreviewedIssue[];
}
export interface PreviewedRow {
  readonly rowNo: number;
  readonly lineNo: number;
  readonly accepted: boolean;
  /** The row filter leaves it out. */
  readonly filtered: boolean;
  readonly cells: readonly PreviewedCell[];
  /** Of the row as a whole, such as too few cells. */
  readonly issues: readonly PreviewedIssue[];
}

const longestCell = 1_000;
const cut = (text: string): string => (text.length > longestCell ? `${text.slice(0, longestCell)}…` : text);

interface SourceRow { readonly lineNo: number; readonly cells: readonly string[] }

/** The last record of a head that goes on may be cut. */
const sourceRows = ({ bytes, complete }: RecordHead, { parse }: PlanDocument, wanted: number): readonly SourceRow[] => {
  const reader = createReader(parse);
  reader.reset(bytes, 0, bytes.length, parse.dataStartLine);
  const rows: SourceRow[] = [];
  while (rows.length < wanted && reader.next() && (complete || reader.recordEnd < bytes.length))
    rows.push({ lineNo: reader.line, cells: Array.from({ length: reader.cellCount }, (_, cell) => cut(cellText(reader, bytes, cell))) });
  return rows;
};

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', v: '\v', '\\': '\\' };
/** PostgreSQL's COPY text format, back to a text. */
const uncopied = (cell: string): string | null => (cell === '\\N' ? null : cut(cell.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter)));

const linesByRow = (buffer: CopyBuffer): ReadonlyMap<number, readonly string[]> =>
  new Map(buffer.view().toString('utf8').split('\n').filter((line) => line !== '').map((line) => {
    const [rowNo, ...cells] = line.split('\t');
    return [Number(rowNo), cells] as const;
  }));

interface PreviewInput { readonly plan: PlanDocument; readonly definition: DatasetDefinition; readonly head: RecordHead; readonly wanted: number; /** Since 1970, for rules that ask for it. */ readonly today?: number }

export const previewMapping = ({ plan, definition, head, wanted, today = 0 }: PreviewInput): readonly PreviewedRow[] => {
  const rows = sourceRows(head, plan, wanted);
  const stager = createStager(plan, definition, { datesAsDays: false, today });
  const out = new CopyBuffer();
  stager.begin(head.bytes, { firstRow: 1, firstLine: plan.parse.dataStartLine });
  while (stager.counts.rowsRead < rows.length && stager.fill(out, out.length + 1));
  const accepted = linesByRow(out), refused = linesByRow(stager.rejectedLines);
  const issues = stager.issues.map(({ rowNo, field, code, severity, rule }) => ({ rowNo, field, found: { code, severity, rule } }));
  const rejected = new Set(stager.rejected.map((row) => row.rowNo));
  return rows.map(({ lineNo, cells }, index) => {
    const rowNo = index + 1;
    const staged = accepted.get(rowNo) ?? refused.get(rowNo);
    const found = issues.filter((issue) => issue.rowNo === rowNo);
    return {
      rowNo, lineNo, accepted: accepted.has(rowNo), filtered: !accepted.has(rowNo) && !rejected.has(rowNo),
      cells: plan.mapping.map(({ field, columns }, lane) => ({
        field, before: columns.map((column) => cells[column] ?? ''), after: uncopied(staged?.[lane] ?? '\\N'),
        issues: found.filter((issue) => issue.field === field).map((issue) => issue.found),
      })),
      issues: found.filter((issue) => issue.field === null || !plan.mapping.some(({ field }) => field === issue.field)).map((issue) => issue.found),
    };
  });
};

/**
 * What a person is asked about a file that differs from its template: what the template still says stands, what it would take of the columns that
 * differ is proposed, and a needed field that lost its column is named with what it could be fed from.
 */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { AskedColumn, AskedField, JobQuestion, QuestionProposal } from '../../contracts/job-question.ts';
import type { MappedField } from '../../contracts/plan-document.ts';
import type { DriftFinding, TemplateField } from '../../contracts/template.ts';
import { withFewBare } from '../mapping/draft-question.ts';
import { joinEvidence } from '../mapping/join-evidence.ts';
import { isWeighable, type EvidenceProposal } from '../mapping/propose-by-evidence.ts';
import type { SampledColumns } from '../mapping/sample-columns.ts';
import type { Drift } from './find-drift.ts';

export interface DriftQuestionBasis {
  readonly drift: Drift;
  /** What the template's policy asks about. */
  readonly asked: readonly DriftFinding[];
  /** By the template, what differs included. */
  readonly mapping: readonly MappedField[];
  readonly fields: readonly TemplateField[];
  readonly sampled: SampledColumns;
  readonly definition: DatasetDefinition;
  readonly zone: string;
  readonly key: readonly string[];
  /** Fields that the import cannot do without. */
  readonly needed: readonly string[];
}

export const draftDriftQuestion = (basis: DriftQuestionBasis): Pick<JobQuestion, 'taken' | 'proposed' | 'columns' | 'fields'> => {
  const { mapping, asked, sampled } = basis;
  const doubted = mapping.filter((entry) => isDoubted(entry, asked, sampled.named));
  const taken = mapping.filter((entry) => !doubted.includes(entry));
  const evidence = weigh(basis, taken);
  const kept = doubted.map((entry) => keptProposal(entry, basis, evidence));
  const fields = lostFields(basis, evidence, new Set(mapping.flatMap(({ columns }) => columns)));
  const proposed = [...kept, ...fields.flatMap((lost) => foundProposal(lost, basis, evidence))];
  return { taken, proposed, fields, columns: columnsOf(basis, { taken, kept, evidence }) };
};

/** Without names, a column more or less may have moved any of them. */
const isDoubted = ({ field, columns }: MappedField, asked: readonly DriftFinding[], named: boolean): boolean =>
  asked.some(({ kind, fields }) => fields.includes(field) || (!named && columns.length > 0 && (kind === 'new' || kind === 'missing')));

const rounded = (confidence: number): number => Math.round(confidence * 1000) / 1000;

/** Null: so many that they are not weighed. */
const weigh = ({ sampled, definition, zone }: DriftQuestionBasis, taken: readonly MappedField[]): EvidenceProposal | null => {
  const used = new Set(taken.flatMap(({ columns }) => columns));
  const unmapped = sampled.columns.flatMap((_, column) => (used.has(column) ? [] : [column]));
  return isWeighable(sampled.columns.length, definition.fields.length) ? joinEvidence({ names: { mapping: taken, unmapped }, sampled, definition, zone }).proposal : null;
};

const candidateOf = (evidence: EvidenceProposal | null, column: number, field: string): number =>
  evidence?.columns[column]?.candidates.find((candidate) => candidate.field === field)?.confidence ?? 0;

/** As sure as the least sure of its columns: by how alike the names are where one is renamed, else by name and values. */
const keptProposal = ({ field, columns, transforms }: MappedField, { drift }: DriftQuestionBasis, evidence: EvidenceProposal | null): QuestionProposal => {
  const sure = columns.map((column) => drift.likeness.get(column) ?? candidateOf(evidence, column, field));
  return { field, columns, ...(transforms === undefined ? {} : { transforms }), confidence: rounded(Math.min(1, ...sure)) };
};

const lostFields = ({ needed, mapping, key }: DriftQuestionBasis, evidence: EvidenceProposal | null, used: ReadonlySet<number>): readonly AskedField[] =>
  needed.filter((field) => !mapping.some((entry) => entry.field === field)).map((field) => {
    const [best] = (evidence?.columns ?? []).filter(({ column }) => !used.has(column)).map(({ column }) => ({ column, confidence: candidateOf(evidence, column, field) }))
      .filter(({ confidence }) => confidence > 0).sort((left, right) => right.confidence - left.confidence);
    return { field, why: key.includes(field) ? 'key' : 'required', columns: best === undefined ? [] : [best.column], confidence: rounded(best?.confidence ?? 0) };
  });

/** Only what the weighing of all columns against all fields gave it. What the template does to the values of the field it does to these. */
const foundProposal = ({ field, columns, confidence }: AskedField, { fields }: DriftQuestionBasis, evidence: EvidenceProposal | null): readonly QuestionProposal[] => {
  const [column] = columns;
  if (column === undefined || evidence?.columns[column]?.field !== field) return [];
  const known = fields.find((entry) => entry.field === field);
  return [{ field, columns, ...(known?.transforms === undefined || known.columns.length !== 1 ? {} : { transforms: known.transforms }), confidence }];
};

interface Chosen { readonly taken: readonly MappedField[]; readonly kept: readonly QuestionProposal[]; readonly evidence: EvidenceProposal | null }

const columnsOf = ({ sampled, asked }: DriftQuestionBasis, { taken, kept, evidence }: Chosen): readonly AskedColumn[] => {
  const used = new Set(taken.flatMap(({ columns }) => columns)), filled = new Set(taken.map(({ field }) => field));
  const isNamed = (column: number): boolean => asked.some(({ no }) => no === column + 1);
  return withFewBare(sampled.columns.flatMap(({ cells }, column): readonly AskedColumn[] => {
    const fillRate = cells.length === 0 ? 0 : cells.filter((cell) => cell.trim() !== '').length / cells.length;
    if (used.has(column) || (fillRate === 0 && !isNamed(column))) return [];
    const own = kept.filter(({ columns }) => columns.includes(column)).map(({ field, confidence }) => ({ field, confidence, reasons: reasonsFor(asked, { column, field }) }));
    const others = (evidence?.columns[column]?.candidates ?? []).filter(({ field }) => !filled.has(field) && !own.some((each) => each.field === field));
    return [{ column, fillRate: rounded(fillRate), candidates: [...own, ...others.map(({ field, confidence, reasons }) => ({ field, confidence: rounded(confidence), reasons }))] }];
  }));
};

const reasonsFor = (asked: readonly DriftFinding[], { column, field }: { readonly column: number; readonly field: string }): readonly string[] => {
  const own = asked.filter(({ fields, no }) => fields.includes(field) && no === column + 1).map(({ why }) => why);
  return own.length > 0 ? own : ['the template feeds the field from it'];
};

/** What a person is asked about a mapping: what is plausible and not sure, what is missing, and keys that only a name speaks for. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { AskedColumn, AskedField, JobQuestion, QuestionProposal } from '../../contracts/job-question.ts';
import type { ParseOptions } from '../../contracts/parse-options.ts';
import type { MappedField } from '../../contracts/plan-document.ts';
import { mostColumnsOfField, type TransformStep } from '../../contracts/transform.ts';
import type { CombinedField } from './combine-columns.ts';
import { ignoredColumns, type Confirmations } from './confirmed-names.ts';
import type { FileMapping } from './map-file.ts';
import type { EvidenceProposal } from './propose-by-evidence.ts';

export interface QuestionBasis {
  readonly joined: FileMapping & { readonly proposal: EvidenceProposal };
  readonly definition: DatasetDefinition;
  readonly parse: ParseOptions;
  readonly confirmed: Confirmations;
  readonly key: readonly string[];
  /** Fields that the import cannot do without. */
  readonly needed: readonly string[];
}

export type MappingQuestion = Pick<JobQuestion, 'taken' | 'proposed' | 'columns' | 'fields'>;

export const draftQuestion = (basis: QuestionBasis): MappingQuestion => {
  const { joined } = basis;
  const doubtful = joined.mapping.filter((entry) => isDoubtfulKey(entry, basis) || isForgotten(entry, basis));
  const taken = joined.mapping.filter((entry) => !doubtful.includes(entry));
  const proposed = [...doubtful.map((entry) => proposalOf(entry, basis)), ...proposalsOf(basis)];
  return { taken, proposed, columns: columnsOf(basis, doubtful), fields: fieldsOf(basis, doubtful, proposed) };
};

/** Taken by its name alone: the values of its column do not look like a key's. Parts of a key may repeat, so of those only what speaks against them counts. */
const isDoubtfulKey = ({ field, columns, by }: MappedField, { joined: { proposal }, key }: QuestionBasis): boolean => {
  const [column] = columns;
  if (!key.includes(field) || columns.length !== 1 || column === undefined || by === 'operator' || by === 'evidence' || by === 'derived' || by === 'remembered') return false;
  const support = proposal.columns[column]?.support ?? 0;
  return support < (key.length === 1 ? 1 : -0.5);
};

/** It was confirmed to be made otherwise, which cannot be done with this file: what is done instead is for a person to say. */
const isForgotten = ({ field, by, columns }: MappedField, { joined: { remembered = [] } }: QuestionBasis): boolean =>
  by !== 'operator' && by !== 'remembered' && columns.length > 0 && remembered.some((note) => !note.taken && note.field === field);

const rounded = (confidence: number): number => Math.round(confidence * 1000) / 1000;

const confidenceOf = ({ joined: { proposal } }: QuestionBasis, column: number | undefined): number => rounded(proposal.columns[column ?? -1]?.confidence ?? 0);

const proposalOf = ({ field, columns }: MappedField, basis: QuestionBasis): QuestionProposal => ({ field, columns, confidence: confidenceOf(basis, columns[0]) });

/** What the assignment gave a field that nothing feeds yet. */
const proposalsOf = ({ joined: { mapping, proposal }, parse, confirmed }: QuestionBasis): readonly QuestionProposal[] => {
  const filled = new Set(mapping.map(({ field }) => field)), used = new Set([...ignoredColumns(parse, confirmed), ...mapping.flatMap(({ columns }) => columns)]);
  const isOpen = (field: string, columns: readonly number[]): boolean =>
    !filled.has(field) && columns.length <= mostColumnsOfField && columns.every((column) => !used.has(column) && (proposal.columns[column]?.fillRate ?? 0) > 0);
  return [
    ...proposal.combine.flatMap((group): readonly QuestionProposal[] => (isOpen(group.field, group.columns)
      ? [{ field: group.field, columns: group.columns, ...stepsOf(group), confidence: rounded(group.confidence) }] : [])),
    ...proposal.columns.flatMap(({ column, field, confidence }): readonly QuestionProposal[] => (field !== null && isOpen(field, [column]) ? [{ field, columns: [column], confidence: rounded(confidence) }] : [])),
  ].filter((each, index, all) => all.findIndex(({ field }) => field === each.field) === index);
};

const joinedBy = (separator: string): { readonly transforms: readonly TransformStep[] } => ({ transforms: [{ fn: 'join', separator }] });

/** How an import makes one value of the columns of a group. */
const stepsOf = ({ kind, parts }: CombinedField): { readonly transforms?: readonly TransformStep[] } => {
  switch (kind) {
    case 'point': return {};
    case 'moment': case 'name': case 'address': return joinedBy(' ');
    case 'date': return { transforms: [{ fn: 'date_parts', order: parts ?? ['day', 'month', 'year'], partial: false }] };
  }
};

const columnsOf = ({ joined: { mapping, proposal }, parse, confirmed }: QuestionBasis, doubtful: readonly MappedField[]): readonly AskedColumn[] => {
  const used = new Set([...ignoredColumns(parse, confirmed), ...mapping.filter((entry) => !doubtful.includes(entry)).flatMap(({ columns }) => columns)]);
  const filled = new Set(mapping.filter((entry) => !doubtful.includes(entry)).map(({ field }) => field));
  const listed = proposal.columns.flatMap(({ column, fillRate, candidates }) => {
    if (used.has(column) || fillRate === 0) return [];
    const group = proposal.combine.find(({ columns }) => columns.includes(column));
    const own = [...(group === undefined ? [] : [{ field: group.field, confidence: group.confidence, reasons: ['it makes the field together with other columns'] }]), ...candidates.filter(({ field }) => field !== group?.field)];
    return [{ column, fillRate: rounded(fillRate), candidates: own.filter(({ field }) => !filled.has(field)).map(({ field, confidence, reasons }) => ({ field, confidence: rounded(confidence), reasons })) }];
  });
  return withFewBare(listed);
};

/** A file of ten thousand columns is asked of those that may be for something. */
const mostBare = 500;
export const withFewBare = (columns: readonly AskedColumn[]): readonly AskedColumn[] => {
  let bare = 0;
  return columns.filter(({ candidates }) => candidates.length > 0 || (bare += 1) <= mostBare);
};

const fieldsOf = (basis: QuestionBasis, doubtful: readonly MappedField[], proposed: readonly QuestionProposal[]): readonly AskedField[] => basis.needed.flatMap((field): readonly AskedField[] => {
  const { joined: { mapping, open }, key } = basis;
  const doubt = doubtful.find((entry) => entry.field === field), byName = doubt !== undefined && isDoubtfulKey(doubt, basis);
  if (doubt === undefined && mapping.some((entry) => entry.field === field)) return [];
  const best = [...proposed, ...open].find((each) => each.field === field);
  return [{ field, why: byName ? 'key_by_name' : key.includes(field) ? 'key' : 'required', columns: best?.columns ?? [], confidence: rounded(best?.confidence ?? 0) }];
});

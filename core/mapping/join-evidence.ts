/**
 * What evidence adds where names left a column and a field without each other: only what may be taken without asking, only what the field's
 * own reader takes. Everything else stays a proposal that an operator can see and take (docs/mapping.md).
 */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { MappedField } from '../../contracts/plan-document.ts';
import type { Confirmations } from './confirmed-names.ts';
import { proposeByEvidence, type EvidenceProposal } from './propose-by-evidence.ts';
import type { MappingProposal } from './propose-mapping.ts';
import { readableShare } from './readable-share.ts';
import type { SampledColumns } from './sample-columns.ts';

export interface UnmappedColumn {
  /** From 0. */
  readonly column: number;
  /** Fields that it may be for, best first; names of fields only. */
  readonly candidates?: readonly { readonly field: string; readonly confidence: number }[];
}

/** A field without a source, and the columns that look like one. */
export interface OpenProposal {
  readonly field: string;
  /** From 0. */
  readonly columns: readonly number[];
  readonly confidence: number;
}

export interface JoinedMapping {
  readonly mapping: readonly MappedField[];
  readonly unmapped: readonly UnmappedColumn[];
  readonly open: readonly OpenProposal[];
  /** Null: everything was decided by names. */
  readonly proposal: EvidenceProposal | null;
}

export interface JoinOrder {
  readonly names: MappingProposal;
  readonly sampled: SampledColumns;
  readonly definition: DatasetDefinition;
  readonly zone: string;
  readonly confirmed?: Confirmations;
  /** Columns (from 0) that are for no field. */
  readonly ignored?: ReadonlySet<number>;
}

export const joinEvidence = ({ names, sampled, definition, zone, confirmed = new Map(), ignored = new Set() }: JoinOrder): JoinedMapping => {
  const proposal = proposeByEvidence({ ...sampled, definition, confirmed, decided: decidedBy(names.mapping) });
  const filled = new Set(names.mapping.map(({ field }) => field)), spoken = new Set([...ignored, ...names.mapping.flatMap(({ columns }) => columns)]);
  const taken = candidatesOf(proposal).filter(({ auto, field, columns }) => auto && !filled.has(field) && !columns.some((column) => spoken.has(column)) && isReadable({ field, columns }, { sampled, definition, zone }));
  const mapped = new Map([...names.mapping, ...taken.map(asMapped)].map((entry) => [entry.field, entry] as const));
  const used = new Set([...mapped.values()].flatMap(({ columns }) => columns));
  return {
    mapping: definition.fields.flatMap(({ name }) => mapped.get(name) ?? []),
    unmapped: names.unmapped.filter((column) => !used.has(column)).map((column) => unmappedOf(column, proposal, mapped)),
    open: openOf(proposal, mapped, ignored), proposal,
  };
};

const decidedBy = (mapping: readonly Pick<MappedField, 'field' | 'columns'>[]): ReadonlyMap<number, string> => new Map(mapping.flatMap(({ field, columns }) => columns.map((column) => [column, field] as const)));

interface Candidate extends OpenProposal { readonly auto: boolean }

/** Single columns, and the one kind of pair that an import can put together: latitude and longitude. */
const candidatesOf = ({ columns, combine }: EvidenceProposal): readonly Candidate[] => [
  ...columns.flatMap(({ column, field, confidence, auto }) => (field === null ? [] : [{ field, columns: [column], confidence, auto }])),
  ...combine.map(({ field, columns, confidence, auto, kind }) => ({ field, columns, confidence, auto: auto && kind === 'point' })),
];

const leastReadable = 0.98;

const isReadable = ({ field, columns }: Pick<OpenProposal, 'field' | 'columns'>, { sampled, definition, zone }: Pick<JoinOrder, 'sampled' | 'definition' | 'zone'>): boolean => {
  const found = definition.fields.find(({ name }) => name === field);
  return found !== undefined && readableShare({ field: found, zone, cells: columns.map((column) => sampled.columns[column]?.cells ?? []) }) >= leastReadable;
};

const rounded = (confidence: number): number => Math.round(confidence * 1000) / 1000;

const asMapped = ({ field, columns, confidence }: OpenProposal): MappedField => ({ field, columns: [...columns], by: 'evidence', confidence: rounded(confidence) });

const unmappedOf = (column: number, { columns, combine }: EvidenceProposal, mapped: ReadonlyMap<string, MappedField>): UnmappedColumn => {
  const group = combine.find((each) => each.columns.includes(column));
  const own = group === undefined ? columns[column]?.candidates ?? [] : [group];
  const candidates = own.filter(({ field }) => !mapped.has(field)).map(({ field, confidence }) => ({ field, confidence: rounded(confidence) }));
  return { column, ...(candidates.length === 0 ? {} : { candidates }) };
};

/** For a field without a source: what is proposed, else the best that was thought of. Of a group, the column to begin with. */
const openOf = (proposal: EvidenceProposal, mapped: ReadonlyMap<string, MappedField>, ignored: ReadonlySet<number>): readonly OpenProposal[] => {
  const used = new Set([...ignored, ...[...mapped.values()].flatMap(({ columns }) => columns)]);
  const best = new Map<string, OpenProposal>();
  const offer = (candidate: OpenProposal): void => {
    if (mapped.has(candidate.field) || candidate.columns.some((column) => used.has(column)) || (best.get(candidate.field)?.confidence ?? 0) >= candidate.confidence) return;
    best.set(candidate.field, candidate);
  };
  for (const { field, columns, confidence, kind } of proposal.combine) offer({ field, columns: kind === 'point' ? columns : columns.slice(0, 1), confidence });
  for (const { column, candidates } of proposal.columns) for (const { field, confidence } of candidates) offer({ field, columns: [column], confidence });
  return [...best.values()];
};

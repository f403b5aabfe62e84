/** A proposal for a whole file in which what was confirmed for earlier files of the partner is decided, as an import takes it. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { ParseOptions } from '../../contracts/parse-options.ts';
import type { MappedField } from '../../contracts/plan-document.ts';
import { withoutConfirmed, type Confirmations } from './confirmed-names.ts';
import type { DescribedProposal } from './describe-proposal.ts';
import { proposeByEvidence, type ColumnProposal, type EvidenceOrder } from './propose-by-evidence.ts';
import { keepReadable, recallMappings, type Recall } from './recall-mappings.ts';
import type { SampledColumns } from './sample-columns.ts';

export interface MemoryOrder {
  readonly parse: ParseOptions;
  readonly sampled: SampledColumns;
  readonly definition: DatasetDefinition;
  readonly confirmed: Confirmations;
  readonly held?: EvidenceOrder['held'];
}

export const proposeWithMemory = ({ parse, sampled, definition, confirmed, held = new Map() }: MemoryOrder): { readonly proposal: DescribedProposal; readonly recall: Recall } => {
  // The zone shifts times; it makes none of them readable.
  const recall = keepReadable(recallMappings({ parse, definition, confirmed, said: [] }), { parse, sampled, definition, zone: 'UTC' });
  const { columns, combine } = proposeByEvidence({
    ...sampled, definition, held, confirmed: withoutConfirmed(confirmed, recall.leftOut.filter(({ transformed }) => transformed)),
    decided: new Map(recall.fields.flatMap(({ field, columns: own }) => own.map((column) => [column, field] as const))),
  });
  const spoken = new Set(recall.fields.flatMap((entry) => entry.columns)), filled = new Set(recall.fields.map(({ field }) => field));
  return {
    recall,
    proposal: {
      columns: columns.map((column) => (spoken.has(column.column) || filled.has(column.field ?? '') ? asRemembered(column, recall.fields) : column)),
      combine: [
        ...recall.fields.filter((entry) => entry.columns.length > 1).map(({ field, columns: own }) => ({ field, columns: own, confidence: 1, auto: true })),
        ...combine.filter((group) => !filled.has(group.field) && !group.columns.some((column) => spoken.has(column))),
      ],
    },
  };
};

/** A part of a group has no field of its own; of several fields that one column makes, the first. */
const asRemembered = (proposal: ColumnProposal, fields: readonly MappedField[]): ColumnProposal => {
  const own = fields.find(({ columns }) => columns.length === 1 && columns[0] === proposal.column);
  return own === undefined ? { ...proposal, field: null, confidence: 0, auto: false } : { ...proposal, field: own.field, confidence: 1, auto: true };
};

/** The mapping that a received file would be given, without a job: `waybill map`. */
import { randomUUID } from 'node:crypto';
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { ParseOverrides } from '../../contracts/parse-options.ts';
import type { ReadLegacyWorkbook } from '../../core/formats/xls/xls-workbook.ts';
import { prepareSource } from '../../core/intake/prepare-source.ts';
import { openStored } from '../../core/intake/source-store.ts';
import type { Confirmations } from '../../core/mapping/confirmed-names.ts';
import { columnLabels, describeProposal, type DescribedProposal, type MappingAnswer } from '../../core/mapping/describe-proposal.ts';
import { hasCodeList } from '../../core/mapping/propose-value-map.ts';
import type { EvidenceProposal, SourceColumn } from '../../core/mapping/propose-by-evidence.ts';
import { notesOf, type Recall, type RememberedNote } from '../../core/mapping/recall-mappings.ts';
import { proposeWithMemory } from '../../core/mapping/propose-with-memory.ts';
import { sampleColumns } from '../../core/mapping/sample-columns.ts';
import { valueMapAfter, type ProposedMapSteps } from '../../core/mapping/value-map-after.ts';
import type { SourceFile } from '../../db/source-files.ts';
import { archiveKey, spoolKey } from '../../storage/storage-keys.ts';
import type { Storage } from '../../storage/storage.ts';

export interface MappingQuestion {
  readonly file: Pick<SourceFile, 'sha256'>;
  readonly fileName?: string | undefined;
  readonly overrides: ParseOverrides;
  readonly definition: DatasetDefinition;
  /** Some values that the dataset holds, by field. */
  readonly held: ReadonlyMap<string, ReadonlySet<string>>;
  readonly confirmed: Confirmations;
  readonly readLegacy?: ReadLegacyWorkbook | undefined;
}

export interface ProposedValueMap extends ProposedMapSteps {
  /** From 1. */
  readonly no: number;
  readonly column: string;
  readonly field: string;
}

export interface ProposedMapping {
  readonly columns: readonly (Omit<EvidenceProposal['columns'][number], 'column'> & { readonly no: number; readonly column: string })[];
  readonly combine: readonly { readonly field: string; readonly columns: readonly string[]; readonly confidence: number; readonly auto: boolean }[];
  readonly answer: MappingAnswer;
  /** What was confirmed for earlier files of the partner, and what becomes of it. */
  readonly remembered: readonly (Omit<RememberedNote, 'columns'> & { readonly columns: readonly string[] })[];
  readonly valueMaps: readonly ProposedValueMap[];
}

export const proposeForSource = async (storage: Storage, { file, fileName, overrides, definition, held, confirmed, readLegacy }: MappingQuestion): Promise<ProposedMapping> => {
  const spool = spoolKey(randomUUID());
  try {
    const { detection, key } = await prepareSource(storage, { key: archiveKey(file.sha256), spool, overrides, fileName, readLegacy });
    const sampled = await sampleColumns(await openStored(storage, key), detection.options);
    const { proposal, recall } = proposeWithMemory({ parse: detection.options, sampled, definition, held, confirmed });
    return { ...describe(sampled.columns.map(({ name }) => name), proposal, recall), valueMaps: valueMapsOf(sampled.columns, { proposal, recall }, definition) };
  } finally {
    await storage.remove(spool);
  }
};

const describe = (names: readonly string[], proposal: DescribedProposal, recall: Recall): Omit<ProposedMapping, 'valueMaps'> => {
  const labels = columnLabels(names);
  const label = (column: number): string => labels[column] ?? `#${column + 1}`;
  return {
    columns: proposal.columns.map(({ column, ...found }) => ({ ...found, no: column + 1, column: label(column) })),
    combine: proposal.combine.map((group) => ({ ...group, columns: group.columns.map(label) })),
    answer: describeProposal(names, proposal), remembered: notesOf(recall).map((note) => ({ ...note, columns: note.columns.map(label) })),
  };
};

interface Proposed { readonly proposal: DescribedProposal; readonly recall: Recall }

const valueMapsOf = (columns: readonly SourceColumn[], { proposal, recall }: Proposed, { fields }: DatasetDefinition): readonly ProposedValueMap[] => {
  const labels = columnLabels(columns.map(({ name }) => name));
  return proposal.columns.flatMap(({ column, field: name }): readonly ProposedValueMap[] => {
    const field = fields.find((each) => each.name === name && hasCodeList(each));
    if (field === undefined) return [];
    const found = valueMapAfter(field, columns[column]?.cells ?? [], recall.fields.find((entry) => entry.field === name)?.transforms);
    return found.codes.length === 0 ? [] : [{ no: column + 1, column: labels[column] ?? `#${column + 1}`, field: field.name, ...found }];
  });
};

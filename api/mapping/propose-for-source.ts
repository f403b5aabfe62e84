/** The mapping that a received file would be given, without a job: `waybill map`. */
import { randomUUID } from 'node:crypto';
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { ParseOverrides } from '../../contracts/parse-options.ts';
import type { ReadLegacyWorkbook } from '../../core/formats/xls/xls-workbook.ts';
import { prepareSource } from '../../core/intake/prepare-source.ts';
import { openStored } from '../../core/intake/source-store.ts';
import { recalledPairs, type Confirmations } from '../../core/mapping/confirmed-names.ts';
import { columnLabels, describeProposal, type MappingAnswer } from '../../core/mapping/describe-proposal.ts';
import { hasCodeList, proposeValueMap, valueMapStep, type ProposedCode } from '../../core/mapping/propose-value-map.ts';
import { proposeByEvidence, type EvidenceProposal, type SourceColumn } from '../../core/mapping/propose-by-evidence.ts';
import { sampleColumns } from '../../core/mapping/sample-columns.ts';
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

export interface ProposedValueMap {
  /** From 1. */
  readonly no: number;
  readonly column: string;
  readonly field: string;
  readonly codes: readonly ProposedCode[];
  readonly step: ReturnType<typeof valueMapStep>;
}

export interface ProposedMapping {
  readonly columns: readonly (Omit<EvidenceProposal['columns'][number], 'column'> & { readonly no: number; readonly column: string })[];
  readonly combine: readonly { readonly field: string; readonly columns: readonly string[]; readonly confidence: number; readonly auto: boolean }[];
  readonly answer: MappingAnswer;
  readonly valueMaps: readonly ProposedValueMap[];
}

export const proposeForSource = async (storage: Storage, { file, fileName, overrides, definition, held, confirmed, readLegacy }: MappingQuestion): Promise<ProposedMapping> => {
  const spool = spoolKey(randomUUID());
  try {
    const { detection, key } = await prepareSource(storage, { key: archiveKey(file.sha256), spool, overrides, fileName, readLegacy });
    const { columns, named } = await sampleColumns(await openStored(storage, key), detection.options);
    const names = columns.map(({ name }) => name);
    // As an import takes it: what was said of the partner's earlier files is decided.
    const recalled = recalledPairs(detection.options, confirmed).filter(({ field }) => definition.fields.some(({ name }) => name === field));
    const proposal = proposeByEvidence({ columns, named, definition, held, confirmed, decided: new Map(recalled.map(({ column, field }) => [column, field])) });
    return { ...describe(names, proposal), valueMaps: valueMapsOf(columns, proposal, definition) };
  } finally {
    await storage.remove(spool);
  }
};

const describe = (names: readonly string[], proposal: EvidenceProposal): Omit<ProposedMapping, 'valueMaps'> => {
  const labels = columnLabels(names);
  const label = (column: number): string => labels[column] ?? `#${column + 1}`;
  return {
    columns: proposal.columns.map(({ column, ...found }) => ({ ...found, no: column + 1, column: label(column) })),
    combine: proposal.combine.map((group) => ({ ...group, columns: group.columns.map(label) })),
    answer: describeProposal(names, proposal),
  };
};

const valueMapsOf = (columns: readonly SourceColumn[], proposal: EvidenceProposal, { fields }: DatasetDefinition): readonly ProposedValueMap[] => {
  const labels = columnLabels(columns.map(({ name }) => name));
  return proposal.columns.flatMap(({ column, field: name }): readonly ProposedValueMap[] => {
    const field = fields.find((each) => each.name === name && hasCodeList(each));
    const codes = field === undefined ? [] : proposeValueMap(field, columns[column]?.cells ?? []);
    return field === undefined || codes.length === 0 ? [] : [{ no: column + 1, column: labels[column] ?? `#${column + 1}`, field: field.name, codes, step: valueMapStep(field, codes) }];
  });
};

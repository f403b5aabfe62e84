import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import type { ParseOptions } from '../contracts/parse-options.ts';
import type { Confirmations } from '../core/mapping/confirmed-names.ts';
import { joinEvidence, type JoinedMapping } from '../core/mapping/join-evidence.ts';
import { isWeighable } from '../core/mapping/propose-by-evidence.ts';
import { mapByNames } from '../core/mapping/map-by-names.ts';
import type { MapEntry, MappingProposal } from '../core/mapping/propose-mapping.ts';
import { sampleColumns } from '../core/mapping/sample-columns.ts';
import type { Storage } from '../storage/storage.ts';
import { openSource } from './import-source.ts';

export interface MapOrder {
  readonly key: string;
  readonly parse: ParseOptions;
  readonly definition: DatasetDefinition;
  readonly map: readonly MapEntry[];
  readonly zone: string;
  readonly confirmed: Confirmations;
}

/** By names first, as ever; where they leave a column and a field without each other, by evidence from samples of the source. */
export const mapColumns = async (storage: Storage, { key, parse, definition, map, zone, confirmed }: MapOrder): Promise<JoinedMapping> => {
  const { names, ignored, recalled } = mapByNames({ parse, definition, map, confirmed });
  if (!leavesPairs(names, { parse, definition })) return { mapping: names.mapping, unmapped: names.unmapped.map((column) => ({ column })), open: [], proposal: null };
  return joinEvidence({ names, sampled: await sampleColumns(await openSource(storage, key), parse), definition, zone, confirmed, ignored, recalled });
};

const leavesPairs = ({ mapping, unmapped }: MappingProposal, { parse, definition }: Pick<MapOrder, 'parse' | 'definition'>): boolean => {
  const open = definition.fields.some((field) => !field.readOnly && field.hashOf === undefined && !mapping.some((entry) => entry.field === field.name));
  return unmapped.length > 0 && open && isWeighable(parse.columns.length, definition.fields.length);
};

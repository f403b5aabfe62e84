/** Which column of a file feeds which field: what the import says, what was confirmed before, names, and where these leave a column and a field without each other, evidence. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { ParseOptions } from '../../contracts/parse-options.ts';
import { ignoredColumns, withoutConfirmed, type Confirmations } from './confirmed-names.ts';
import { joinEvidence, type JoinedMapping } from './join-evidence.ts';
import { mapByNames } from './map-by-names.ts';
import { isWeighable } from './propose-by-evidence.ts';
import { saidMapping, type MapEntry, type MappingProposal } from './propose-mapping.ts';
import { keepReadable, notesOf, recallMappings, type RememberedNote } from './recall-mappings.ts';
import type { SampledColumns } from './sample-columns.ts';

export interface MapFileOrder {
  readonly parse: ParseOptions;
  readonly definition: DatasetDefinition;
  readonly map: readonly MapEntry[];
  readonly zone: string;
  readonly confirmed: Confirmations;
  /** All pairs are weighed, also where names leave none. */
  readonly weighsAll?: boolean;
}

/** With what became of that which is remembered; none: nothing is. */
export type FileMapping = JoinedMapping & { readonly remembered?: readonly RememberedNote[] };

export const mapFile = async ({ parse, definition, map, zone, confirmed, weighsAll = false }: MapFileOrder, sample: () => Promise<SampledColumns>): Promise<FileMapping> => {
  const found = recallMappings({ parse, definition, confirmed, said: saidMapping(parse.columns, definition, map) });
  const early = weighsAll || found.fields.length > 0 ? await sample() : null;
  const recall = early === null ? found : keepReadable(found, { parse, sampled: early, definition, zone });
  const spoken = new Set(recall.fields.flatMap(({ columns }) => columns));
  const ignored = new Set([...ignoredColumns(parse, confirmed)].filter((column) => !spoken.has(column)));
  const names = mapByNames({ parse, definition, map, remembered: recall.fields, ignored });
  const notes = notesOf(recall), told = notes.length === 0 ? {} : { remembered: notes };
  if (!weighsAll && !leavesPairs(names, { parse, definition })) return { mapping: names.mapping, unmapped: names.unmapped.map((column) => ({ column })), open: [], proposal: null, ...told };
  const known = withoutConfirmed(confirmed, recall.leftOut.filter(({ transformed }) => transformed));
  return { ...joinEvidence({ names, sampled: early ?? await sample(), definition, zone, confirmed: known, ignored }), ...told };
};

const leavesPairs = ({ mapping, unmapped }: MappingProposal, { parse, definition }: Pick<MapFileOrder, 'parse' | 'definition'>): boolean => {
  const open = definition.fields.some((field) => !field.readOnly && field.hashOf === undefined && !mapping.some((entry) => entry.field === field.name));
  return unmapped.length > 0 && open && isWeighable(parse.columns.length, definition.fields.length);
};

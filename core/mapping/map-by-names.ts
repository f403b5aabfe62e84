/** Names, but never against what was said of the partner's earlier files: there a column's name lost before. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { ParseOptions } from '../../contracts/parse-options.ts';
import type { MappedField } from '../../contracts/plan-document.ts';
import { proposeMapping, type MapEntry, type MappingProposal } from './propose-mapping.ts';

export interface NamesOrder {
  readonly parse: ParseOptions;
  readonly definition: DatasetDefinition;
  readonly map: readonly MapEntry[];
  /** As it was confirmed before. */
  readonly remembered: readonly MappedField[];
  /** Columns (from 0) that are for no field. */
  readonly ignored: ReadonlySet<number>;
}

export const mapByNames = ({ parse, definition, map, remembered, ignored }: NamesOrder): MappingProposal => {
  const spoken = new Set(remembered.flatMap(({ columns }) => columns));
  const { mapping, unmapped } = proposeMapping(parse.columns, definition, map, { columns: new Set([...ignored, ...spoken]), fields: new Set(remembered.map(({ field }) => field)) });
  const all = new Map([...mapping, ...remembered].map((entry) => [entry.field, entry] as const));
  return { mapping: definition.fields.flatMap(({ name }) => all.get(name) ?? []), unmapped: unmapped.filter((column) => !spoken.has(column)) };
};

/** Names first, but never against what was said of the partner's earlier files: there a column's name lost before. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { ParseOptions } from '../../contracts/parse-options.ts';
import { ignoredColumns, recalledPairs, type Confirmations, type RecalledPair } from './confirmed-names.ts';
import { proposeMapping, type MapEntry, type MappingProposal } from './propose-mapping.ts';

export interface NamesOrder {
  readonly parse: ParseOptions;
  readonly definition: DatasetDefinition;
  readonly map: readonly MapEntry[];
  readonly confirmed: Confirmations;
}

export interface NamedMapping {
  readonly names: MappingProposal;
  /** Columns that are for no field. */
  readonly ignored: ReadonlySet<number>;
  /** What was said before of columns and fields that are still without each other. */
  readonly recalled: readonly RecalledPair[];
}

export const mapByNames = ({ parse, definition, map, confirmed }: NamesOrder): NamedMapping => {
  const ignored = ignoredColumns(parse, confirmed), pairs = recalledPairs(parse, confirmed);
  const first = proposeMapping(parse.columns, definition, map, { columns: ignored });
  const against = pairs.filter((pair) => first.mapping.some((entry) => entry.by !== 'operator' && isAgainst(entry, pair)));
  const names = against.length === 0 ? first : proposeMapping(parse.columns, definition, map, {
    columns: new Set([...ignored, ...against.map(({ column }) => column)]), fields: new Set(against.map(({ field }) => field)),
  });
  const used = new Set(names.mapping.flatMap(({ columns }) => columns)), filled = new Set(names.mapping.map(({ field }) => field));
  const mayBeFed = new Set(definition.fields.filter((field) => !field.readOnly && field.hashOf === undefined).map(({ name }) => name));
  return { names, ignored, recalled: pairs.filter(({ column, field }) => !used.has(column) && !filled.has(field) && mayBeFed.has(field)) };
};

const isAgainst = (entry: { readonly field: string; readonly columns: readonly number[] }, { column, field }: RecalledPair): boolean =>
  (entry.field === field) !== entry.columns.includes(column);

/** What expressions of an import may name: fields of the dataset by name, columns of the file by header or place. */
import type { DatasetDefinition, FieldDefinition } from '../../contracts/dataset-definition.ts';
import { resolveColumn } from '../mapping/resolve-column.ts';
import { zoneClockOf } from '../types/zone-clock.ts';
import type { ExpressionScope } from './cel/compiling.ts';
import { typeOfField } from './read-lane.ts';

export interface RuleBasis {
  readonly definition: DatasetDefinition;
  readonly zone: string;
  /** Fields in the order of the staged lanes. */
  readonly lanes: readonly string[];
  /** Null while the file is not known. */
  readonly columns: readonly string[] | null;
  /** Dates of the staged lanes are days since 2000-01-01. */
  readonly datesAsDays?: boolean;
}

/** A field that has no lane: it is null in every row. */
export const noLane = -1;
export const laneOf = ({ lanes }: RuleBasis, name: string): number => lanes.indexOf(name);

export const fieldNamed = ({ definition }: Pick<RuleBasis, 'definition'>, name: string): FieldDefinition | null => definition.fields.find((field) => field.name === name) ?? null;

export const scopeOf = (basis: RuleBasis, at: string): ExpressionScope => {
  const { columns } = basis;
  return {
    at, zone: zoneClockOf(basis.zone),
    field: (name) => {
      const field = fieldNamed(basis, name);
      return field === null ? null : { type: typeOfField(field), index: laneOf(basis, name) };
    },
    column: (name) => (columns === null ? 0 : resolveColumn(columns, name)),
  };
};

/** From sampled records to columns, their paths and the guess that says how sure they are. */
import type { Guess, ValuePath } from '../../../contracts/parse-options.ts';
import { nameColumns } from '../../detect/column-names.ts';
import { pathName } from './path-tree.ts';
import { RecordShape } from './record-shape.ts';

export interface JsonColumns {
  readonly paths: readonly ValuePath[];
  readonly columns: string[];
  readonly guess: Guess<number>;
}

export const columnsOf = (records: readonly unknown[], nameOf: (path: ValuePath) => string = pathName): JsonColumns => {
  const shape = new RecordShape();
  for (const record of ofMostKind(records)) shape.add(record);
  const paths = shape.paths();
  return {
    paths, columns: nameColumns(paths.map(nameOf)),
    guess: {
      value: paths.length, confidence: records.length >= 100 ? 0.97 : 0.9,
      why: `the keys of ${records.length} sampled records; a key that none of them has is reported with its row`,
    },
  };
};

/** One odd value among objects is the matter of its row and makes no column. */
const ofMostKind = (records: readonly unknown[]): readonly unknown[] => {
  const arrays = records.filter(Array.isArray);
  const objects = records.filter((record) => typeof record === 'object' && record !== null && !Array.isArray(record));
  if (objects.length + arrays.length === 0) return records;
  return objects.length >= arrays.length ? objects : arrays;
};

/** Of a GeoJSON feature: its properties under their own names, its geometry, and what else it has marked as the feature's. */
export const featureNames = (paths: readonly ValuePath[]): ((path: ValuePath) => string) => {
  const own = new Set(paths.filter(([first]) => first === 'properties').map((path) => pathName(path.slice(1))));
  return (path) => {
    if (path[0] === 'properties' && path.length > 1) return pathName(path.slice(1));
    const name = pathName(path);
    return (name === 'geometry' || name === 'id') && !own.has(name) ? name : `feature.${name}`;
  };
};

export const isFeature = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'Feature' && 'properties' in value && 'geometry' in value;

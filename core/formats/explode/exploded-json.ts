import type { Guess, ValuePath } from '../../../contracts/parse-options.ts';
import { nameColumns } from '../../detect/column-names.ts';
import { columnsOf, type JsonColumns } from '../json/json-columns.ts';
import { pathName } from '../json/path-tree.ts';
import { elementColumnName, nothingToExplode, parseExplodePath } from './explode-path.ts';

export interface Explosion { readonly path: readonly string[]; readonly paths: readonly ValuePath[] }
export interface ExplodedColumns {
  readonly explode: Explosion;
  /** Of the records, without the array. */
  readonly paths: readonly ValuePath[];
  readonly columns: string[];
  readonly guess: Guess<number>;
}

type JsonObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** From sampled records. OPTION_INVALID when none has anything there. */
export const explodedJsonColumns = (records: readonly unknown[], said: string, nameOf: (path: ValuePath) => string = pathName): ExplodedColumns => {
  const wanted = parseExplodePath(said);
  // Of a GeoJSON feature its properties are meant.
  const path = [wanted, ['properties', ...wanted]].find((candidate) => records.some((record) => valueAt(record, candidate) !== undefined));
  if (path === undefined) throw nothingToExplode();
  const elements = records.flatMap((record) => elementsOf(valueAt(record, path)));
  const parents: JsonColumns = columnsOf(records.map((record) => without(record, path)), nameOf);
  // Records of nothing but the array have no columns of their own.
  const parentPaths = parents.paths.filter((parent) => parent.length > 0);
  const own = elements.length === 0 ? { paths: [[]] } : columnsOf(elements);
  const names = [...parentPaths.map(nameOf), ...own.paths.map((step) => elementColumnName(nameOf(path), pathName(step)))];
  const why = `${parents.guess.why}; a row for each of the array’s elements (${elements.length} in the samples)`;
  return { explode: { path, paths: own.paths }, paths: parentPaths, columns: nameColumns(names), guess: { ...parents.guess, value: names.length, why } };
};

const elementsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value as unknown[] : value === undefined || value === null ? [] : [value]);

const valueAt = (record: unknown, path: readonly string[]): unknown => {
  let value = record;
  for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
};

const without = (record: unknown, [key, ...rest]: readonly string[]): unknown => {
  if (!isObject(record) || key === undefined || !Object.hasOwn(record, key)) return record;
  return Object.fromEntries(Object.entries(record).flatMap(([name, value]): [string, unknown][] => (name !== key ? [[name, value]] : rest.length === 0 ? [] : filled(name, without(value, rest)))));
};

/** What held nothing but the array is no column of its own. */
const filled = (name: string, value: unknown): [string, unknown][] => (isObject(value) && Object.keys(value).length === 0 ? [] : [[name, value]]);

import type { Guess, ValuePath } from '../../../contracts/parse-options.ts';
import { nameColumns } from '../../detect/column-names.ts';
import { columnsOf, type JsonColumns } from '../json/json-columns.ts';
import { pathName } from '../json/path-tree.ts';
import { elementColumnName, explosionOf, nothingToExplode, parseExplodePath, rowsWhy, type ExplodeStep, type Explosion, type ExplosionLevel } from './explode-path.ts';

export interface ExplodedColumns {
  readonly explode: Explosion;
  /** Of the records, without the array. */
  readonly paths: readonly ValuePath[];
  readonly columns: string[];
  readonly guess: Guess<number>;
}

type JsonObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An array and what the samples have in it. */
interface SampledArray { readonly path: readonly string[]; readonly elements: readonly unknown[] }

/** From sampled records. OPTION_INVALID when none has anything there. */
export const explodedJsonColumns = (records: readonly unknown[], said: string, nameOf: (path: ValuePath) => string = pathName): ExplodedColumns => {
  const wanted = parseExplodePath(said);
  // Of a GeoJSON feature its properties are meant.
  const arrays = arraysAt(records, wanted) ?? arraysAt(records, [{ key: 'properties', isArray: false }, ...wanted]);
  if (arrays === null) throw nothingToExplode();
  const [outermost] = arrays;
  const parents: JsonColumns = columnsOf(records.map((record) => without(record, outermost.path)), nameOf);
  // Records of nothing but the array have no columns of their own.
  const paths = parents.paths.filter((parent) => parent.length > 0);
  const levels = arrays.map((array, index) => levelOf(array, arrays[index + 1]));
  const names = [...paths.map(nameOf), ...namesOf(levels, nameOf)];
  const why = `${parents.guess.why}; ${rowsWhy(arrays.at(-1)?.elements.length ?? 0)}`;
  return { explode: explosionOf(levels as [ExplosionLevel, ...ExplosionLevel[]]), paths, columns: nameColumns(names), guess: { ...parents.guess, value: names.length, why } };
};

/** The arrays on the way, the chosen one last. Null: nothing is there. */
const arraysAt = (records: readonly unknown[], steps: readonly ExplodeStep[]): readonly [SampledArray, ...SampledArray[]] | null => {
  const arrays: SampledArray[] = [];
  let [within, path]: [readonly unknown[], readonly string[]] = [records, []];
  for (const [index, { key, isArray }] of steps.entries()) {
    path = [...path, key];
    const values = valuesAt(within, path);
    if (values.length === 0) return null;
    if (!isArray && index < steps.length - 1 && !values.some(Array.isArray)) continue;
    const elements = values.flatMap(elementsOf);
    arrays.push({ path, elements });
    [within, path] = [elements, []];
  }
  return arrays as [SampledArray, ...SampledArray[]];
};

const levelOf = ({ path, elements }: SampledArray, inner: SampledArray | undefined): ExplosionLevel => {
  if (inner !== undefined) return { path, paths: columnsOf(elements.map((element) => without(element, inner.path))).paths.filter((own) => own.length > 0) };
  return { path, paths: elements.length === 0 ? [[]] : columnsOf(elements).paths };
};

const namesOf = (levels: readonly ExplosionLevel[], nameOf: (path: ValuePath) => string): readonly string[] => {
  let array = '';
  return levels.flatMap(({ path, paths }, index) => {
    array = index === 0 ? nameOf(path) : `${array}.${pathName(path)}`;
    return paths.map((own) => elementColumnName(array, pathName(own)));
  });
};

const elementsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value as unknown[] : value === null ? [] : [value]);

const valuesAt = (records: readonly unknown[], path: readonly string[]): readonly unknown[] => records.flatMap((record) => {
  let value = record;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return [];
    value = value[key];
  }
  return [value];
});

const without = (record: unknown, [key, ...rest]: readonly string[]): unknown => {
  if (!isObject(record) || key === undefined || !Object.hasOwn(record, key)) return record;
  return Object.fromEntries(Object.entries(record).flatMap(([name, value]): [string, unknown][] => (name !== key ? [[name, value]] : rest.length === 0 ? [] : filled(name, without(value, rest)))));
};

/** What held nothing but the array is no column of its own. */
const filled = (name: string, value: unknown): [string, unknown][] => (isObject(value) && Object.keys(value).length === 0 ? [] : [[name, value]]);

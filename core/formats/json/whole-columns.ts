/**
 * Detection takes objects apart; a field of type json, or an operator's --map, may want one whole. Its parts then make room for one
 * column with the object's own JSON text, all of it, unless they are mapped themselves.
 */
import type { ParseOptions, ValuePath } from '../../../contracts/parse-options.ts';
import { cleanName } from '../../detect/column-names.ts';
import { normaliseName } from '../../mapping/normalise-name.ts';
import { resolveColumn } from '../../mapping/resolve-column.ts';
import { allOfThem } from '../xml/element-tree.ts';
import { pathName } from './path-tree.ts';

export interface WantedColumns {
  /** Names as an operator wrote them in --map. */
  readonly named: readonly string[];
  /** Names, labels and aliases of the fields that hold JSON. */
  readonly jsonFields: readonly string[];
}

interface Column { readonly name: string; readonly path: ValuePath }

export const withWholeColumns = (options: ParseOptions, { named, jsonFields }: WantedColumns): ParseOptions => {
  if (!('paths' in options) || options.paths === undefined || ('explode' in options && options.explode !== undefined)) return options;
  // The inner markup of an XML element is no JSON.
  const wanted = options.format === 'xml' ? named : [...named, ...jsonFields];
  const found: readonly Column[] = options.paths.map((path, index) => ({ path, name: options.columns[index] ?? '' }));
  let columns = found;
  for (const name of wanted) columns = withWhole(columns, name, { named, isXml: options.format === 'xml' });
  return columns === found ? options : { ...options, columns: columns.map(({ name }) => name), paths: columns.map(({ path }) => path) };
};

const withWhole = (columns: readonly Column[], wanted: string, { named, isXml }: { readonly named: readonly string[]; readonly isXml: boolean }): readonly Column[] => {
  const names = columns.map(({ name }) => name);
  const parent = names.includes(wanted) ? undefined : parentNamed(columns, wanted, resolveColumn(names, wanted) === null);
  if (parent === undefined) return columns;
  return replaceParts(columns, isXml ? wholeElements(columns, parent) : parent, new Set(named.flatMap((name) => resolveColumn(names, name) ?? [])));
};

/** Of a repeated element all are meant. */
const wholeElements = (columns: readonly Column[], parent: Column): Column => {
  const isRepeated = columns.some(({ path }) => typeof path[parent.path.length] === 'number' && parent.path.every((step, index) => path[index] === step));
  return isRepeated ? { ...parent, path: [...parent.path, allOfThem] } : parent;
};

const replaceParts = (columns: readonly Column[], parent: Column, kept: ReadonlySet<number>): readonly Column[] => {
  const isPart = ({ path }: Column): boolean => parent.path.every((step, index) => path[index] === step || (step === allOfThem && typeof path[index] === 'number'));
  const first = columns.findIndex(isPart);
  return columns.flatMap((column, index) => [...(index === first ? [parent] : []), ...(isPart(column) && !kept.has(index) ? [] : [column])]);
};

/** Of this very name, or of one that is alike where no column is: the only part of an object may have no name of its own (`doc.`). */
const parentNamed = (columns: readonly Column[], wanted: string, mayBeAlike: boolean): Column | undefined => {
  const parents = new Map(columns.flatMap(parentsOf).map((parent) => [parent.name, parent]));
  const alike = [...parents.values()].filter(({ name }) => normaliseName(name) === normaliseName(wanted) && normaliseName(wanted) !== '');
  return parents.get(wanted) ?? (mayBeAlike && alike.length === 1 ? alike[0] : undefined);
};

/** A parent is called as its part is, less what the part adds. */
const parentsOf = ({ name, path }: Column): readonly Column[] =>
  path.slice(1).flatMap((_, index) => {
    const above = path.slice(0, index + 1);
    // As it stands in a column's name: a key may hold characters that no name keeps.
    const added = cleanName(`x${pathName(path).slice(pathName(above).length)}`).slice(1);
    return name.endsWith(added) && name.length > added.length ? [{ name: name.slice(0, -added.length), path: above }] : [];
  });

import { nameColumns } from '../../detect/column-names.ts';
import { columnsOf } from '../xml/element-shape.ts';
import { allOfThem, localStep } from '../xml/element-tree.ts';
import type { SampledElement } from '../xml/sampled-xml.ts';
import { elementColumnName, explosionOf, nothingToExplode, parseExplodePath, rowsWhy, type ExplodeStep, type ExplosionLevel } from './explode-path.ts';
import type { ExplodedColumns } from './exploded-json.ts';

/** Elements of one name, and what the samples have of them; the path is as it stands, prefixes and all. */
interface SampledElements { readonly path: readonly string[]; readonly elements: readonly SampledElement[] }
interface NamedLevel extends ExplosionLevel { readonly names: readonly string[] }

/** From sampled records. OPTION_INVALID when none has such an element. */
export const explodedXmlColumns = (records: readonly SampledElement[], said: string): ExplodedColumns => {
  const repeated = elementsAt(records, parseExplodePath(said));
  if (repeated === null) throw nothingToExplode();
  const [outermost] = repeated;
  const parents = columnsOf(records.map((record) => without(record, outermost.path)));
  let array = '';
  const levels = repeated.map((one, index) => {
    array = [...(index === 0 ? [] : [array]), ...one.path.map(localStep)].join('.');
    return levelOf(one, repeated[index + 1], array);
  });
  const names = [...parents.columns, ...levels.flatMap((level) => level.names)];
  const why = `${parents.guess.why}; ${rowsWhy(repeated.at(-1)?.elements.length ?? 0)}`;
  const explode = explosionOf(levels.map(({ path, paths }) => ({ path, paths })) as [ExplosionLevel, ...ExplosionLevel[]]);
  return { explode, paths: parents.paths, columns: nameColumns(names), guess: { ...parents.guess, value: names.length, why } };
};

/** The elements that are repeated on the way, the chosen ones last. Null: nothing is there. */
const elementsAt = (records: readonly SampledElement[], steps: readonly ExplodeStep[]): readonly [SampledElements, ...SampledElements[]] | null => {
  const found: SampledElements[] = [];
  let [level, path]: [readonly SampledElement[], readonly string[]] = [records, []];
  for (const [index, { key, isArray }] of steps.entries()) {
    const named = level.map(({ children }) => children.filter(({ name }) => name === key || localStep(name) === key));
    const [first] = named.flat();
    if (first === undefined) return null;
    const same = named.map((children) => children.filter(({ name }) => name === first.name));
    [level, path] = [same.flat(), [...path, first.name]];
    if (!isArray && index < steps.length - 1 && same.every(({ length }) => length <= 1)) continue;
    found.push({ path, elements: level });
    path = [];
  }
  return found as [SampledElements, ...SampledElements[]];
};

const levelOf = ({ path, elements }: SampledElements, inner: SampledElements | undefined, array: string): NamedLevel => {
  const own = columnsOf(inner === undefined ? elements : elements.map((element) => without(element, inner.path)));
  // Chosen elements that are always empty are a column too.
  const paths = own.paths.length === 0 && inner === undefined ? [[]] : own.paths;
  return { path: [...path, allOfThem], paths, names: paths.map((_, index) => elementColumnName(array, own.columns[index] ?? 'value')) };
};

const without = (element: SampledElement, [step, ...rest]: readonly string[]): SampledElement => ({
  ...element,
  children: element.children.flatMap((child) => (child.name !== step ? [child] : rest.length === 0 ? [] : [without(child, rest)].filter(isFilled))),
});

/** What held nothing but the elements is no column of its own. */
const isFilled = ({ attributes, children, filled }: SampledElement): boolean => attributes.length > 0 || children.length > 0 || filled;

import { nameColumns } from '../../detect/column-names.ts';
import { columnsOf } from '../xml/element-shape.ts';
import { allOfThem, localStep } from '../xml/element-tree.ts';
import type { SampledElement } from '../xml/sampled-xml.ts';
import { elementColumnName, nothingToExplode, parseExplodePath } from './explode-path.ts';
import type { ExplodedColumns } from './exploded-json.ts';

/** From sampled records. OPTION_INVALID when none has such an element. */
export const explodedXmlColumns = (records: readonly SampledElement[], said: string): ExplodedColumns => {
  const path = pathAsItStands(records, parseExplodePath(said));
  if (path === null) throw nothingToExplode();
  const elements = records.flatMap((record) => elementsAt([record], path));
  const parents = columnsOf(records.map((record) => without(record, path)));
  const own = columnsOf(elements);
  // Elements that are always empty are a column too.
  const paths = own.paths.length === 0 ? [[]] : own.paths;
  const array = path.map(localStep).join('.');
  const names = [...parents.columns, ...paths.map((_, index) => elementColumnName(array, own.columns[index] ?? 'value'))];
  const why = `${parents.guess.why}; a row for each element of the chosen name (${elements.length} in the samples)`;
  return { explode: { path: [...path, allOfThem], paths }, paths: parents.paths, columns: nameColumns(names), guess: { ...parents.guess, value: names.length, why } };
};

const pathAsItStands = (records: readonly SampledElement[], wanted: readonly string[]): readonly string[] | null => {
  const path: string[] = [];
  let level = records;
  for (const step of wanted) {
    level = level.flatMap(({ children }) => children).filter(({ name }) => name === step || localStep(name) === step);
    const [first] = level;
    if (first === undefined) return null;
    path.push(first.name);
    level = level.filter(({ name }) => name === first.name);
  }
  return path;
};

const elementsAt = (level: readonly SampledElement[], path: readonly string[]): readonly SampledElement[] =>
  path.reduce((elements, step) => elements.flatMap(({ children }) => children).filter(({ name }) => name === step), level);

const without = (element: SampledElement, [step, ...rest]: readonly string[]): SampledElement => ({
  ...element,
  children: element.children.flatMap((child) => (child.name !== step ? [child] : rest.length === 0 ? [] : [without(child, rest)].filter(isFilled))),
});

/** What held nothing but the elements is no column of its own. */
const isFilled = ({ attributes, children, filled }: SampledElement): boolean => attributes.length > 0 || children.length > 0 || filled;

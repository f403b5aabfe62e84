/** Which columns the elements of a sample have: all their attributes, texts and children, in the order in which they were met first. */
import type { Guess, ValuePath } from '../../../contracts/parse-options.ts';
import { WaybillError } from '../../../contracts/errors.ts';
import { nameColumns } from '../../detect/column-names.ts';
import { allOfThem, localStep } from './element-tree.ts';
import type { SampledElement } from './sampled-xml.ts';
import { restoreName } from './xml-escape.ts';

/** The limits of JSON (json/record-shape.ts), for the same reasons. */
const mostDepth = 8, mostNames = 200, mostElements = 10, mostColumns = 2_000;

class ElementShape {
  private text = false;
  private mixed = false;
  private readonly attributes = new Set<string>();
  private readonly children = new Map<string, ChildShape>();

  add({ attributes, children, filled }: SampledElement): void {
    this.text ||= filled;
    this.mixed ||= filled && children.length > 0;
    for (const name of attributes) this.attributes.add(name);
    const counts = new Map<string, number>();
    for (const child of children) {
      const nth = counts.get(child.name) ?? 0;
      counts.set(child.name, nth + 1);
      const shape = this.children.get(child.name) ?? new ChildShape();
      this.children.set(child.name, shape);
      shape.add(child, nth);
    }
  }

  flatten(path: ValuePath, depth: number): readonly ValuePath[] {
    const isWhole = this.mixed || depth === 0 || (this.children.size > mostNames && path.length > 0);
    const attributes = [...this.attributes].map((name) => [...path, `@${name}`]);
    const below = isWhole ? [] : [...this.children].flatMap(([name, shape]) => shape.flatten([...path, name], depth - 1));
    const isColumn = isWhole || this.text || (path.length > 0 && below.length === 0 && attributes.length === 0);
    return [...(isColumn ? [path] : []), ...attributes, ...below];
  }
}

class ChildShape {
  private readonly elements: ElementShape[] = [];
  private most = 0;

  add(element: SampledElement, nth: number): void {
    this.most = Math.max(this.most, nth + 1);
    if (nth >= mostElements) return;
    const shape = this.elements[nth] ?? new ElementShape();
    this.elements[nth] = shape;
    shape.add(element);
  }

  flatten(path: ValuePath, depth: number): readonly ValuePath[] {
    if (this.most > mostElements) return [[...path, allOfThem]];
    if (this.most === 1) return (this.elements[0] as ElementShape).flatten(path, depth);
    return this.elements.flatMap((element, index) => element.flatten([...path, index], depth));
  }
}

export interface XmlColumns {
  readonly paths: readonly ValuePath[];
  readonly columns: string[];
  readonly guess: Guess<number>;
}

/** Throws FILE_TOO_MANY_COLUMNS. */
export const columnsOf = (records: readonly SampledElement[]): XmlColumns => {
  const shape = new ElementShape();
  for (const record of records) shape.add(record);
  const paths = flattened(shape);
  return {
    paths, columns: nameColumns(namesOf(paths)),
    guess: {
      value: paths.length, confidence: records.length >= 100 ? 0.97 : 0.9,
      why: `the elements and attributes of ${records.length} sampled records; one that none of them has is reported with its row`,
    },
  };
};

const flattened = (shape: ElementShape): readonly ValuePath[] => {
  for (let depth = mostDepth; depth > 0; depth -= 1) {
    const paths = shape.flatten([], depth);
    if (paths.length <= mostColumns) return paths;
  }
  throw new WaybillError('FILE_TOO_MANY_COLUMNS', `The records have more than ${mostColumns} different elements.`);
};

/** Without prefixes, unless two names of one element differ in nothing else: they are different elements then. */
const namesOf = (paths: readonly ValuePath[]): readonly string[] => {
  const spellings = new Map<string, Set<string | number>>();
  const keyOf = (path: ValuePath, index: number): string => JSON.stringify([path.slice(0, index), localStep(path[index] as string | number)]);
  for (const path of paths) path.forEach((step, index) => { spellings.set(keyOf(path, index), (spellings.get(keyOf(path, index)) ?? new Set()).add(step)); });
  const shown = (path: ValuePath, index: number): string | number => ((spellings.get(keyOf(path, index))?.size ?? 0) > 1 ? path[index] : localStep(path[index] as string | number)) as string | number;
  return paths.map((path) => elementName(path.map((_, index) => shown(path, index))));
};

/** `names[0].full`, `name.@lang`; a record that is text itself is called `value`. */
const elementName = (path: ValuePath): string =>
  path.length === 0 ? 'value' : path.filter((step) => step !== allOfThem).map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${restoreName(step)}`)).join('');

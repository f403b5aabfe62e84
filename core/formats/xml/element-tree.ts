/** The columns' paths as a tree of elements, so that a record is read once and each value finds its column on the way. */
import type { ValuePath } from '../../../contracts/parse-options.ts';
import { WaybillError } from '../../../contracts/errors.ts';

/** Step of a path behind the name of an element that is repeated too often for columns of its own: all of them are one column. */
export const allOfThem = '*';

/** Without its prefix. */
export const localStep = (step: string | number): string | number => (typeof step === 'number' ? step : step.replace(/^(@?)[^:]*:/, '$1'));

export class ElementNode {
  /** -1: only its attributes and children have columns. */
  column = -1;
  /** It, or what it is in, is a column with its markup: what has no column below is not lost. */
  keepsChildren = false;
  readonly attributes = new NamedNodes();
  readonly children = new NamedNodes();
  /** Of a repeated element: its first, second … */
  readonly elements: ElementNode[] = [];
  /** Column of all that are called so. */
  all = -1;
  /** Number of the record that had it last, and how often. */
  seenIn = -1;
  count = 0;

  constructor(readonly path: ValuePath) {}

  element(index: number): ElementNode {
    while (this.elements.length <= index) this.elements.push(new ElementNode([...this.path, this.elements.length]));
    return this.elements[index] as ElementNode;
  }
}

/** So many of the next names are looked at before the map is asked: elements are left out more often than they change their order. */
const nearNames = 4;

export class NamedNodes {
  readonly nodes: ElementNode[] = [];
  private readonly names: Buffer[] = [];
  private readonly byName = new Map<string, number>();
  /** Of the node that was found last. */
  index = -1;

  add(name: string, path: ValuePath): ElementNode {
    const known = this.nodes[this.byName.get(name) ?? -1];
    if (known !== undefined) return known;
    const made = new ElementNode(path);
    this.byName.set(name, this.nodes.length);
    this.names.push(Buffer.from(name));
    this.nodes.push(made);
    return made;
  }

  /** @param expected where it stands when the record is like the samples */
  find(bytes: Buffer, start: number, end: number, expected: number): ElementNode | null {
    const last = Math.min(expected + nearNames, this.names.length);
    for (let index = expected; index < last; index += 1) if (isSame(this.names[index] as Buffer, bytes, start, end)) return this.nodes[(this.index = index)] as ElementNode;
    this.index = this.byName.get(bytes.toString('utf8', start, end)) ?? -1;
    return this.nodes[this.index] ?? null;
  }
}

const isSame = (name: Buffer, bytes: Buffer, start: number, end: number): boolean => {
  const { length } = name;
  if (length !== end - start) return false;
  for (let at = 0; at < length; at += 1) if (name[at] !== bytes[start + at]) return false;
  return true;
};

export const elementTreeOf = (paths: readonly ValuePath[]): ElementNode => {
  const root = new ElementNode([]);
  paths.forEach((path, column) => { place(root, path, column); });
  markKept(root, false);
  return root;
};

const place = (root: ElementNode, path: ValuePath, column: number): void => {
  let node = root;
  for (const [index, step] of path.entries()) {
    if (step === allOfThem) { node.all = column; return; }
    if (typeof step === 'number') node = node.element(step);
    else if (step.startsWith('@')) node = node.attributes.add(step.slice(1), path.slice(0, index + 1));
    else node = node.children.add(step, path.slice(0, index + 1));
  }
  if (node.column >= 0) throw new WaybillError('INTERNAL', 'Two columns have one path.', { column });
  node.column = column;
};

const markKept = (node: ElementNode, isAboveKept: boolean): void => {
  node.keepsChildren = isAboveKept || node.column >= 0;
  for (const child of node.children.nodes) markKept(child, node.keepsChildren);
  for (const element of node.elements) markKept(element, isAboveKept || node.all >= 0);
};

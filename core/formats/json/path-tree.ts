/** The columns' paths as a tree, so that a record is read once from start to end and each value finds its column on the way. */
import type { ValuePath } from '../../../contracts/parse-options.ts';

export class PathNode {
  /** -1: only what is below it has columns. */
  column = -1;
  /** The first column at or below it, to say where something is wrong. */
  firstColumn = -1;
  readonly keys: Buffer[] = [];
  readonly children: PathNode[] = [];
  readonly byKey = new Map<string, number>();
  readonly elements: PathNode[] = [];
  /** It, or what it is in, is a column of its own: what has no column below is not lost. */
  kept = false;
  /** Its value is the JSON text that stands there. */
  literal = false;
  /** Number of the record that had it last: twice in one record is once too often. */
  seenIn = -1;

  constructor(readonly path: ValuePath) {}

  child(key: string): PathNode {
    const known = this.children[this.byKey.get(key) ?? -1];
    if (known !== undefined) return known;
    const made = new PathNode([...this.path, key]);
    this.byKey.set(key, this.children.length);
    this.keys.push(Buffer.from(key));
    this.children.push(made);
    return made;
  }

  element(index: number): PathNode {
    while (this.elements.length <= index) this.elements.push(new PathNode([...this.path, this.elements.length]));
    return this.elements[index] as PathNode;
  }
}

export const treeOf = (paths: readonly ValuePath[], literals: readonly number[] = []): PathNode => {
  const root = new PathNode([]);
  paths.forEach((path, column) => {
    let node = root;
    const passed = [root];
    for (const step of path) {
      node = typeof step === 'number' ? node.element(step) : node.child(step);
      passed.push(node);
    }
    node.column = column;
    node.literal = literals.includes(column);
    for (const above of passed) if (above.firstColumn < 0) above.firstColumn = column;
  });
  markKept(root, false);
  return root;
};

const markKept = (node: PathNode, isAboveKept: boolean): void => {
  node.kept = isAboveKept || node.column >= 0;
  for (const below of [...node.children, ...node.elements]) markKept(below, node.kept);
};

/** `names[0].full`, as a person writes it; `value` for the record itself. */
export const pathName = (path: ValuePath): string =>
  path.length === 0 ? 'value' : path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');

/**
 * The same for an issue. Keys may be data (a person's name as a key), so only what looks like a name is repeated, and places in arrays
 * are not counted.
 */
export const issuePathName = (path: ValuePath): string =>
  path.map((step, index) => {
    if (typeof step === 'number') return '[]';
    return `${index === 0 ? '' : '.'}${/^[\p{L}_$@][\p{L}\p{M}\p{Nd}_ -]{0,62}$/u.test(step) ? step : '*'}`;
  }).join('').slice(0, 200);

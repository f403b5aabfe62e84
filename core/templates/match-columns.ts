/** Which column of the file is which of the template: by name where both have names, by place where neither has. */
import { namesItsValues, type SourceShape } from '../../contracts/template.ts';
import { normaliseName } from '../mapping/normalise-name.ts';

export interface ColumnMatch {
  /** Template's column → file's column, both from 0. */
  readonly found: ReadonlyMap<number, number>;
  /** Columns of the template that the file does not have. */
  readonly missing: readonly number[];
  /** Columns of the file that the template does not have. */
  readonly added: readonly number[];
  /** Columns of the template that stand in another order among those that are there. */
  readonly moved: readonly number[];
}

export const matchColumns = (template: SourceShape, file: SourceShape): ColumnMatch => {
  const found = template.named !== file.named ? new Map<number, number>() : file.named ? byName(template, file) : byPlace(template, file);
  const taken = new Set(found.values());
  return {
    found,
    missing: template.columns.flatMap((_, index) => (found.has(index) ? [] : [index])),
    added: file.columns.flatMap((_, index) => (taken.has(index) ? [] : [index])),
    moved: namesItsValues(file) ? [] : outOfOrder([...found].sort(([left], [right]) => left - right)),
  };
};

const byPlace = (template: SourceShape, file: SourceShape): ReadonlyMap<number, number> =>
  new Map(Array.from({ length: Math.min(template.columns.length, file.columns.length) }, (_, index) => [index, index]));

/** The very name first; then one that is alone in meaning the same on both sides. */
const byName = (template: SourceShape, file: SourceShape): ReadonlyMap<number, number> => {
  const found = new Map<number, number>();
  const taken = new Set<number>();
  for (const key of [(name: string) => name, normaliseName]) {
    const left = loneNames(template, key, (index) => found.has(index)), right = loneNames(file, key, (index) => taken.has(index));
    for (const [name, index] of left) {
      const other = right.get(name);
      if (index === null || other === undefined || other === null) continue;
      found.set(index, other);
      taken.add(other);
    }
  }
  return found;
};

/** Null: the name stands twice. */
const loneNames = ({ columns }: SourceShape, key: (name: string) => string, done: (index: number) => boolean): ReadonlyMap<string, number | null> => {
  const names = new Map<string, number | null>();
  columns.forEach(({ name }, index) => {
    const folded = key(name);
    if (folded === '' || done(index)) return;
    names.set(folded, names.has(folded) ? null : index);
  });
  return names;
};

/** The fewest columns that must be put elsewhere to have the rest in order: all but a longest ascending run. */
const outOfOrder = (pairs: readonly (readonly [number, number])[]): readonly number[] => {
  const ends: number[] = [], before: number[] = [];
  pairs.forEach(([, place], index) => {
    let low = 0, high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] ?? 0]?.[1] ?? 0) < place) low = middle + 1; else high = middle;
    }
    before[index] = low === 0 ? -1 : ends[low - 1] ?? -1;
    ends[low] = index;
  });
  const kept = new Set<number>();
  for (let index = ends.at(-1) ?? -1; index >= 0; index = before[index] ?? -1) kept.add(index);
  return pairs.flatMap(([column], index) => (kept.has(index) ? [] : [column]));
};

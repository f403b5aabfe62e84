import type { ColumnKind } from '../../contracts/template.ts';
import { kindOf } from '../detect/cell-kind.ts';

/** A few strays do not change what a column holds. */
const most = 0.8;

export const columnKindOf = (cells: readonly string[]): ColumnKind => {
  const counts = new Map<ColumnKind, number>();
  for (const cell of cells) counts.set(kindOf(cell), (counts.get(kindOf(cell)) ?? 0) + 1);
  counts.delete('empty');
  const filled = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (filled === 0) return 'empty';
  const [kind, count] = [...counts].reduce((best, each) => (each[1] > best[1] ? each : best));
  return count >= filled * most ? kind : 'text';
};

/** Kinds between which one column may stand from one delivery to the next: codes may all be numbers once, and a sample may be empty. */
const families: readonly (readonly ColumnKind[])[] = [['text', 'code', 'flag'], ['code', 'number'], ['text', 'url']];

export const kindsAgree = (left: ColumnKind, right: ColumnKind): boolean =>
  left === right || left === 'empty' || right === 'empty' || families.some((family) => family.includes(left) && family.includes(right));

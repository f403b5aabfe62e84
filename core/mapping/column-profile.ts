/** What a column's values have in common, from a sample. Holds shares and counts only, never a value, but for the few that a list needs. */
import { foldText } from './fold-words.ts';
import { topicsOf, valueTopics, type ValueTopic } from './value-topics.ts';
import { saysNothing, shapesOf, valueShapes, type ValueShape } from './value-shapes.ts';

export interface ColumnProfile {
  /** Sampled cells, and those that have a value. */
  readonly rows: number;
  readonly filled: number;
  readonly fillRate: number;
  /** Different values among the filled. */
  readonly distinct: number;
  readonly distinctRate: number;
  readonly share: Readonly<Record<ValueShape, number>>;
  readonly length: number;
  readonly lengthSpread: number;
  readonly words: number;
  readonly ascending: boolean;
  readonly beyondLatitude: boolean;
  readonly negative: number;
  /** Shares of the values that have words of a topic. */
  readonly topics: Readonly<Record<ValueTopic, number>>;
  /** Of web addresses: all at one place. */
  readonly oneHost: boolean;
  /** Folded values with their counts, for overlap with lists; never shown. */
  readonly values: ReadonlyMap<string, number>;
}

const mostCells = 200;

/** Every n-th cell where there are many. */
const thin = (cells: readonly string[]): readonly string[] => {
  if (cells.length <= mostCells) return cells;
  const step = cells.length / mostCells;
  return Array.from({ length: mostCells }, (_, index) => cells[Math.floor(index * step)] ?? '');
};

export const profileColumn = (allCells: readonly string[]): ColumnProfile => {
  const cells = thin(allCells).map((cell) => cell.trim());
  const filled = cells.filter((cell) => !saysNothing(cell));
  const values = new Map<string, number>();
  const counts = Object.fromEntries(valueShapes.map((shape) => [shape, 0])) as Record<ValueShape, number>;
  const repeats = new Map<string, number>();
  for (const cell of filled) repeats.set(cell, (repeats.get(cell) ?? 0) + 1);
  for (const [cell, count] of repeats) {
    for (const shape of shapesOf(cell)) counts[shape] += count;
    const folded = foldText(cell);
    values.set(folded, (values.get(folded) ?? 0) + count);
  }
  const of = Math.max(1, filled.length);
  const share = Object.fromEntries(valueShapes.map((shape) => [shape, counts[shape] / of])) as Record<ValueShape, number>;
  const lengths = filled.map((cell) => cell.length), numbers = filled.map(Number);
  const length = mean(lengths);
  return {
    rows: cells.length, filled: filled.length, fillRate: cells.length === 0 ? 0 : filled.length / cells.length,
    distinct: values.size, distinctRate: values.size / of, share, length, lengthSpread: Math.sqrt(mean(lengths.map((each) => (each - length) ** 2))),
    words: mean(filled.map((cell) => cell.split(/\s+/).length)),
    ascending: numbers.length >= 3 && numbers.every((value, index) => Number.isFinite(value) && (index === 0 || value >= (numbers[index - 1] ?? 0))),
    beyondLatitude: numbers.some((value) => Math.abs(value) > 90), negative: numbers.filter((value) => value < 0).length / of, values,
    topics: topicShares(share.words >= 0.4 ? values : new Map(), of),
    oneHost: share.url > 0.4 && filled.length >= 3 && new Set(filled.map((cell) => /^(?:\w+:\/\/)?([^/?#\s]+)/.exec(cell)?.[1] ?? '')).size * 5 <= filled.length + 4,
  };
};

const topicShares = (values: ReadonlyMap<string, number>, of: number): Readonly<Record<ValueTopic, number>> => {
  const shares = Object.fromEntries(valueTopics.map((topic) => [topic, 0])) as Record<ValueTopic, number>;
  for (const [value, count] of values) for (const topic of topicsOf(value)) shares[topic] += count / of;
  return shares;
};

const mean = (numbers: readonly number[]): number => numbers.length === 0 ? 0 : numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

/** A proposal as the outside takes it: by header, or by `#n` from 1 where the header is missing or stands twice. */
import type { CombinedField } from './combine-columns.ts';
import type { EvidenceProposal } from './propose-by-evidence.ts';

export interface MappingAnswer {
  readonly mapping: Readonly<Record<string, string>>;
  /** From 0 to 1. */
  readonly confidence: Readonly<Record<string, number>>;
  readonly auto: Readonly<Record<string, boolean>>;
  readonly combine: Readonly<Record<string, readonly string[]>>;
  readonly unmapped: readonly string[];
}

export interface DescribedProposal {
  readonly columns: EvidenceProposal['columns'];
  readonly combine: readonly Pick<CombinedField, 'field' | 'columns' | 'confidence' | 'auto'>[];
}

export const columnLabels = (names: readonly string[]): readonly string[] => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return names.map((name, index) => (name === '' || (counts.get(name) ?? 0) > 1 ? `#${index + 1}` : name));
};

const rounded = (confidence: number): number => Math.round(confidence * 1000) / 1000;

export const describeProposal = (names: readonly string[], { columns, combine }: DescribedProposal): MappingAnswer => {
  const labels = columnLabels(names);
  const label = (column: number): string => labels[column] ?? `#${column + 1}`;
  const grouped = new Map(combine.flatMap((group) => group.columns.map((column) => [column, group] as const)));
  const taken = columns.flatMap(({ column, field, confidence, auto }) => {
    const group = grouped.get(column);
    if (group !== undefined) return [{ key: label(column), field: group.field, confidence: group.confidence, auto: group.auto }];
    return field === null ? [] : [{ key: label(column), field, confidence, auto }];
  });
  return {
    mapping: Object.fromEntries(taken.map(({ key, field }) => [key, field])),
    confidence: Object.fromEntries(taken.map(({ key, confidence }) => [key, rounded(confidence)])),
    auto: Object.fromEntries(taken.map(({ key, auto }) => [key, auto])),
    combine: Object.fromEntries(combine.map((group) => [group.field, group.columns.map(label)])),
    unmapped: columns.filter(({ column, field }) => field === null && !grouped.has(column)).map(({ column }) => label(column)),
  };
};

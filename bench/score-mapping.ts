/** The rules of the benchmark's `score.py`: what of the proposed mappings is right, and how much of what was expected is met. */
import type { MappingAnswer } from '../core/mapping/describe-proposal.ts';

export interface ExpectedMapping {
  readonly file: string;
  readonly dataset: string;
  readonly language: string;
  readonly mapping: Readonly<Record<string, string>>;
  readonly combine?: Readonly<Record<string, readonly string[]>>;
  readonly accept?: Readonly<Record<string, readonly string[]>>;
  readonly unmapped: readonly string[];
}

export interface MappingCounts {
  /** Expected entries of mapping and combine. */
  readonly wanted: number;
  readonly given: number;
  readonly right: number;
  readonly hit: number;
}
export interface FileScore { readonly all: MappingCounts; readonly auto: MappingCounts; readonly wrong: readonly string[] }

const fieldsOfColumns = ({ mapping, combine = {}, accept = {} }: ExpectedMapping): ReadonlyMap<string, ReadonlySet<string>> => {
  const fields = new Map<string, Set<string>>();
  const add = (column: string, field: string): void => { fields.set(column, (fields.get(column) ?? new Set()).add(field)); };
  for (const [column, field] of Object.entries(mapping)) add(column, field);
  for (const [field, columns] of Object.entries(combine)) for (const column of columns) add(column, field);
  for (const [column, accepted] of Object.entries(accept)) for (const field of accepted) add(column, field);
  return fields;
};

/** The columns of an answer are named as those of the expectation (describe-proposal.ts). */
export const scoreMapping = (expected: ExpectedMapping, answer: MappingAnswer): FileScore => {
  const fields = fieldsOfColumns(expected);
  const wanted = [...Object.entries(expected.mapping).map(([column, field]) => ({ column, field })), ...Object.keys(expected.combine ?? {}).map((field) => ({ column: null, field }))];
  const count = (taken: (column: string) => boolean): MappingCounts => {
    const given = Object.entries(answer.mapping).filter(([column]) => taken(column));
    const right = given.filter(([column, field]) => fields.get(column)?.has(field) === true);
    const columns = new Set(right.map(([column]) => column)), met = new Set(right.map(([, field]) => field));
    return { wanted: wanted.length, given: given.length, right: right.length, hit: wanted.filter(({ column, field }) => met.has(field) || column !== null && columns.has(column)).length };
  };
  const wrong = Object.entries(answer.mapping).filter(([column, field]) => fields.get(column)?.has(field) !== true).map(([column, field]) => `${expected.file}: ${column} -> ${field}${answer.auto[column] === true ? ' (taken without asking)' : ''}`);
  return { all: count(() => true), auto: count((column) => answer.auto[column] === true), wrong };
};

export const addCounts = (all: readonly MappingCounts[]): MappingCounts => all.reduce(
  (sum, each) => ({ wanted: sum.wanted + each.wanted, given: sum.given + each.given, right: sum.right + each.right, hit: sum.hit + each.hit }), { wanted: 0, given: 0, right: 0, hit: 0 });

export interface Rates { readonly precision: number; readonly recall: number; readonly f1: number }

export const ratesOf = ({ wanted, given, right, hit }: MappingCounts): Rates => {
  const precision = given === 0 ? 0 : right / given, recall = wanted === 0 ? 0 : hit / wanted;
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
};

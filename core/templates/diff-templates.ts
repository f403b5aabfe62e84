/** What differs between two template documents: a line for each place, for people and for programs. */
import type { TemplateDocument } from '../../contracts/template.ts';
import { canonicalJson } from '../receipt/canonical-json.ts';

export interface TemplateChange {
  /** As `mapping[birth_date].columns`: members of lists that have names are told by them. */
  readonly at: string;
  readonly change: 'added' | 'removed' | 'changed' | 'moved';
  /** Absent: it was, or is, not there. */
  readonly from?: unknown;
  readonly to?: unknown;
  readonly words: string;
}

export const diffTemplates = (from: TemplateDocument, to: TemplateDocument): readonly TemplateChange[] => compare(from, to, '');

type Members = Readonly<Record<string, unknown>>;
const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const same = (left: unknown, right: unknown): boolean => canonicalJson(left ?? null) === canonicalJson(right ?? null) && (left === undefined) === (right === undefined);

const compare = (from: unknown, to: unknown, at: string): readonly TemplateChange[] => {
  if (same(from, to)) return [];
  if (isMembers(from) && isMembers(to)) return [...new Set([...Object.keys(from), ...Object.keys(to)])].sort().flatMap((name) => compare(from[name], to[name], at === '' ? name : `${at}.${name}`));
  const named = isList(from) && isList(to) ? namedMembers(from, to) : null;
  if (named !== null) return compareLists(named, at);
  return [changeOf(from, to, at)];
};

const changeOf = (from: unknown, to: unknown, at: string): TemplateChange => {
  if (from === undefined) return { at, change: 'added', to, words: `${at}: added, ${shown(to)}` };
  if (to === undefined) return { at, change: 'removed', from, words: `${at}: removed, was ${shown(from)}` };
  return { at, change: 'changed', from, to, words: `${at}: ${shown(from)} → ${shown(to)}` };
};

const longest = 120;
const shown = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length <= longest ? text : `${[...text].slice(0, longest).join('')}…`;
};

interface NamedLists { readonly from: ReadonlyMap<string, unknown>; readonly to: ReadonlyMap<string, unknown> }

/** Null: the members have no names, or not each its own. */
const namedMembers = (from: readonly unknown[], to: readonly unknown[]): NamedLists | null => {
  const left = byName(from), right = byName(to);
  return left === null || right === null ? null : { from: left, to: right };
};

const byName = (list: readonly unknown[]): ReadonlyMap<string, unknown> | null => {
  const names = list.map((member) => (isMembers(member) ? member['field'] ?? member['name'] : undefined));
  // `rules` may name a field and have a name of their own: the name counts.
  const own = list.map((member, index) => (isMembers(member) && typeof member['kind'] === 'string' && typeof member['name'] === 'string' ? member['name'] : names[index]));
  const texts = own.filter((name): name is string => typeof name === 'string' && name !== '');
  return texts.length === list.length && new Set(texts).size === list.length ? new Map(texts.map((name, index) => [name, list[index]])) : null;
};

const compareLists = ({ from, to }: NamedLists, at: string): readonly TemplateChange[] => {
  const changes = [...new Set([...from.keys(), ...to.keys()])].flatMap((name) => compare(from.get(name), to.get(name), `${at}[${name}]`));
  const before = [...from.keys()].filter((name) => to.has(name)), after = [...to.keys()].filter((name) => from.has(name));
  return same(before, after) ? changes : [...changes, { at, change: 'moved', from: before, to: after, words: `${at}: in another order` }];
};

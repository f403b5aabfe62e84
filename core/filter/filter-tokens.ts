/**
 * The words of a filter. A literal keeps its text as it stood; a bare date or time (`2024-01-31`, `2024-01-31T10:00Z`) is a literal too, so
 * that nobody has to quote it. One expression with a sticky flag and no nested repetition: linear on any text.
 */
import { WaybillError } from '../../contracts/errors.ts';

export type FilterTokenKind = 'word' | 'name' | 'text' | 'number' | 'date' | 'sign' | 'end';
export interface FilterToken {
  readonly kind: FilterTokenKind;
  /** Words in lower case beside their own text; quoted names and texts without quotes. */
  readonly text: string;
  readonly word: string;
  /** First character of it, from 1. */
  readonly at: number;
}

const pattern = new RegExp([
  String.raw`(?<blank>\s+)`,
  String.raw`(?<date>\d{4}-\d{2}-\d{2}(?:[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?)?)`,
  String.raw`(?<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)`,
  String.raw`(?<word>[\p{L}_][\p{L}\p{N}_.]*)`,
  String.raw`"(?<name>(?:[^"]|"")*)"`,
  String.raw`'(?<text>(?:[^']|'')*)'`,
  String.raw`(?<sign><>|!=|<=|>=|[=<>(),])`,
].join('|'), 'uy');

export const filterError = (message: string, at: number): WaybillError =>
  new WaybillError('FILTER_INVALID', `The filter cannot be read at character ${at}: ${message}`, { position: at });

const tokenOf = (match: RegExpExecArray): FilterToken | null => {
  const at = match.index + 1;
  const { date, number, word, name, text, sign } = match.groups ?? {};
  if (date !== undefined) return { kind: 'date', text: date, word: '', at };
  if (number !== undefined) return { kind: 'number', text: number, word: '', at };
  if (word !== undefined) return { kind: 'word', text: word, word: word.toLowerCase(), at };
  if (name !== undefined) return { kind: 'name', text: name.replaceAll('""', '"'), word: '', at };
  if (text !== undefined) return { kind: 'text', text: text.replaceAll("''", "'"), word: '', at };
  return sign === undefined ? null : { kind: 'sign', text: sign === '!=' ? '<>' : sign, word: '', at };
};

/** A letter or digit that follows a number at once (`12abc`) is a slip, not a second word. */
const refuseGlued = (filter: string, { kind, at }: FilterToken, end: number): void => {
  if ((kind === 'number' || kind === 'date') && /[\p{L}\p{N}_]/u.test(filter.charAt(end))) throw filterError('a value and a word are written together; put a text in single quotes.', at);
};

export const filterTokens = (filter: string): readonly FilterToken[] => {
  const tokens: FilterToken[] = [];
  pattern.lastIndex = 0;
  for (let at = 0; at < filter.length; at = pattern.lastIndex) {
    const match = pattern.exec(filter);
    if (match === null) throw filterError(unreadable(filter.charAt(at)), at + 1);
    const token = tokenOf(match);
    if (token === null) continue;
    refuseGlued(filter, token, pattern.lastIndex);
    tokens.push(token);
  }
  return [...tokens, { kind: 'end', text: '', word: '', at: filter.length + 1 }];
};

const unreadable = (character: string): string => {
  if (character === "'") return 'a text that begins here has no closing single quote.';
  if (character === '"') return 'a name that begins here has no closing double quote.';
  return 'this sign has no meaning here; texts stand in single quotes, names with blanks in double quotes.';
};

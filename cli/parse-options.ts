/**
 * What people write on the command line, made into what the API takes. Refuses by commander's own error, so that a wrong option ends with
 * exit code 2 and its name. No zod here: `waybill --help` must not pay for it.
 */
import { InvalidArgumentError } from 'commander';
import type { Encoding, ParseOptions } from '../contracts/parse-options.ts';
import type { DuplicatePolicy, LoadMode } from '../contracts/plan-document.ts';

/** The words of the contract; the compiler refuses a missing or a foreign one. */
const wordsOf = <Word extends string>(words: Readonly<Record<Word, true>>): readonly Word[] => Object.keys(words) as Word[];
export const loadModeWords = wordsOf<LoadMode>({ insert: true, upsert: true, update: true, append: true });
export const duplicateWords = wordsOf<DuplicatePolicy>({ last: true, first: true, reject: true });
export const encodingWords = wordsOf<Encoding>({
  'utf-8': true, 'utf-16le': true, 'utf-16be': true, 'windows-1252': true, 'iso-8859-1': true, 'iso-8859-2': true, 'iso-8859-15': true,
  'windows-1250': true, 'windows-1251': true, 'koi8-r': true, macintosh: true, ibm866: true,
});
export const formatWords = wordsOf<ParseOptions['format']>({ csv: true, jsonl: true, json: true, geojson: true, xml: true, fixed: true, parquet: true, xlsx: true, ods: true, xls: true });
export const onErrorWords = ['abort', 'quarantine', 'warn'] as const;

/** As JSON, the API checks it. */
export type TransformOption = Readonly<Record<string, unknown>>;

export interface MapOption {
  readonly columns: readonly string[];
  readonly field: string;
  readonly transforms?: readonly TransformOption[];
}

/** Splits at a plus or a bar; behind a backslash it is one of the name. */
const splitAt = (text: string, mark: '+' | '|'): readonly string[] =>
  text.split(mark === '+' ? /(?<!\\)\+/ : /(?<!\\)\|/).map((part) => part.replaceAll(`\\${mark}`, mark).trim());

/** `Source=field`, `Lat+Lon=field`, `#3=field`, `Source=field|trim|upper`. The last `=` counts, because headers hold more of them than field names do. */
export const parseMap = (text: string): MapOption => {
  const at = text.lastIndexOf('=');
  const columns = at === -1 ? [] : splitAt(text.slice(0, at), '+');
  const [field = '', ...functions] = splitAt(text.slice(at + 1), '|');
  if (at === -1 || field === '' || columns.length === 0 || columns.some((column) => column === ''))
    throw new InvalidArgumentError('Write "Source column=field".');
  if (functions.some((name) => !/^[a-z_]+$/.test(name))) throw new InvalidArgumentError('Write "Source column=field|trim|upper"; functions with arguments stand in a file (--mapping).');
  if (columns.length > 2 && functions.length === 0)
    throw new InvalidArgumentError('At most two columns make a field without a function (latitude+longitude); write \\+ for a plus in a name.');
  return { columns, field, ...(functions.length === 0 ? {} : { transforms: functions.map((fn) => ({ fn })) }) };
};

export const addMap = (text: string, before: readonly MapOption[] = []): readonly MapOption[] => [...before, parseMap(text)];

export interface TemplateOption { readonly name: string; readonly version?: number }

/** `NAME` or `NAME@3`. */
export const parseTemplate = (text: string): TemplateOption => {
  const [, name, version] = /^([a-z0-9][a-z0-9_.-]*)(?:@(\d{1,7}))?$/.exec(text.trim()) ?? [];
  if (name === undefined || version === '0') throw new InvalidArgumentError('Write NAME or NAME@VERSION; a name has lower case letters, digits, _, . and -.');
  return { name, ...(version === undefined ? {} : { version: Number(version) }) };
};

/** `renamed=accept`. */
export const addDrift = (text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => {
  const [, kind, handling] = /^(new|missing|renamed|retyped|moved)=(accept|ask|refuse)$/.exec(text.trim()) ?? [];
  if (kind === undefined || handling === undefined) throw new InvalidArgumentError('Write new, missing, renamed, retyped or moved, then =accept, =ask or =refuse.');
  return { ...before, [kind]: handling };
};

export const parseEncoding = (text: string): Encoding => {
  const found = encodingWords.find((name) => name === text.trim().toLowerCase());
  if (found === undefined) throw new InvalidArgumentError(`Write one of ${encodingWords.join(', ')}.`);
  return found;
};

export interface DateFormatOption {
  readonly field: string;
  readonly order: 'dmy' | 'mdy';
}

export const parseDateFormat = (text: string): DateFormatOption => {
  const [, field, order] = /^(.+)=(dmy|mdy)$/i.exec(text.trim()) ?? [];
  if (field === undefined || order === undefined) throw new InvalidArgumentError('Write FIELD=DMY or FIELD=MDY.');
  return { field: field.trim(), order: order.toLowerCase() === 'dmy' ? 'dmy' : 'mdy' };
};

export const addDateFormat = (text: string, before: readonly DateFormatOption[] = []): readonly DateFormatOption[] => {
  const added = parseDateFormat(text);
  if (before.some(({ field }) => field === added.field)) throw new InvalidArgumentError(`The field ${added.field} is named twice.`);
  return [...before, added];
};

export const parseNames = (text: string): readonly string[] => {
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => name === '')) throw new InvalidArgumentError('Write names separated by commas.');
  return names;
};

export const addNames = (text: string, before: readonly string[] = []): readonly string[] => [...before, ...parseNames(text)];

export interface MaxErrorsOption {
  readonly maxErrors?: number;
  readonly maxErrorPercent?: number;
}

const largestInt = 2 ** 31 - 1;

/** `100`: rows. `2.5%`: share of the rows. */
export const parseMaxErrors = (text: string): MaxErrorsOption => {
  const [, number, percent] = /^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text) ?? [];
  const value = Number(number);
  if (number === undefined) throw new InvalidArgumentError('Write a number of rows or a share such as 5%.');
  if (percent === '%') {
    if (value > 100) throw new InvalidArgumentError('A share is at most 100%.');
    return { maxErrorPercent: value };
  }
  if (!Number.isInteger(value) || value > largestInt) throw new InvalidArgumentError('A number of rows is a whole number.');
  return { maxErrors: value };
};

const namedCharacters: Readonly<Record<string, string>> = {
  tab: '\t', '\\t': '\t', comma: ',', semicolon: ';', pipe: '|', space: ' ', colon: ':', caret: '^', tilde: '~',
};

export const parseDelimiter = (text: string): string => {
  const character = namedCharacters[text.toLowerCase()] ?? text;
  if (!/^[\u0001-\u007f]$/.test(character) || /[\r\n"]/.test(character)) throw new InvalidArgumentError('Write one ASCII character, or tab, comma, semicolon, pipe.');
  return character;
};

/** A quote character or `none`. Boxed, because commander reads null as "not given". */
export interface QuoteOption { readonly quote: string | null }

export const parseQuote = (text: string): QuoteOption => {
  const word = text.toLowerCase();
  if (word === 'none') return { quote: null };
  const character = word === 'double' ? '"' : word === 'single' ? "'" : text;
  if (!/^[\u0021-\u007e]$/.test(character)) throw new InvalidArgumentError('Write one ASCII character, double, single or none.');
  return { quote: character };
};

/** `10,5,20`. */
export const parseWidths = (text: string): readonly number[] => {
  const widths = text.split(',').map(Number);
  if (!widths.every((width) => Number.isSafeInteger(width) && width > 0)) throw new InvalidArgumentError('Say how many characters each column has: 10,5,20.');
  return widths;
};

export const parseCount = (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text.trim()) || value > largestInt) throw new InvalidArgumentError('Write a whole number.');
  return value;
};

export const parsePositive = (text: string): number => {
  const value = parseCount(text);
  if (value === 0) throw new InvalidArgumentError('Write a whole number from 1.');
  return value;
};

export const parseTableName = (text: string): { readonly schema: string; readonly table: string } => {
  const parts = text.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [];
  const names = parts.map((part) => part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part);
  const [first, second] = names;
  if (first === undefined || first === '' || second === '' || names.length > 2 || parts.join('.') !== text)
    throw new InvalidArgumentError('Write SCHEMA.TABLE, with double quotes around a name that holds a dot.');
  return second === undefined ? { schema: 'public', table: first } : { schema: first, table: second };
};

/** Whole records of a sample as JavaScript values, only to see which keys they have: their numbers are not exact and go nowhere. */
import type { JsonOptions } from '../../../contracts/parse-options.ts';
import { closeBrace, closeBracket, comma, elementBorder, isWhite, lineFeed, openBrace, openBracket } from './json-bytes.ts';

/** Enough to meet the keys, little enough to be quick. */
const mostSampledBytes = 1024 * 1024;

const decoder = new TextDecoder();

/** Undefined when it is no JSON. */
export const parsed = (bytes: Uint8Array): unknown => {
  try { return JSON.parse(decoder.decode(bytes)) as unknown; } catch { return undefined; }
};

export interface SampledLines {
  readonly values: readonly unknown[];
  /** Lines with content, and those of them that are JSON objects or arrays. */
  readonly lines: number;
  readonly good: number;
}

/** @param complete the last line is whole even without a line feed */
export const sampleLines = (bytes: Uint8Array, start: number, complete: boolean): SampledLines => {
  const values: unknown[] = [];
  let [lines, good] = [0, 0];
  const end = Math.min(bytes.length, start + mostSampledBytes);
  for (let at = start; at < end;) {
    const found = bytes.indexOf(lineFeed, at);
    if (found < 0 && !complete) break;
    const line = bytes.subarray(at, found < 0 ? bytes.length : found);
    at = found < 0 ? bytes.length : found + 1;
    if (line.every(isWhite)) continue;
    lines += 1;
    const value = isContainer(line[firstContent(line, 0)]) ? parsed(line) : undefined;
    if (value === undefined) continue;
    good += 1;
    values.push(value);
  }
  return { values, lines, good };
};

/** The elements from `start` on, without the one that the sample cuts. */
export const sampleElements = (bytes: Uint8Array, start: number): readonly unknown[] => {
  const values: unknown[] = [];
  const end = Math.min(bytes.length, start + mostSampledBytes);
  for (let at = firstContent(bytes, start); at < end && bytes[at] !== closeBracket && bytes[at] !== closeBrace;) {
    const border = elementBorder(bytes, at, bytes.length);
    if (border >= bytes.length) break;
    const value = parsed(bytes.subarray(at, border));
    if (value !== undefined) values.push(value);
    if (bytes[border] !== comma) break;
    at = firstContent(bytes, border + 1);
  }
  return values;
};

export const firstContent = (bytes: Uint8Array, from: number): number => {
  let at = from;
  while (at < bytes.length && isWhite(bytes[at])) at += 1;
  return at;
};

const isContainer = (byte: number | undefined): boolean => byte === openBrace || byte === openBracket;

/** So many braces are tried: a sample that holds no whole record is no use. */
const mostTries = 2_000;

/**
 * Where a record begins in a piece from within the record array, or the piece's length. A brace behind a comma may open an object inside a
 * record as well; it is taken for a record when at least half of its keys are keys of records.
 */
export const findElement = (piece: Uint8Array, knownKeys: ReadonlySet<string>): number => {
  let tries = 0;
  for (let at = piece.indexOf(comma); at >= 0 && tries < mostTries; at = piece.indexOf(comma, at + 1)) {
    const start = firstContent(piece, at + 1);
    if (piece[start] !== openBrace) continue;
    tries += 1;
    const border = elementBorder(piece, start, piece.length);
    if (border >= piece.length) continue;
    const value = parsed(piece.subarray(start, border));
    if (typeof value !== 'object' || value === null) continue;
    const keys = Object.keys(value);
    if (keys.length > 0 && keys.filter((key) => knownKeys.has(key)).length * 2 >= keys.length) return start;
  }
  return piece.length;
};

export const recordKeys = ({ paths }: Pick<JsonOptions, 'paths'>): ReadonlySet<string> => new Set(paths.flatMap(([first]) => (typeof first === 'string' ? [first] : [])));

/**
 * Delimiter, quote and escape: every plausible combination reads the samples, and the one under which they look most like a table wins.
 * "Like a table" is, as in van den Burg, Nazábal and Sutton, "Wrangling messy CSV files by detecting row and type patterns" (2019),
 * the regularity of the records' widths times how well the cells read as values; the weights here are our own, tuned on the corpus.
 */
import { brokenFlag, quotedFlag, RecordScanner, type ScanDialect } from '../formats/csv/record-scanner.ts';
import { scanDialectOf } from '../formats/csv/scan-dialect-of.ts';
import type { Guess, ParseOverrides } from '../../contracts/parse-options.ts';
import { isValueKind, kindOf } from './cell-kind.ts';
import { isClean, readRecords, type SampledRecord } from './sampled-records.ts';
import type { Segment } from './sample.ts';

/** How readily a character is believed to be a delimiter when the samples allow it. */
const priors: readonly (readonly [string, number])[] = [
  [',', 1], [';', 1], ['\t', 1], ['|', 1], ['\u001f', 1], ['\u0001', 1], ['\u001e', 0.9], ['^', 0.85], ['~', 0.85],
  [':', 0.5], ['#', 0.4], ['!', 0.4], ['*', 0.4], ['$', 0.4], ['%', 0.4], ['&', 0.4], ['@', 0.3], [' ', 0.35],
];
const strong = new Set([';', '\t', '|', '\u001f', '\u0001']);
const maxScanBytes = 512 * 1024;
const maxPreamble = 30;

export interface DialectGuess {
  readonly delimiter: Guess<string>;
  readonly quote: Guess<string | null>;
  readonly escape: Guess<'double' | 'backslash'>;
  readonly scan: ScanDialect;
  /** Cells of most records. */
  readonly width: number;
}

type Quote = '"' | "'" | null;
type QuoteChar = string | null;

interface Reading {
  readonly delimiter: string;
  readonly quote: QuoteChar;
  readonly width: number;
  readonly records: number;
  /** Share of the records, from the table's start, that have this width. */
  readonly regular: number;
  /** Quoted cells that end as they should, and those that do not. */
  readonly clean: number;
  readonly broken: number;
  readonly recordsWithQuotes: number;
  readonly score: number;
}

export function detectDialect(segments: readonly Segment[], overrides: ParseOverrides, hint: string | null): DialectGuess {
  const cut = segments.map((segment) => cutTo(segment, maxScanBytes));
  const present = presentBytes(cut);
  const named = overrides.delimiter ?? hint;
  const delimiters = named === null || named === undefined ? priors.filter(([character]) => present[character.charCodeAt(0)] === 1) : [[named, 1] as const];
  const readings = delimiters.map(([delimiter, prior]) => bestReading(cut, { delimiter, prior, overrides, present }));
  const single = readSingle(cut, present, overrides);
  const ranked = [...readings].sort((a, b) => b.score - a.score);
  const best = ranked[0];
  const likely = best !== undefined && (named !== null && named !== undefined || best.score > single.score) ? best : single;
  const rival = Math.max(0, single === likely ? 0 : single.score, ...ranked.filter((reading) => reading !== likely).map((reading) => reading.score));
  const escape = detectEscape(cut, likely, overrides);
  // The trials escape by doubling; cells that hold escaped quotes and delimiters come out whole only now.
  const chosen = escape.value === 'backslash' && likely.width > 1 ? readAs(cut, { ...likely, escape: 'backslash' }, 1) : likely;
  return {
    delimiter: explainDelimiter(chosen, rival, overrides, hint),
    quote: explainQuote(chosen, overrides),
    escape,
    scan: scanDialectOf({ delimiter: chosen.delimiter, quote: chosen.quote, escape: escape.value }),
    width: chosen.width,
  };
}

const cutTo = (segment: Segment, limit: number): Segment =>
  segment.bytes.length <= limit ? segment : { bytes: segment.bytes.subarray(0, limit), complete: false };

function presentBytes(segments: readonly Segment[]): Uint8Array {
  const present = new Uint8Array(256);
  for (const { bytes } of segments) for (let at = 0; at < bytes.length; at++) present[bytes[at] as number] = 1;
  return present;
}

interface Trial {
  readonly delimiter: string;
  readonly prior: number;
  readonly overrides: ParseOverrides;
  readonly present: Uint8Array;
}

function bestReading(segments: readonly Segment[], trial: Trial): Reading {
  const { delimiter, prior, overrides, present } = trial;
  const read = (quote: QuoteChar): Reading => readAs(segments, { delimiter, quote, escape: overrides.escape ?? 'double' }, prior);
  if (overrides.quote !== undefined) return read(overrides.quote);
  const [hasDouble, hasSingle] = [present[34] === 1, present[39] === 1];
  const plain = read(null);
  const double = hasDouble ? read('"') : null;
  const single = hasSingle ? read("'") : null;
  const quote = chooseQuote(segments, double, single);
  if (quote === "'" && single !== null) return single;
  if (quote === null) return plain;
  // One quote that never closes must not hide a delimiter that the rest of the file shows clearly.
  return double === null ? { ...plain, quote: '"' } : { ...double, score: Math.max(double.score, plain.score * (double.clean === 0 ? 0.95 : 0)) };
}

function chooseQuote(segments: readonly Segment[], double: Reading | null, single: Reading | null): Quote {
  if (double !== null && double.clean > 0 && double.clean >= double.broken * 2) return '"';
  if (single !== null && single.clean >= 2 && single.broken * 10 <= single.clean && single.recordsWithQuotes >= single.records * 0.3) return "'";
  // Quotes that begin cells again and again and never close them are ordinary characters (inches, ditto marks).
  if (double !== null && double.broken > 2 && double.clean * 2 < double.broken) return null;
  if (double !== null && double.clean === 0 && double.broken > 0 && openings(segments, double.delimiter) > 2) return null;
  return '"';
}

/** Cells that begin with a double quote when quotes mean nothing. */
function openings(segments: readonly Segment[], delimiter: string): number {
  let found = 0;
  for (const segment of segments)
    for (const { cells } of readRecords(segment, scanDialectOf({ delimiter, quote: null, escape: 'double' }), { records: 500, cells: 200 }))
      found += cells.filter((cell) => cell.startsWith('"')).length;
  return found;
}

interface Widths {
  readonly widths: readonly number[];
  readonly firstCount: number;
  readonly clean: number;
  readonly broken: number;
  readonly recordsWithQuotes: number;
}

function measure(segments: readonly Segment[], dialect: ScanDialect): Widths {
  const widths: number[] = [];
  let [firstCount, clean, broken, recordsWithQuotes] = [0, 0, 0, 0];
  segments.forEach(({ bytes, complete }, index) => {
    const scanner = new RecordScanner(dialect);
    scanner.reset(bytes, 0, bytes.length, 1);
    while (scanner.next()) {
      if (!complete && scanner.recordEnd === bytes.length) break;
      widths.push(scanner.cellCount);
      const before = clean;
      for (let cell = 0; cell < scanner.cellCount; cell++) {
        const flags = scanner.cellFlags[cell] as number;
        if ((flags & brokenFlag) !== 0) broken++;
        else if ((flags & quotedFlag) !== 0) clean++;
      }
      if (clean > before) recordsWithQuotes++;
    }
    if (index === 0) firstCount = widths.length;
  });
  return { widths, firstCount, clean, broken, recordsWithQuotes };
}

interface Form { readonly delimiter: string; readonly quote: QuoteChar; readonly escape: 'double' | 'backslash' }

function readAs(segments: readonly Segment[], form: Form, prior: number): Reading {
  const dialect = scanDialectOf(form);
  const measured = measure(segments, dialect);
  const { width, regular, skipped } = regularity(measured.widths.slice(0, measured.firstCount));
  const later = measured.widths.slice(measured.firstCount);
  // Later samples begin at unknown places, perhaps inside one huge cell: they lower the score, they do not choose the width.
  const agreement = later.length === 0 ? 1 : later.filter((other) => other === width).length / later.length;
  const [start] = segments;
  const records = start === undefined ? [] : readRecords(start, dialect, { records: 60, cells: 60 });
  const shape = Math.max(0, 1 - 0.5 / width) * regular ** 1.5 * preambleFactor(width, skipped) * (0.6 + 0.4 * agreement);
  const score = width < 2 ? 0 : shape * meaning(records.slice(skipped), form) * prior;
  return { ...form, width, regular, records: measured.widths.length, score, clean: measured.clean, broken: measured.broken, recordsWithQuotes: measured.recordsWithQuotes };
}

/** Lines before a table of two columns are more likely lines of a file with one column. */
const preambleFactor = (width: number, skipped: number): number =>
  skipped === 0 ? 1 : (width === 2 ? 0.45 : width === 3 ? 0.8 : 0.95) * 0.99 ** skipped;

interface Regularity { readonly width: number; readonly regular: number; readonly skipped: number }

/** The width that most records have, counted from its first record (titles may stand before). */
function regularity(widths: readonly number[]): Regularity {
  const counts = new Map<number, number>();
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
  const common = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0]).slice(0, 4);
  let best: Regularity = { width: common[0]?.[0] ?? 1, regular: 0, skipped: 0 };
  for (const [width, count] of common) {
    const first = widths.indexOf(width);
    const skipped = first > maxPreamble ? 0 : first;
    const regular = count / (widths.length - skipped);
    if (width > 1 && regular * (1 - 0.5 / width) > best.regular * (1 - 0.5 / best.width)) best = { width, regular, skipped };
  }
  return best;
}

/** How well cells read as values, 0 to 1. */
function meaning(records: readonly SampledRecord[], form: Form): number {
  let [sum, count] = [0, 0];
  for (const { cells, flags } of records)
    cells.forEach((cell, at) => {
      sum += meaningOf(cell, flags[at] ?? 0, form.delimiter);
      count++;
    });
  return count === 0 ? 0 : sum / count;
}

function meaningOf(cell: string, flags: number, delimiter: string): number {
  if (isClean(flags)) return 1;
  if ((flags & brokenFlag) !== 0) return 0;
  if (/^["]|["]$/.test(cell)) return 0.1;
  if (/^'.*'$/s.test(cell)) return 0.3;
  const kind = kindOf(cell);
  if (kind === 'empty') return 0.9;
  if (kind !== 'text' && kind !== 'code') return 1;
  // Words of a sentence are no cells.
  if (delimiter === ' ') return 0.4;
  for (const other of strong) if (other !== delimiter && cell.includes(other)) return 0.3;
  // `Roe, Jane`: a comma of the language rather than of the file.
  if (cell.startsWith(' ')) return 0.4;
  return /^[\p{L}\p{N}_ .,'()/&-]*$/u.test(cell) ? (cell.includes(' ') ? 0.8 : 0.9) : 0.6;
}

/** One column: the delimiter is then one that does not occur, so that nothing is ever split. */
function readSingle(segments: readonly Segment[], present: Uint8Array, overrides: ParseOverrides): Reading {
  const absent = [',', '\t', ';', '|', '\u001f', '\u0001'].find((character) => present[character.charCodeAt(0)] === 0) ?? '\u001f';
  const form: Form = { delimiter: absent, quote: overrides.quote === undefined ? '"' : overrides.quote, escape: overrides.escape ?? 'double' };
  const { clean, broken, widths, recordsWithQuotes } = measure(segments, scanDialectOf(form));
  const lines = segments.flatMap((segment) => [...readRecords(segment, scanDialectOf({ ...form, delimiter: absent }), { records: 60, cells: 1 })]);
  const values = lines.filter(({ cells }) => isValueKind(kindOf(cells[0] ?? ''))).length / Math.max(1, lines.length);
  const quoted = lines.filter(({ flags }) => isClean(flags[0] ?? 0)).length / Math.max(1, lines.length);
  const score = Math.max(0.25, 0.7 * values, quoted > 0.9 ? 0.6 : 0);
  return { ...form, width: 1, records: widths.length, regular: 1, clean, broken, recordsWithQuotes, score };
}

function detectEscape(segments: readonly Segment[], chosen: Reading, overrides: ParseOverrides): Guess<'double' | 'backslash'> {
  if (overrides.escape !== undefined) return { value: overrides.escape, confidence: 1, why: 'named by the operator' };
  const { quote, delimiter } = chosen;
  if (quote === null) return { value: 'double', confidence: 1, why: 'there are no quotes to escape' };
  const code = quote.charCodeAt(0);
  const pairs = countPairs(segments, 92, code);
  const doubled = countPairs(segments, code, code);
  if (pairs === 0) return { value: 'double', confidence: doubled > 0 ? 0.95 : 0.85, why: doubled > 0 ? 'quotes inside cells are doubled' : 'no quote inside a cell was seen; doubling is the rule' };
  const double = readAs(segments, { delimiter, quote, escape: 'double' }, 1);
  const backslash = readAs(segments, { delimiter, quote, escape: 'backslash' }, 1);
  const better = backslash.broken < double.broken || (backslash.broken === double.broken && backslash.regular > double.regular);
  if (better) return { value: 'backslash', confidence: 0.95, why: `a backslash stands before ${pairs} quotes, and cells end cleanly only when it escapes them` };
  return { value: 'double', confidence: 0.9, why: `a backslash stands before ${pairs} quotes, but cells end cleanly without escaping by it` };
}

function countPairs(segments: readonly Segment[], first: number, second: number): number {
  let found = 0;
  for (const { bytes } of segments)
    for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) if (bytes[at + 1] === second) found++;
  return found;
}

const percent = (share: number): string => `${Math.floor(share * 1000) / 10} %`;

function explainDelimiter(chosen: Reading, rival: number, overrides: ParseOverrides, hint: string | null): Guess<string> {
  const value = chosen.delimiter;
  if (overrides.delimiter !== undefined) return { value, confidence: 1, why: 'named by the operator' };
  if (hint !== null) return { value, confidence: 0.99, why: 'the first line names it (sep=)' };
  if (chosen.width < 2) return { value, confidence: 0.6, why: 'no character splits the lines evenly, so the file has one column; this delimiter does not occur' };
  const lead = chosen.score <= 0 ? 0 : Math.max(0, 1 - rival / chosen.score);
  const confidence = Math.min(0.99, (0.55 + 0.45 * lead ** 0.5) * (0.6 + 0.4 * chosen.regular));
  return {
    value, confidence: Math.round(confidence * 100) / 100,
    why: `it splits ${percent(chosen.regular)} of ${chosen.records} sampled records into ${chosen.width} cells`,
  };
}

function explainQuote({ quote, clean, broken }: Reading, overrides: ParseOverrides): Guess<string | null> {
  if (overrides.quote !== undefined) return { value: quote, confidence: 1, why: 'named by the operator' };
  if (quote === null) return { value: null, confidence: 0.8, why: 'quotes begin cells but do not close them, so they are ordinary characters' };
  if (clean + broken === 0) return { value: quote, confidence: 0.8, why: 'no quoted cell was seen; the usual quote is assumed' };
  const confidence = Math.round((0.5 + (0.49 * clean) / (clean + broken)) * 100) / 100;
  return { value: quote, confidence, why: `${clean} cells open and close with it${broken > 0 ? `, ${broken} do not close cleanly` : ''}` };
}

/** Where the columns of a text of fixed width are: where no sampled line, of the start, the middle or the end, has anything but blanks. */
import { isWaybillError, WaybillError } from '../../../contracts/errors.ts';
import type { FixedDetection, Guess } from '../../../contracts/parse-options.ts';
import { nameColumns } from '../../detect/column-names.ts';
import { detectDelimitedText } from '../../detect/detect-delimited.ts';
import { judgeHeader } from '../../detect/header-evidence.ts';
import type { Segment } from '../../detect/sample.ts';
import type { SourceText } from '../../detect/source-text.ts';

/** Of each sample; every one of them is looked at in each of its characters. */
const mostLines = 2_000;
const fewestLines = 5, longestLine = 20_000;

interface Borders { readonly widths: readonly number[]; readonly guess: Guess<string>; readonly guessed: boolean }

/** Null: a delimiter fits better, or the columns have no blanks between them. */
export const detectFixed = (text: SourceText): FixedDetection | null => {
  const { overrides } = text;
  const isNamed = overrides.format === 'fixed' || (overrides.format === undefined && overrides.widths !== undefined);
  if (!isNamed && (overrides.format !== undefined || overrides.delimiter !== undefined || overrides.quote !== undefined || overrides.recordPath !== undefined)) return null;
  const [start, ...others] = text.segments as readonly [Segment, ...Segment[]];
  const preamble = overrides.preambleLines ?? 0;
  const lines = linesOf(start, preamble, false);
  const all = [...lines, ...others.flatMap((segment) => linesOf(segment, 0, true))];
  const ruler = isRuler(lines[1]) && overrides.header !== false ? lines[1] as string : null;
  const borders = bordersOf(text, { first: lines[0] ?? '', body: all.slice(ruler === null ? 1 : 2), ruler, isNamed });
  if (borders === null || (!isNamed && ruler === null && isDelimited(text))) return null;
  const cells = all.map((line) => cellsOf(line, borders));
  const header = ruler === null ? headerOf(overrides.header, cells) : { value: true, confidence: 0.98, why: 'a line of dashes stands below the first line' };
  const skipped = preamble + (header.value ? 1 : 0) + (ruler === null ? 0 : 1);
  return {
    options: {
      format: 'fixed', encoding: text.encoding.value, widths: borders.widths, guessed: borders.guessed, preambleLines: preamble, header: header.value,
      columns: nameColumns(header.value ? cells[0] ?? [] : [], borders.widths.length),
      dataStartByte: text.textStart + afterLines(start.bytes, skipped), dataStartLine: skipped + 1,
    },
    guesses: {
      encoding: text.encoding, widths: borders.guess, header,
      preambleLines: { value: preamble, confidence: 1, why: overrides.preambleLines === undefined ? 'lines before the table are not looked for in columns of fixed width' : 'named by the operator' },
      format: { value: 'fixed', ...(isNamed ? { confidence: 1, why: 'named by the operator' } : { confidence: borders.guess.confidence, why: 'the columns stand below one another, with blanks between them, and no delimiter fits' }) },
    },
    needsSpool: text.needsSpool,
  };
};

/** Whole lines that are not blank. */
const linesOf = ({ bytes, complete }: Segment, skip: number, startsWithin: boolean): readonly string[] => {
  const all = new TextDecoder().decode(bytes.subarray(0, 1024 * 1024)).split('\n').slice(startsWithin ? 1 : skip);
  const whole = complete && bytes.length <= 1024 * 1024 ? all : all.slice(0, -1);
  return whole.slice(0, mostLines).map((line) => line.replace(/\r$/, '')).filter((line) => line.trim() !== '');
};

const isRuler = (line: string | undefined): boolean => line !== undefined && /^ *[-=]{2,}(?: +[-=]{2,})+ *$/.test(line);

const bordersOf = ({ overrides: { widths } }: SourceText, { first, body, ruler, isNamed }: { readonly first: string; readonly body: readonly string[]; readonly ruler: string | null; readonly isNamed: boolean }): Borders | null => {
  if (widths !== undefined) return { widths, guessed: false, guess: { value: widths.join(','), confidence: 1, why: 'named by the operator' } };
  const starts = ruler === null ? startsOf(first, body) : [...ruler.matchAll(/[-=]+/g)].map(({ index }) => index);
  const found = starts === null || starts.length < 2 ? null : widthsFrom(starts, [first, ...body]);
  const padded = body.filter((line) => / {2}/.test(line.trim())).length;
  const sameLength = body.every((line) => line.length === (body[0] ?? '').length);
  const isSure = ruler !== null || (body.length >= fewestLines && (padded >= body.length * 0.6 || (sameLength && padded > 0)));
  if (found === null || (!isNamed && !isSure)) {
    if (!isNamed) return null;
    throw new WaybillError('OPTION_INVALID', 'No blanks run down between the columns; say how wide they are.', { option: 'widths' });
  }
  const confidence = ruler !== null || body.length >= 50 ? 0.9 : 0.75;
  return { widths: found, guessed: true, guess: { value: found.join(','), confidence, why: ruler === null ? `blanks run down between ${found.length} columns in all ${body.length} sampled lines` : 'a line of dashes shows how wide the columns are' } };
};

/** With the first line, whose names may be wider than all values; without it when it does not fit. Null: no text of such columns. */
const startsOf = (first: string, body: readonly string[]): readonly number[] | null => {
  const filled = filledOf(body), named = filledOf([first]);
  if (filled === null || named === null) return null;
  const together = runsOf(Array.from({ length: Math.max(filled.length, named.length) }, (_, at) => filled[at] === true || named[at] === true));
  const starts = together.filter((run, index) => index === 0 || isBorder(together[index - 1] ?? run, run, { first, body, filled })).map(({ start }) => start);
  return starts.length > 1 ? starts : runsOf(filled).map(({ start }) => start);
};

/** A single blank may also stand between the words of one column: values are padded before a border, or it stands behind numbers or codes. */
const isBorder = (before: Run, run: Run, { first, body, filled }: { readonly first: string; readonly body: readonly string[]; readonly filled: readonly boolean[] }): boolean => {
  if (run.start - before.end > 1) return true;
  // The second word of a name is no column when no value stands below it, nor are words below none.
  if (!filled.slice(run.start, run.end).includes(true) || first.slice(run.start, run.end).trim() === '') return false;
  const values = body.map((line): readonly [string, string] => {
    const characters = [...line];
    return [characters.slice(before.start, before.end).join(''), characters.slice(run.start, run.end).join('')];
  }).filter(([left, right]) => left.trim() !== '' && right.trim() !== '');
  if (values.some(([left, right]) => left.endsWith(' ') || right.startsWith(' '))) return true;
  if (values.every(([left, right]) => /^\d{4}-\d\d-\d\d$/.test(left) && /^\d\d:\d\d/.test(right))) return false;
  return values.every(([left]) => /\d/.test(left)) || (first.charAt(before.end - 1) === ' ' && first.charAt(run.start) !== ' ');
};

interface Run { readonly start: number; readonly end: number }

const filledOf = (lines: readonly string[]): readonly boolean[] | null => {
  const filled: boolean[] = [];
  for (const line of lines) {
    if (line.length > longestLine || line.includes('\t')) return null;
    let at = 0;
    for (const character of line) { filled[at] = character !== ' ' || filled[at] === true; at += 1; }
  }
  return filled;
};

const runsOf = (filled: readonly boolean[]): readonly Run[] => {
  const runs: { start: number; end: number }[] = [];
  filled.forEach((isFilled, at) => {
    if (!isFilled) return;
    const last = runs.at(-1);
    if (last?.end === at) last.end = at + 1;
    else runs.push({ start: at, end: at + 1 });
  });
  return runs;
};

/** A column begins where its longest value does; blanks before it belong to the one before. */
const widthsFrom = (starts: readonly number[], lines: readonly string[]): readonly number[] => {
  const longest = Math.max(...lines.map((line) => [...line.trimEnd()].length));
  const first = [0, ...starts.slice(1)];
  return first.map((start, index) => Math.max(1, (first[index + 1] ?? longest) - start));
};

const isDelimited = (text: SourceText): boolean => {
  try {
    const { options: { columns }, guesses: { delimiter } } = detectDelimitedText(text);
    return columns.length > 1 && delimiter.value !== ' ' && delimiter.confidence >= 0.6;
  } catch (error) {
    // A quote that stays open, or a header without an end, is no delimited text; what looks like another format altogether is neither.
    if (isWaybillError(error) && error.code !== 'FILE_BINARY') return false;
    throw error;
  }
};

const cellsOf = (line: string, { widths, guessed }: Borders): readonly string[] => {
  const characters = [...line];
  let at = 0;
  return widths.map((width, index) => {
    const from = at;
    at += width;
    return characters.slice(from, guessed && index === widths.length - 1 ? undefined : at).join('').trim();
  });
};

const headerOf = (said: boolean | undefined, [first = [], ...rest]: readonly (readonly string[])[]): Guess<boolean> =>
  said === undefined ? judgeHeader(first, rest.slice(0, 200)) : { value: said, confidence: 1, why: 'named by the operator' };

const afterLines = (bytes: Uint8Array, count: number): number => {
  let at = 0;
  for (let line = 0; line < count; line += 1) {
    const found = bytes.indexOf(0x0a, at);
    if (found < 0) return bytes.length;
    at = found + 1;
  }
  return at;
};

/** Verdicts of the rules for a file as a whole, from counts alone: pure. Broken is what is measured and lies outside; what cannot be measured is said to be so. */
import type { Delivery, FileFinding, Verdict } from '../../contracts/file-findings.ts';
import type { FileRule, RuleOf } from '../../contracts/rules.ts';
import { resolveColumn } from '../mapping/resolve-column.ts';
import { compareDecimals } from './compare-decimals.ts';
import { fileRuleWords } from './file-rule-words.ts';

export interface FileMeasures {
  readonly rowsRead: number;
  /** Of them: those that the row filter does not leave out. */
  readonly rowsKept: number;
  /** Rows that are neither rejected nor filtered nor a duplicate's losers. */
  readonly standing: number;
  /** Rows that repeat the key of another. */
  readonly duplicates: number;
  /** Field → rows that stand and have a value; a field that no column feeds is not in it. */
  readonly filled: Readonly<Record<string, number>>;
  /** Field → total over the rows that stand. */
  readonly sums: Readonly<Record<string, string>>;
  /** Field → share of the rows read in which its column is filled, as deliveries keep it. */
  readonly sent: Readonly<Record<string, number>>;
  readonly columns: readonly string[];
  /** Newest first. */
  readonly deliveries: readonly Delivery[];
}

type Measured = Pick<FileFinding, 'verdict' | 'measured' | 'expected'> & { readonly field?: string; readonly columns?: readonly string[] };

export const judgeFileRules = (rules: readonly FileRule[], measures: FileMeasures): readonly FileFinding[] =>
  rules.flatMap((rule) => measuredBy(rule, measures).map((measured) => findingOf(rule, measured)));

/** Can be told as soon as the file was looked at. */
export const judgeColumnRule = (rule: RuleOf<'columns'>, columns: readonly string[]): FileFinding => findingOf(rule, columnsOf(rule, columns));

/** Of a file that is a part of a delivery nothing can be told. */
export const judgePart = (rule: FileRule): FileFinding =>
  findingOf(rule, { ...('field' in rule ? { field: rule.field } : {}), verdict: 'not_judged', measured: null, expected: 'a whole delivery; these are rows that were rejected of one' });

const findingOf = (rule: FileRule, { field, columns, ...measured }: Measured): FileFinding => {
  const { message, remedy } = fileRuleWords[rule.kind];
  return { rule: rule.name, kind: rule.kind, severity: rule.severity, field: field ?? null, ...measured, ...(columns === undefined ? {} : { columns }), message: rule.message ?? message, remedy };
};

const measuredBy = (rule: FileRule, measures: FileMeasures): readonly Measured[] => {
  switch (rule.kind) {
    case 'row_count': return [inBand({ value: measures.rowsRead, ...rule })];
    case 'fill_rate': return [{ field: rule.field, ...fillRateOf(rule, measures) }];
    case 'duplicate_share': return [shareInBand({ part: measures.duplicates, whole: measures.rowsKept, max: rule.max })];
    case 'sum': return [{ field: rule.field, ...sumOf(rule, measures.sums[rule.field]) }];
    case 'columns': return [columnsOf(rule, measures.columns)];
    case 'drift': return driftOf(rule, measures);
  }
};

interface Band { readonly min?: number | undefined; readonly max?: number | undefined }
const bandText = ({ min, max }: { readonly min?: string | number | undefined; readonly max?: string | number | undefined }): string =>
  [...(min === undefined ? [] : [`at least ${min}`]), ...(max === undefined ? [] : [`at most ${max}`])].join(', ');
const verdictOf = (broken: boolean): Verdict => (broken ? 'broken' : 'holds');

const inBand = ({ value, min = -Infinity, max = Infinity, ...band }: Band & { readonly value: number }): Measured =>
  ({ verdict: verdictOf(value < min || value > max), measured: String(value), expected: bandText({ ...band, ...(min === -Infinity ? {} : { min }), ...(max === Infinity ? {} : { max }) }) });

/** 0.57 × 10,000 is 5,699.999… in doubles: a share that is exactly at its bound is within it. */
const slack = 4 * Number.EPSILON;
const shareText = (share: number): string => String(Number(share.toFixed(6)));

const shareInBand = ({ part, whole, min = 0, max = 1 }: Band & { readonly part: number; readonly whole: number }): Measured => {
  const expected = bandText({ ...(min === 0 ? {} : { min }), ...(max === 1 ? {} : { max }) });
  if (whole === 0) return { verdict: 'not_judged', measured: null, expected };
  const broken = part < min * whole * (1 - slack) || part > max * whole * (1 + slack);
  return { verdict: verdictOf(broken), measured: shareText(part / whole), expected };
};

/** A field without a column is filled in no row. */
const fillRateOf = ({ field, min, max }: RuleOf<'fill_rate'>, { filled, standing }: FileMeasures): Measured => shareInBand({ part: filled[field] ?? 0, whole: standing, min, max });

const sumOf = ({ equals, min, max }: RuleOf<'sum'>, total: string | undefined): Measured => {
  const expected = [...(equals === undefined ? [] : [`exactly ${equals}`]), bandText({ min, max })].filter((part) => part !== '').join(', ');
  if (total === undefined) return { verdict: 'broken', measured: null, expected };
  const holds = (bound: string | undefined, signs: readonly number[]): boolean => bound === undefined || signs.includes(compareDecimals(total, bound) ?? Number.NaN);
  return { verdict: verdictOf(!(holds(equals, [0]) && holds(min, [0, 1]) && holds(max, [0, -1]))), measured: total, expected };
};

/** Names are compared as --map compares them: exactly, or alone in meaning the same. */
const columnsOf = ({ expected, others }: RuleOf<'columns'>, columns: readonly string[]): Measured => {
  const places = expected.map((name) => resolveColumn(columns, name));
  const missing = expected.filter((_, index) => places[index] === null);
  const unexpected = others === 'refuse' ? columns.flatMap((_, index) => (places.includes(index) ? [] : [`#${index + 1}`])) : [];
  return {
    verdict: verdictOf(missing.length + unexpected.length > 0),
    measured: `${expected.length - missing.length} of ${expected.length} columns, ${columns.length - new Set(places.filter((place) => place !== null)).size} others`,
    expected: `all ${expected.length} columns${others === 'refuse' ? ', no others' : ''}`,
    ...(missing.length + unexpected.length === 0 ? {} : { columns: [...missing, ...unexpected] }),
  };
};

const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
};

/** Rows change by percent of the median, fill rates by percentage points: a field that hardly anybody fills would change by its half at a whim. */
const driftOf = (rule: RuleOf<'drift'>, { rowsRead, sent, deliveries }: FileMeasures): readonly Measured[] => {
  const last = deliveries.slice(0, rule.last);
  if (last.length < rule.atLeast) return [{ verdict: 'not_judged', measured: null, expected: `${rule.atLeast} earlier deliveries; there are ${last.length}` }];
  if (rule.of === 'row_count') {
    const median = medianOf(last.map((delivery) => delivery.rowsRead));
    return [{ verdict: verdictOf(Math.abs(rowsRead - median) * 100 > rule.maxChangePercent * median * (1 + slack)), measured: String(rowsRead), expected: `${median} as in the last ${last.length} deliveries, within ${rule.maxChangePercent} %` }];
  }
  const judged = fieldsOf(rule, last, sent).map((field) => fieldDrift(rule, field, { sent, last }));
  const broken = judged.filter(({ verdict }) => verdict === 'broken');
  return broken.length > 0 ? broken : [{ verdict: 'holds', measured: null, expected: `fill rates as in the last ${last.length} deliveries, within ${rule.maxChangePercent} points` }];
};

/** A field that was filled and has no column any more has changed most of all. */
const fieldsOf = (rule: RuleOf<'drift'>, last: readonly Delivery[], sent: Readonly<Record<string, number>>): readonly string[] =>
  rule.fields ?? [...new Set([...Object.keys(sent), ...last.flatMap(({ fillRates }) => Object.keys(fillRates))])].toSorted();

const fieldDrift = (rule: RuleOf<'drift'>, field: string, { sent, last }: { readonly sent: Readonly<Record<string, number>>; readonly last: readonly Delivery[] }): Measured => {
  const median = medianOf(last.map(({ fillRates }) => fillRates[field] ?? 0));
  const now = sent[field] ?? 0;
  return {
    field, verdict: verdictOf(Math.abs(now - median) * 100 > rule.maxChangePercent * (1 + slack)), measured: shareText(now),
    expected: `${shareText(median)} as in the last ${last.length} deliveries, within ${rule.maxChangePercent} points`,
  };
};

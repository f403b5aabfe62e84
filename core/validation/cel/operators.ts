/** Comparisons and arithmetic, by the types of both sides. A null operand gives null, one that cannot be told gives undefined. */
import { add, compareNumeric, divide, divideWhole, multiply, negate, remainder, subtract, type Numeric } from './exact-number.ts';
import { isList, isNumeric, nameOfType, sameType, type CelType, type Compiled, type Instant, type Place, type Value } from './cel-values.ts';

export type Binary = (left: Value, right: Value) => Value;
export interface TypedBinary { readonly type: CelType; readonly run: Binary; /** The same of two plain numbers: days, and numbers that are whole. */ readonly ofNumbers?: (left: number, right: number) => boolean }

const compareInstants = (left: Instant, right: Instant): number => left.seconds - right.seconds || left.micros - right.micros;

/** By code point, as CEL has it; JavaScript compares halves of surrogate pairs. */
const compareTexts = (left: string, right: string): number => {
  if (left === right) return 0;
  let at = 0;
  while (at < left.length && at < right.length && left.charCodeAt(at) === right.charCodeAt(at)) at += 1;
  if (at === left.length || at === right.length) return left.length - right.length;
  const a = left.charCodeAt(at), b = right.charCodeAt(at);
  const rank = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);
  return rank(a) - rank(b);
};

const comparers: Readonly<Partial<Record<Exclude<CelType, object>, (left: Value, right: Value) => number>>> = {
  text: (left, right) => compareTexts(left as string, right as string),
  int: (left, right) => compareNumeric(left as Numeric, right as Numeric),
  decimal: (left, right) => compareNumeric(left as Numeric, right as Numeric),
  date: (left, right) => (left as number) - (right as number),
  timestamp: (left, right) => compareInstants(left as Instant, right as Instant),
  bool: (left, right) => Number(left) - Number(right),
};

const comparable = (left: CelType, right: CelType): boolean => sameType(left, right) || (isNumeric(left) && isNumeric(right));

export type Same = (left: Value, right: Value) => boolean;
/** Null: values of these types are never the same. */
export const sameness = (left: CelType, right: CelType): Same | null => {
  if (isList(left) && isList(right)) return left.of === 'null' || right.of === 'null' ? sameLength : sameLists(sameness(left.of, right.of));
  if (!comparable(left, right) || isList(left)) return null;
  if (left === 'point') return (a, b) => compareNumeric((a as Place).lat, (b as Place).lat) === 0 && compareNumeric((a as Place).lon, (b as Place).lon) === 0;
  if (left === 'text' || left === 'bool' || left === 'date') return (a, b) => a === b;
  const compare = comparers[left];
  return compare === undefined ? null : (a, b) => compare(a, b) === 0;
};
const sameLength: Same = (left, right) => (left as readonly Value[]).length === (right as readonly Value[]).length;
const sameLists = (same: Same | null): Same | null => (same === null ? null : (left, right) => {
  const a = left as readonly Value[], b = right as readonly Value[];
  return a.length === b.length && a.every((value, index) => (value === null || b[index] === null ? value === b[index] : same(value, b[index])));
});

const strict = (run: Binary): Binary => (left, right) => {
  if (left === undefined || right === undefined) return undefined;
  return left === null || right === null ? null : run(left, right);
};

const ordersOf: Readonly<Record<string, (left: number, right: number) => boolean>> = { '<': (a, b) => a < b, '<=': (a, b) => a <= b, '>': (a, b) => a > b, '>=': (a, b) => a >= b };
const ordering: Readonly<Record<string, (order: number) => boolean>> = { '<': (order) => order < 0, '<=': (order) => order <= 0, '>': (order) => order > 0, '>=': (order) => order >= 0 };

/** A text: why the two cannot be compared, and the remedy. */
export const comparison = (op: '<' | '<=' | '>' | '>=', left: Compiled, right: Compiled): TypedBinary | string => {
  const compare = isList(left.type) ? undefined : comparers[left.type];
  const holds = ordering[op];
  if (compare === undefined || holds === undefined || !comparable(left.type, right.type)) return `${op} compares ${nameOfType(left.type)} with ${nameOfType(right.type)}.${remedy(left.type, right.type)}`;
  const run = strict((a, b) => holds(compare(a, b))), ofNumbers = ordersOf[op];
  return (left.type === 'date' || isNumeric(left.type)) && ofNumbers !== undefined ? { type: 'bool', run, ofNumbers } : { type: 'bool', run };
};

export const equality = (op: '==' | '!=', left: Compiled, right: Compiled): TypedBinary | string => {
  const wanted = op === '==';
  // Asks for null: the one comparison that a null answers.
  if (left.type === 'null') return { type: 'bool', run: (_, value) => (value === undefined ? undefined : (value === null) === wanted) };
  if (right.type === 'null') return { type: 'bool', run: (value) => (value === undefined ? undefined : (value === null) === wanted) };
  const same = sameness(left.type, right.type);
  if (same === null) return `${op} compares ${nameOfType(left.type)} with ${nameOfType(right.type)}.${remedy(left.type, right.type)}`;
  return { type: 'bool', run: strict((a, b) => same(a, b) === wanted) };
};

const remedies: readonly (readonly [CelType, CelType, string])[] = [
  ['date', 'text', ' Write date("YYYY-MM-DD").'], ['timestamp', 'text', ' Write timestamp("YYYY-MM-DDTHH:MM:SSZ").'], ['timestamp', 'date', ' Take the day of the time: date(…).'],
  ['int', 'text', ' Make a number of the text with int(…), or write the number without quotes.'], ['decimal', 'text', ' Make a number of the text with decimal(…), or write the number without quotes.'],
  ['bool', 'text', ' Write true or false without quotes.'],
];
const remedy = (left: CelType, right: CelType): string =>
  remedies.find(([a, b]) => (a === left && b === right) || (a === right && b === left))?.[2] ?? ' Compare values of one type.';

const wholeArithmetic: Readonly<Record<string, (left: Numeric, right: Numeric) => Numeric | null>> = { '+': add, '-': subtract, '*': multiply, '/': divideWhole, '%': remainder };
const arithmetics: Readonly<Record<string, (left: Numeric, right: Numeric) => Numeric | null>> = { '+': add, '-': subtract, '*': multiply, '/': divide };

/** Texts are joined elsewhere: that costs steps. */
export const arithmetic = (op: '+' | '-' | '*' | '/' | '%', { type: left }: Compiled, { type: right }: Compiled): TypedBinary | string => {
  const whole = left === 'int' && right === 'int';
  const run = (whole ? wholeArithmetic : arithmetics)[op];
  if (isNumeric(left) && isNumeric(right) && run !== undefined)
    return { type: whole ? 'int' : 'decimal', run: strict((a, b) => run(a as Numeric, b as Numeric)) };
  if (left === 'date' && right === 'int' && (op === '+' || op === '-')) return { type: 'date', run: strict((a, b) => movedDay(a as number, op === '+' ? b as Numeric : negate(b as Numeric))) };
  if (left === 'date' && right === 'date' && op === '-') return { type: 'int', run: strict((a, b) => (a as number) - (b as number)) };
  return `${op} is not there for ${nameOfType(left)} and ${nameOfType(right)}.${op === '%' ? ' It takes whole numbers.' : ' It takes numbers, and dates with days.'}`;
};

const farthest = 10_000_000;
const movedDay = (day: number, by: Numeric): Value => (typeof by === 'number' && Math.abs(by) < farthest ? day + by : null);

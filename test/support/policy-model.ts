/** Load policies in plain code, written from docs/validation.md and not from the SQL that does the work. */
import type { LoadPolicy } from '../../contracts/load-policy.ts';

export interface Cell { readonly cell: string; readonly value: string | null; readonly cleared?: boolean }

/** Cells of a type, as they stand in a file and as PostgreSQL writes the value. */
export const pools = {
  name: [['Ana', 'Ana'], ['Ana María', 'Ana María'], ['ANA', 'ANA'], ['María', 'María'], ['mar', 'mar'], ['Calle Mayor', 'Calle Mayor'], ['Madrid, calle mayor 5', 'Madrid, calle mayor 5'], ['--', '--']],
  need: [['x', 'x'], ['x y', 'x y'], ['z', 'z']],
  code: [['1985', '1985'], ['1985-04', '1985-04'], ['1985-04-12', '1985-04-12'], ['04', '04'], ['12-5', '12-5'], ['5', '5'], ['A-5', 'A-5']],
  amount: [['5', '5'], ['5.3', '5.3'], ['5.25', '5.25'], ['5.2', '5.2'], ['-5.25', '-5.25'], ['-5.3', '-5.3'], ['123456789012345678901.5', '123456789012345678901.5'], ['123456789012345678902', '123456789012345678902']],
  price: [['5', '5.0000'], ['5.1', '5.1000'], ['5.13', '5.1300'], ['5.125', '5.1250'], ['7', '7.0000']],
  size: [['0.5', '0.5'], ['0.25', '0.25'], ['0.3', '0.3'], ['19.432608', '19.432608'], ['19.43', '19.43'], ['1', '1']],
  count: [['1', '1'], ['2', '2'], ['10', '10']],
  day: [['2024-01-01', '2024-01-01'], ['2024-01-02', '2024-01-02'], ['2023-12-31', '2023-12-31']],
  moment: [['2024-01-01T00:00:00Z', '2024-01-01 00:00:00+00'], ['2024-01-01T10:30:00Z', '2024-01-01 10:30:00+00'], ['2024-01-01T10:30:15Z', '2024-01-01 10:30:15+00'], ['2024-01-01T10:30:15.25Z', '2024-01-01 10:30:15.25+00'],
    ['2024-01-01T10:30:15.250001Z', '2024-01-01 10:30:15.250001+00'], ['2024-01-01T10:00:00Z', '2024-01-01 10:00:00+00'], ['2024-01-02T00:00:00Z', '2024-01-02 00:00:00+00']],
  wall: [['2024-05-01T00:00:00', '2024-05-01 00:00:00'], ['2024-05-01T23:59:00', '2024-05-01 23:59:00'], ['2024-05-01T23:59:59', '2024-05-01 23:59:59'], ['2024-05-02T00:00:00', '2024-05-02 00:00:00']],
  place: [['19.4326,-99.1332', '(-99.1332,19.4326)'], ['19.43,-99.13', '(-99.13,19.43)'], ['19.4,-99.1', '(-99.1,19.4)'], ['19.433,-99.13', '(-99.13,19.433)'], ['20,-99', '(-99,20)']],
  tags: [['a', '{a}'], ['a;b', '{a,b}'], ['b;a', '{b,a}'], ['c', '{c}'], ['a;b;c', '{a,b,c}']],
  data: [['{"a":1}', '{"a": 1}'], ['{"a":1,"b":[1,2]}', '{"a": 1, "b": [1, 2]}'], ['{"b":[2]}', '{"b": [2]}'], ['{"a":2}', '{"a": 2}']],
  state: [['open', 'open'], ['open again', 'open again']],
  flag: [['true', 'true'], ['false', 'false']],
  ref: [['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001'], ['00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002']],
} as const satisfies Readonly<Record<string, readonly (readonly [string, string])[]>>;
export type PoolName = keyof typeof pools;

export interface Meeting { readonly name: PoolName; readonly stored: Readonly<Record<PoolName, string | null>> | null; readonly cells: Readonly<Record<PoolName, Cell>> }
type Asked = Omit<LoadPolicy, 'fields'> & { readonly fields: Readonly<Record<string, LoadPolicy['fields'][string]>> };

export const expectedValue = (policy: Asked, { name, stored, cells }: Meeting): string | null => {
  const own = policy.fields[name] ?? {};
  const follows = policy.newestBy === name;
  const conflict = follows ? 'newest' : own.conflict ?? policy.conflict;
  const root = follows && policy.empty === 'fill' ? 'keep' : policy.empty;
  const empty = own.empty ?? root ?? (conflict === 'file' ? 'clear' : 'keep');
  const { value, cleared } = cells[name];
  const was = stored?.[name] ?? null;
  if (cleared === true || stored === null) return cleared === true ? null : value;
  const isNewer = conflict !== 'newest' || policy.newestBy === undefined || rowIsNewer(policy.newestBy as PoolName, { stored: stored[policy.newestBy as PoolName], row: cells[policy.newestBy as PoolName].value });
  if (value === null) return empty === 'clear' && isNewer ? null : was;
  if (was === null) return value;
  if (empty === 'fill' || conflict === 'dataset' || !isNewer) return was;
  return conflict === 'more_precise' && isMorePrecise(name, { more: was, less: value }) ? was : value;
};

/** Texts of one form sort as their moments do, once the zero that a fraction ends with is there. */
const rank = (name: PoolName, text: string): bigint => {
  if (name === 'amount' || name === 'count') return BigInt(rounded(text, 20));
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  return BigInt(Date.parse(`${text.slice(0, 19).replace(' ', 'T')}${text.length > 10 ? 'Z' : ''}`)) * 1000n + BigInt(fraction.padEnd(6, '0'));
};
const rowIsNewer = (name: PoolName, { stored, row }: { readonly stored: string | null; readonly row: string | null }): boolean =>
  stored === null || (row !== null && rank(name, row) >= rank(name, stored));

interface Two { readonly more: string; readonly less: string }
const isMorePrecise = (name: PoolName, two: Two): boolean => {
  switch (name) {
    case 'name': case 'need': case 'code': return saysMore(two);
    case 'amount': case 'price': case 'size': return hasMoreDecimals(two);
    case 'moment': case 'wall': return isFiner(two);
    case 'place': return isFinerPlace(two);
    case 'tags': return holdsMore(new Set(elements(two.more)), new Set(elements(two.less)));
    case 'data': return two.more === '{"a": 1, "b": [1, 2]}' && (two.less === '{"a": 1}' || two.less === '{"b": [2]}');
    case 'count': case 'day': case 'state': case 'flag': case 'ref': return false;
  }
};

const wordsOf = (text: string): readonly string[] => text.toLowerCase().split(/[ ,-]+/).filter((word) => word !== '');
const saysMore = (two: Two): boolean => {
  const more = wordsOf(two.more), less = wordsOf(two.less);
  const stands = more.flatMap((_, at) => (less.every((word, index) => more[at + index] === word) ? [at] : []));
  return less.length > 0 && more.length > less.length && (stands.includes(0) || (stands.length > 0 && less.some((word) => /\D/.test(word))));
};

const decimals = (text: string): string => /\.(\d*?)0*$/.exec(text)?.[1] ?? '';
/** Half away from zero, on digits. */
const rounded = (text: string, places: number): string => {
  const scale = 20;
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const digits = BigInt(whole + fraction.padEnd(scale, '0'));
  const unit = 10n ** BigInt(scale - places);
  const nearest = (digits + unit / 2n) / unit * unit;
  return `${text.startsWith('-') && nearest !== 0n ? '-' : ''}${nearest}`;
};
const sameNumber = (left: string, right: string, places: number): boolean => rounded(left, places) === rounded(right, 20);
const hasMoreDecimals = ({ more, less }: Two): boolean => decimals(more).length > decimals(less).length && sameNumber(more, less, decimals(less).length);
const isFinerPlace = ({ more, less }: Two): boolean => {
  const [a, b] = [more, less].map((text) => text.slice(1, -1).split(',')) as [string[], string[]];
  const scale = (pair: readonly string[]): number => Math.max(...pair.map((text) => decimals(text).length));
  return scale(a) > scale(b) && a.every((text, at) => sameNumber(text, b[at] ?? '', scale(b)));
};

/** A shorter time is the longer one with zeros from a second's fraction, the second or the whole time of day on. */
const isFiner = ({ more, less }: Two): boolean => {
  const [a, b] = [more, less].map((text) => text.replace('+00', '').padEnd(20, '.').padEnd(26, '0')) as [string, string];
  return a !== b && [10, 16, 19, 23].some((length) => b === a.slice(0, length) + '0000-00-00 00:00:00.000000'.slice(length));
};

const elements = (text: string): readonly string[] => text.slice(1, -1).split(',');
const holdsMore = (more: ReadonlySet<string>, less: ReadonlySet<string>): boolean => more.size > less.size && [...less].every((element) => more.has(element));

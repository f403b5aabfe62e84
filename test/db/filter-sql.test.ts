/** Random filters: what the parser and PostgreSQL make of their text is what plain TypeScript makes of them over the same rows. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localOperator } from '../../contracts/actor.ts';
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import { earthKilometres, filterOperators, type FilterOperator } from '../../contracts/filter-expression.ts';
import { parseFilter } from '../../core/filter/parse-filter.ts';
import { findDataset } from '../../db/datasets.ts';
import { previewSelection } from '../../db/preview-records.ts';
import { ImportBench } from '../support/import-bench.ts';

interface Record {
  readonly id: number;
  readonly word: string | null;
  readonly 'Odd "name"': string | null;
  readonly whole: bigint | null;
  readonly exact: string | null;
  readonly double: number | null;
  readonly flag: boolean | null;
  readonly day: string | null;
  readonly moment: string | null;
  readonly spot: readonly [number, number] | null;
}
type Truth = boolean | null;

const words = ['', ' ', 'a', 'A', 'abc', 'ab_c', '100%', "O'Hara", 'tab\there', '"quoted"', 'ä', 'z', '😀', '\uffff', 'back\\slash', 'and', 'null'];
const wholes = [-9007199254740993n, -1n, 0n, 1n, 2n, 9007199254740993n, 9223372036854775807n];
const exacts = ['-1.10', '0', '0.10', '0.1000000000000000000001', '12345678901234567890.5', '1e-20'];
const doubles = [-1.5, 0, 0.1, 0.30000000000000004, 1e300];
const days = ['0001-01-01', '1999-12-31', '2000-02-29', '2024-01-01', '9999-12-31'];
const moments = ['2023-12-31T23:59:59.999999Z', '2024-01-01T00:00:00Z', '2024-01-01T12:00:00Z', '2024-01-02T00:00:00Z', '2024-02-29T08:30:00.5Z'];
const spots: readonly (readonly [number, number])[] = [[0, 0], [4.35, 50.85], [179.9, -17], [-179.9, -17], [-87.62, 41.88], [0, 90]];

const orNull = <Value>(values: readonly Value[]): fc.Arbitrary<Value | null> => fc.oneof({ arbitrary: fc.constantFrom(...values), weight: 5 }, { arbitrary: fc.constant(null), weight: 1 });
const recordOf = (id: number): fc.Arbitrary<Record> => fc.record({
  id: fc.constant(id), word: orNull(words), 'Odd "name"': orNull(words), whole: orNull(wholes), exact: orNull(exacts), double: orNull(doubles), flag: orNull([true, false]),
  day: orNull(days), moment: orNull(moments), spot: orNull(spots),
});
const records = fc.sample(fc.tuple(...Array.from({ length: 120 }, (_, id) => recordOf(id))), { numRuns: 1, seed: 7 })[0] ?? [];

/** A condition with what it means. */
interface Condition { readonly text: string; readonly of: (record: Record) => Truth }

const compare = <Value>(value: Value | null, operator: FilterOperator, order: (value: Value) => number): Truth => {
  if (value === null) return null;
  const sign = order(value);
  switch (operator) {
    case '=': return sign === 0;
    case '<>': return sign !== 0;
    case '<': return sign < 0;
    case '<=': return sign <= 0;
    case '>': return sign > 0;
    case '>=': return sign >= 0;
  }
};
const sign = (a: bigint | number, b: bigint | number): number => a < b ? -1 : a > b ? 1 : 0;
/** By characters' numbers: as bytes of UTF-8. */
const orderOfTexts = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
/** Scaled by 10^30. */
const scaled = (text: string): bigint => {
  const [mantissa = '', power = '0'] = text.split(/[eE]/);
  const [whole = '', fraction = ''] = mantissa.split('.');
  return BigInt(whole + fraction) * 10n ** BigInt(30 + Number(power) - fraction.length);
};
const micros = (text: string): bigint => BigInt(Date.parse(`${text.slice(0, 19)}Z`)) * 1000n + BigInt((/\.(\d+)/.exec(text)?.[1] ?? '').padEnd(6, '0'));
const dayMicros = 86_400_000_000n;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const operator = fc.constantFrom(...filterOperators);
const textField = fc.constantFrom<readonly [string, 'word' | 'Odd "name"']>(['word', 'word'], ['"Odd ""name"""', 'Odd "name"']);

const byText = fc.tuple(textField, operator, fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 4 }).map((text) => text.replaceAll(/[\0\ud800-\udfff]/g, ''))))
  .map(([[name, field], op, value]): Condition => ({ text: `${name} ${op} ${quoted(value)}`, of: (record) => compare(record[field], op, (text) => orderOfTexts(text, value)) }));
const byWhole = fc.tuple(operator, fc.oneof(fc.constantFrom(...wholes), fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }))).map(([op, value]): Condition =>
  ({ text: `whole ${op} ${value}`, of: (record) => compare(record.whole, op, (whole) => sign(whole, value)) }));
const byExact = fc.tuple(fc.constantFrom<'exact' | 'whole'>('exact', 'whole'), operator, fc.constantFrom(...exacts, '0.5', '-1.1', '+2')).map(([field, op, value]): Condition =>
  ({ text: `${field} ${op} ${value}`, of: (record) => { const found = record[field]; return compare(found === null ? null : scaled(String(found)), op, (number) => sign(number, scaled(value.replace('+', '')))); } }));
const byDouble = fc.tuple(operator, fc.constantFrom(...doubles, 0.3, 1e-300)).map(([op, value]): Condition =>
  ({ text: `double ${op} ${value}`, of: (record) => compare(record.double, op, (number) => sign(number, value)) }));
const byFlag = fc.tuple(fc.constantFrom('=' as const, '<>' as const), fc.boolean()).map(([op, value]): Condition =>
  ({ text: `flag ${op} ${value}`, of: (record) => compare(record.flag, op, (flag) => sign(Number(flag), Number(value))) }));
const byDay = fc.tuple(operator, fc.constantFrom(...days)).map(([op, value]): Condition => ({ text: `day ${op} ${value}`, of: (record) => compare(record.day, op, (day) => orderOfTexts(day, value)) }));
const byMoment = fc.tuple(operator, fc.constantFrom(...moments)).map(([op, value]): Condition =>
  ({ text: `moment ${op} ${value}`, of: (record) => compare(record.moment, op, (moment) => sign(micros(moment), micros(value))) }));
/** A day compared with a time is all of that day. */
const byWholeDay = fc.tuple(operator, fc.constantFrom('2023-12-31', '2024-01-01', '2024-01-02', '2024-02-29')).map(([op, value]): Condition => ({
  text: `moment ${op} ${value}`,
  of: (record) => compare(record.moment, op, (moment) => { const start = micros(`${value}T00:00:00Z`); return micros(moment) < start ? -1 : micros(moment) >= start + dayMicros ? 1 : 0; }),
}));
const inWords = fc.tuple(fc.boolean(), fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 4 })).map(([negated, list]): Condition =>
  ({ text: `word ${negated ? 'not ' : ''}in (${list.map(quoted).join(', ')})`, of: ({ word }) => word === null ? null : list.includes(word) !== negated }));
const inNumbers = fc.array(fc.constantFrom(...wholes), { minLength: 1, maxLength: 4 }).map((list): Condition =>
  ({ text: `whole in (${list.join(',')})`, of: ({ whole }) => whole === null ? null : list.includes(whole) }));
const likes: readonly (readonly [string, RegExp])[] = [
  ['a%', /^a[^]*$/u], ['%', /^[^]*$/u], ['_', /^[^]$/u], ['ab\\_c', /^ab_c$/u], ['100\\%', /^100%$/u], ['%\\\\%', /\\/u], ["O'%", /^O'[^]*$/u], ['', /^$/u],
];
const like = fc.tuple(textField, fc.boolean(), fc.constantFrom(...likes)).map(([[name, field], negated, [pattern, regex]]): Condition =>
  ({ text: `${name} ${negated ? 'NOT ' : ''}LIKE ${quoted(pattern)}`, of: (record) => { const text = record[field]; return text === null ? null : regex.test(text) !== negated; } }));
const isNull = fc.tuple(fc.constantFrom<keyof Record>('word', 'whole', 'spot', 'moment'), fc.boolean()).map(([field, negated]): Condition =>
  ({ text: `${field} is ${negated ? 'not ' : ''}null`, of: (record) => (record[field] === null) !== negated }));
const between = fc.tuple(fc.constantFrom(...days), fc.constantFrom(...days)).map(([low, high]): Condition =>
  ({ text: `day between ${low} and ${quoted(high)}`, of: ({ day }) => day === null ? null : day >= low && day <= high }));
const box = fc.constantFrom([-90, -180, 90, 180], [50, 4, 51, 5], [-20, 179, 0, -179], [0, 0, 0, 0], [41, -88, 42, -87]).map(([south = 0, west = 0, north = 0, east = 0]): Condition => ({
  text: `spot within box(${south}, ${west}, ${north}, ${east})`,
  of: ({ spot }) => spot === null ? null : spot[1] >= south && spot[1] <= north && (west <= east ? spot[0] >= west && spot[0] <= east : spot[0] >= west || spot[0] <= east),
}));
const radians = (degrees: number): number => degrees * Math.PI / 180;
const kilometres = ([lon1, lat1]: readonly [number, number], [lat2, lon2]: readonly [number, number]): number => {
  const half = (degrees: number): number => Math.sin(radians(degrees) / 2) ** 2;
  return 2 * earthKilometres * Math.asin(Math.min(1, Math.sqrt(half(lat2 - lat1) + Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * half(lon2 - lon1))));
};
const radius = fc.constantFrom([50.85, 4.35, 1], [-17, 180, 50], [50, 4, 500], [0, 0, 20020], [90, 0, 10]).map(([lat = 0, lon = 0, km = 0]): Condition =>
  ({ text: `spot within radius(${lat},${lon},${km})`, of: ({ spot }) => spot === null ? null : kilometres(spot, [lat, lon]) <= km }));

/** Both sides from the same record; an empty one leaves the answer open. */
const both = <Value>(left: Value | null, right: Value | null, operator: FilterOperator, order: (left: Value, right: Value) => number): Truth =>
  right === null ? null : compare(left, operator, (value) => order(value, right));
const dayOf = (moment: string | null): string | null => moment === null ? null : moment.slice(0, 10);
const orderOfExacts = (left: string, right: string): number => sign(scaled(left), scaled(right));
const textOf = (whole: bigint | null): string | null => whole === null ? null : String(whole);
const byFields = fc.tuple(operator, fc.constantFrom<readonly [string, string, (record: Record, op: FilterOperator) => Truth]>(
  ['word', '"Odd ""name"""', (record, op) => both(record.word, record['Odd "name"'], op, orderOfTexts)],
  ['whole', 'exact', (record, op) => both(textOf(record.whole), record.exact, op, orderOfExacts)],
  ['id', 'whole', (record, op) => both(BigInt(record.id), record.whole, op, sign)],
  ['double', 'double', (record, op) => both(record.double, record.double, op, sign)],
  ['moment', 'moment', (record, op) => both(record.moment, record.moment, op, orderOfTexts)],
  ['day', 'moment', (record, op) => both(record.day, dayOf(record.moment), op, orderOfTexts)],
  ['moment', 'day', (record, op) => both(dayOf(record.moment), record.day, op, orderOfTexts)],
)).map(([op, [left, right, truth]]): Condition => ({ text: `${left} ${op} ${right}`, of: (record) => truth(record, op) }));

const and = (a: Truth, b: Truth): Truth => a === false || b === false ? false : a === null || b === null ? null : true;
const or = (a: Truth, b: Truth): Truth => a === true || b === true ? true : a === null || b === null ? null : false;

const condition = fc.letrec<{ any: Condition; not: Condition; and: Condition; or: Condition; leaf: Condition }>((tie) => ({
  leaf: fc.oneof(byText, byWhole, byExact, byDouble, byFlag, byDay, byMoment, byWholeDay, byFields, inWords, inNumbers, like, isNull, between, box, radius),
  not: tie('any').map((inner): Condition => ({ text: `not (${inner.text})`, of: (record) => { const truth = inner.of(record); return truth === null ? null : !truth; } })),
  and: fc.tuple(tie('any'), tie('any')).map(([a, b]): Condition => ({ text: `(${a.text}) AND (${b.text})`, of: (record) => and(a.of(record), b.of(record)) })),
  // Without parentheses: and binds closer than or.
  or: fc.tuple(tie('leaf'), tie('leaf'), tie('leaf')).map(([a, b, c]): Condition => ({ text: `${a.text} or ${b.text}\n and ${c.text}`, of: (record) => or(a.of(record), and(b.of(record), c.of(record))) })),
  any: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('not'), tie('and'), tie('or')),
})).any;

let bench: ImportBench;
let definition: DatasetDefinition;
beforeAll(async () => {
  bench = await ImportBench.open();
  await bench.adopt('things', `create table app.things (id int primary key, word text, "Oddname" text, whole bigint, exact numeric, double double precision, flag boolean, day date, moment timestamptz, spot point)`);
  // A name with a quote is none that introspection takes; the column gets it afterwards, the definition by hand.
  const found = await findDataset(bench.pool, { org: localOperator.org, name: 'things' });
  definition = { ...found?.definition ?? expect.unreachable('no dataset'), fields: (found?.definition.fields ?? []).map((field) => field.name === 'Oddname' ? { ...field, name: 'Odd "name"' } : field) };
  await bench.sql(`alter table app.things rename column "Oddname" to "Odd ""name"""`);
  for (const record of records)
    await bench.sql('insert into app.things values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
      record.id, record.word, record['Odd "name"'], record.whole, record.exact, record.double, record.flag, record.day, record.moment, record.spot === null ? null : `(${record.spot[0]},${record.spot[1]})`]);
});
afterAll(async () => { await bench.close(); });

describe('a filter', () => {
  it('finds in PostgreSQL the records that it means', async () => {
    await fc.assert(fc.asyncProperty(condition, async ({ text, of }) => {
      const filter = parseFilter(text, definition.fields);
      const { count, rows } = await previewSelection(bench.pool, { actor: localOperator, purpose: 'test', definition, fields: ['id'], filter, sort: [{ field: 'id', descending: false }], limit: 1_000 });
      const expected = records.filter((record) => of(record) === true).map(({ id }) => String(id));
      expect([text, rows.map(([id]) => id)]).toEqual([text, expected]);
      expect(count).toBe(expected.length);
    }), { numRuns: 400 });
  });

  it('never reaches the database as text: a value is a parameter whatever it holds', async () => {
    const filter = parseFilter(`word = '''; drop table app.things; --' or word like '%'' or true --'`, definition.fields);
    const { count } = await previewSelection(bench.pool, { actor: localOperator, purpose: 'test', definition, filter, limit: 1 });
    expect(count).toBe(0);
    expect(await bench.numbers('select count(*) from app.things')).toEqual([records.length]);
  });
});

/** Expressions over a row: what the library says where it can say it, and what it cannot (nulls, exact numbers, dates). */
import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../core/validation/cel/compile-expression.ts';
import type { CelType, RowValues, Value } from '../../core/validation/cel/cel-values.ts';
import { add, compareNumeric, divide, multiply, readNumeric, readNumericBytes, subtract, writeNumeric, type Numeric } from '../../core/validation/cel/exact-number.ts';
import { readDay, readInstant } from '../../core/validation/cel/read-moment.ts';
import { tooCostly } from '../../core/validation/cel/cel-values.ts';

const types: Readonly<Record<string, CelType>> = {
  a: 'int', b: 'int', c: 'int', s: 'text', t: 'text', p: 'bool', q: 'bool', amount: 'decimal', total: 'decimal', opened: 'date', closed: 'date',
  at: 'timestamp', place: 'point', tags: { of: 'text' }, 'first name': 'text', source: 'text',
};
const names = Object.keys(types);
type Row = Readonly<Record<string, Value>>;
const columns = ['Type', 'Name'];

const rowOf = (row: Row, source: Readonly<Record<string, string | undefined>> = {}): RowValues => {
  let steps = 0;
  return {
    field: (index) => { const name = names[index] ?? ''; return name in row ? row[name] : null; }, source: (column) => { const name = columns[column] ?? ''; return name in source ? source[name] : null; },
    today: readDay('2024-05-01') ?? 0, elements: [], spend: (more) => { steps += more; if (steps > 200_000) throw tooCostly; },
  };
};
const compile = (text: string) => compileExpression(text, {
  at: 'rules[0].check', zone: null, field: (name) => (Object.hasOwn(types, name) ? { type: types[name] ?? 'null', index: names.indexOf(name) } : null),
  column: (name) => { const index = /^#\d$/.test(name) ? Number(name.slice(1)) - 1 : columns.indexOf(name); return index < 0 || index >= columns.length ? null : index; },
});
const judge = (text: string, row: Row = {}, source: Readonly<Record<string, string | undefined>> = {}): Value => compile(text).run(rowOf(row, source));
const refusal = (text: string): string => { try { compile(text); return 'accepted'; } catch (error) { return (error as Error).message; } };
const number = (text: string): Numeric => readNumeric(text) ?? Number.NaN;
const day = (text: string): number => readDay(text) ?? Number.NaN;

describe('an expression, held to the library where both can say something', () => {
  const oracle = new Environment({ unlistedVariablesAreDyn: false });
  for (const name of ['a', 'b', 'c']) oracle.registerVariable(name, 'int');
  for (const name of ['s', 't']) oracle.registerVariable(name, 'string');
  for (const name of ['p', 'q']) oracle.registerVariable(name, 'bool');
  oracle.registerVariable('tags', 'list<string>');

  const literal = fc.constantFrom('0', '1', '2', '-3', '7', '9007199254740993');
  const text = fc.constantFrom('"x"', '"Xy"', '""', '"é"', '"a b"', 's', 't');
  const { int, bool } = fc.letrec<{ int: string; bool: string; texts: string }>((tie) => ({
    int: fc.oneof({ depthSize: 'small', withCrossShrink: true }, literal, fc.constantFrom('a', 'b', 'c'),
      fc.tuple(tie('int'), fc.constantFrom('+', '-', '*', '/', '%'), tie('int')).map(([left, op, right]) => `(${left} ${op} ${right})`),
      text.map((value) => `size(${value})`), fc.constant('size(tags)'), fc.tuple(text, text).map(([left, right]) => `${left}.indexOf(${right})`)),
    texts: fc.oneof(text, fc.tuple(text, text).map(([left, right]) => `(${left} + ${right})`)),
    bool: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constantFrom('p', 'q', 'true', 'false'),
      fc.tuple(tie('int'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('int')).map(([left, op, right]) => `(${left} ${op} ${right})`),
      fc.tuple(tie('texts'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('texts')).map(([left, op, right]) => `(${left} ${op} ${right})`),
      fc.tuple(tie('texts'), fc.constantFrom('startsWith', 'endsWith', 'contains'), tie('texts')).map(([left, op, right]) => `${left}.${op}(${right})`),
      fc.tuple(tie('bool'), fc.constantFrom('&&', '||'), tie('bool')).map(([left, op, right]) => `(${left} ${op} ${right})`),
      fc.tuple(tie('bool'), tie('bool'), tie('bool')).map(([condition, yes, no]) => `(${condition} ? ${yes} : ${no})`),
      tie('bool').map((value) => `!${value}`), text.map((value) => `(${value} in ["x", "a b", "é"])`), text.map((value) => `(${value} in tags)`),
      text.map((value) => `tags.exists(e, e == ${value})`), text.map((value) => `tags.all(e, e != ${value})`), text.map((value) => `tags.exists_one(e, e == ${value})`),
      text.map((value) => `tags.filter(e, e != ${value}).map(e, e + "!").exists(e, e == "x!")`)),
  }));

  it('gives what the library gives', () => {
    let compared = 0;
    const row = fc.record({ a: fc.integer({ min: -9, max: 9 }), b: fc.integer(), c: fc.integer({ min: -2, max: 2 }), s: fc.constantFrom('x', 'a b', 'Xyz', ''), t: fc.constantFrom('x', 'é', 'y'), p: fc.boolean(), q: fc.boolean(), tags: fc.array(fc.constantFrom('x', 'é', 'new'), { maxLength: 4 }) });
    fc.assert(fc.property(fc.oneof(bool, int.map((value) => `${value} > 1`)), row, (expression, values) => {
      let wanted: unknown;
      try {
        wanted = oracle.evaluate(expression, { ...values, a: BigInt(values.a), b: BigInt(values.b), c: BigInt(values.c) });
      } catch (error) {
        // A division by zero or a number beyond 64 bits: an error there, a null or a number here.
        if (/overflow|zero|range|large/i.test((error as Error).message)) return;
        throw error;
      }
      compared += 1;
      expect([expression, judge(expression, values)]).toEqual([expression, wanted]);
    }), { numRuns: 3_000 });
    expect(compared).toBeGreaterThan(2_000);
  });
});

describe('numbers in expressions', () => {
  it('are exact, whatever their digits', () => {
    expect(judge('amount + total == 0.3', { amount: number('0.1'), total: number('0.2') })).toBe(true);
    expect(judge('amount == 9007199254740993', { amount: number('9007199254740993') })).toBe(true);
    expect(judge('amount == 9007199254740993', { amount: number('9007199254740992') })).toBe(false);
    expect(judge('amount / 3 * 3 == amount', { amount: number('1') })).toBe(true);
    expect(judge('amount > 0.30000000000000004', { amount: number('0.3') })).toBe(false);
    expect(judge('amount == 1e30', { amount: number('1000000000000000000000000000000') })).toBe(true);
    expect(judge('amount * 100 == total', { amount: number('19.99'), total: number('1999.00') })).toBe(true);
  });

  const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.integer({ min: 0, max: 20 })).map(([digits, scale]) => {
    const plain = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
    return `${digits < 0n ? '-' : ''}${plain.slice(0, plain.length - scale)}${scale === 0 ? '' : `.${plain.slice(-scale)}`}`;
  });
  const scaled = (text: string): bigint => { const [ahead = '', behind = ''] = text.split('.'); return BigInt(ahead + behind.padEnd(40, '0')); };

  it('compare and add as whole numbers of the same scale do', () => {
    fc.assert(fc.property(decimal, decimal, (left, right) => {
      const [a, b] = [number(left), number(right)], [x, y] = [scaled(left), scaled(right)];
      expect(Math.sign(compareNumeric(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0);
      expect(compareNumeric(subtract(add(a, b), b), a)).toBe(0);
      expect(scaled(writeNumeric(add(a, b)) ?? '')).toBe(x + y);
      const back = compareNumeric(b, 0) === 0 ? null : divide(multiply(a, b), b);
      expect(back === null ? 0 : compareNumeric(back, a)).toBe(0);
    }));
  });

  it('are read from bytes as from their text', () => {
    const written = fc.oneof(decimal, fc.integer().map(String), fc.constantFrom('+5', '.5', '5.', '-.25', '1.5e3', '-15e2', '007', '0.000'));
    fc.assert(fc.property(written, (text) => {
      const bytes = Buffer.from(`x${text}x`);
      expect(compareNumeric(readNumericBytes(bytes, 1, bytes.length - 1) ?? Number.NaN, number(text))).toBe(0);
    }));
  });
});

describe('null in expressions', () => {
  it.each([
    ['closed >= opened', null], ['closed == opened', null], ['closed == null', true], ['closed != null', false], ['has(closed)', false], ['!(closed >= opened)', null],
    ['closed >= opened || s == "x"', true], ['closed >= opened && s == "y"', false], ['closed >= opened && s == "x"', null], ['t in ["a"]', null], ['size(t) > 3', null],
    ['tags.exists(e, e == "a")', null], ['closed == null || closed >= opened', true], ['p ? true : false', null], ['place.lat > 1', null], ['amount + 1 > 0', null],
  ] as const)('%s is %s where only s has a value', (expression, wanted) => { expect(judge(expression, { s: 'x', opened: null })).toBe(wanted); });

  it('is what cannot be computed', () => {
    expect(judge('a / b > 1', { a: 1, b: 0 })).toBe(null);
    expect(judge('int(s) > 1', { s: 'x' })).toBe(null);
    expect(judge('tags[3] == "x"', { tags: ['x'] })).toBe(null);
  });

  it('is not what a refused cell is: nobody can say whether that has a value', () => {
    const row = { s: 'x', closed: undefined };
    expect(judge('closed == null', row)).toBe(undefined);
    expect(judge('has(closed)', row)).toBe(undefined);
    expect(judge('closed > opened', row)).toBe(undefined);
    expect(judge('closed > opened && s == "y"', row)).toBe(false);
    expect(judge('s == "x" || closed > opened', row)).toBe(true);
  });
});

describe('dates, columns and names', () => {
  it('compare, move and come apart', () => {
    const row = { opened: day('2024-02-28'), closed: day('2024-03-01'), at: readInstant('2024-03-01T23:30:00Z', null) };
    for (const expression of [
      'closed >= opened', 'closed - opened == 2', 'opened + 2 == closed', 'opened < date("2024-02-29")', 'closed <= today()', 'opened.getFullYear() == 2024', 'opened.getMonth() == 1', 'opened.getDate() == 28',
      'opened.getDayOfWeek() == 3', 'date(at) == closed', 'at >= timestamp("2024-03-01T00:00:00+01:00")', 'at == timestamp("2024-03-01 23:30:00")', 'at.getHours() == 23', 'closed in [date("2024-03-01"), date("2024-03-02")]', 'string(opened) == "2024-02-28"',
    ]) expect([expression, judge(expression, row)]).toEqual([expression, true]);
  });

  it('asks columns of the file, and fields whose names are none', () => {
    const source = { Type: 'individual' };
    expect(judge('source["Type"] == "individual"', {}, source)).toBe(true);
    expect(judge('source["#1"] == "individual" && source["#2"] == null', {}, source)).toBe(true);
    expect(judge('source == "field"', { source: 'field' })).toBe(true);
    expect(judge('row["first name"].startsWith("A")', { 'first name': 'Ana' })).toBe(true);
    expect(judge('source["Type"] == "x"', {}, { Type: undefined })).toBe(undefined);
  });

  it('matches by RE2, anywhere in the text unless the pattern says otherwise', () => {
    expect(judge('s.matches("^[A-Z]{2}[0-9]+$")', { s: 'AB12' })).toBe(true);
    expect(judge('s.matches("[0-9]")', { s: 'AB12' })).toBe(true);
    expect(judge('matches(s, "^[0-9]+$")', { s: 'AB12' })).toBe(false);
  });
});

describe('an expression that cannot be used', () => {
  it.each([
    ['opened >= 3', 'rules[0].check, character 1, cannot be used: >= compares a date with a whole number. Compare values of one type.'],
    ['opened >= "2024-01-01"', 'rules[0].check, character 1, cannot be used: >= compares a date with a text. Write date("YYYY-MM-DD").'],
    ['p && secret_name == 1', 'rules[0].check, character 6, cannot be used: there is no field of this name in the dataset'],
    ['s.evil()', 'there is no such function'], ['a', 'it gives a whole number, and a condition is true or false'], ['a +', 'rules[0].check, character 4,'],
    ['s.matches(t)', 'a pattern that is written out'], ['s.matches("(a")', 'RE2 cannot read the pattern'], ['s.matches("(a{100}){100}")', 'repeats too much'], ['opened > date("2024-13-01")', 'this gives no value'],
    ['source["Nobody"] == "x"', 'the file has no such column'], ['tags.exists(e, tags.exists(f, tags.exists(g, g == e)))', 'nested once'], ['s == 1', 'Make a number of the text'],
    ['package == "x"', 'row["name"]'], ['[1, "x"].exists(e, true)', 'values of one type'], ['place == 1', 'compares a point'], ['tags.map(e, [e]) == []', 'a list of lists'], ['{"a": 1}["a"] == 1', 'maps'],
    [`${'('.repeat(60)}p${')'.repeat(60)}`, 'rules[0].check'], [Array.from({ length: 400 }, () => 'p').join(' && '), 'too long'], ['constructor == 1', 'no field of this name'], ['s.constructor()', 'no such function'], ['toString(s) == "x"', 'no such function'],
  ].map(([expression = '', words = '']) => [expression.length > 70 ? `${expression.slice(0, 20)}…` : expression, expression, words] as const))('%s is refused with its place and the remedy', (_, expression, words) => {
    expect(refusal(expression)).toContain(words);
    expect(refusal(expression)).not.toMatch(/secret|Nobody|evil/);
  });

  it('ends with a row that asks too much of it', () => {
    const tags = Array.from({ length: 1_000 }, (_, index) => String(index));
    expect(() => judge('tags.all(e, tags.exists(f, f == e))', { tags })).toThrow('too many steps');
    expect(judge('tags.all(e, e != "x")', { tags })).toBe(true);
    expect(() => judge('tags.map(e, s + e).exists(e, e == "x")', { tags, s: 'x'.repeat(100_000) })).toThrow('too many steps');
  });
});

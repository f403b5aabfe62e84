import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldDefinitionSchema, type FieldDefinition } from '../../contracts/dataset-definition.ts';
import { ruleSchema, type RuleOf } from '../../contracts/rules.ts';
import { CopyBuffer } from '../../core/types/copy-buffer.ts';
import { appendEscaped } from '../../core/types/copy-escape.ts';
import { compileFieldChecks } from '../../core/validation/field-checks.ts';
import { JudgedRow } from '../../core/validation/judged-row.ts';
import { screenOf } from '../../core/validation/lane-screen.ts';
import { createLaneReader } from '../../core/validation/read-lane.ts';

const fieldOf = (type: string): FieldDefinition => fieldDefinitionSchema.parse({ name: 'f', type });
const rulesOf = (field: FieldDefinition, rules: readonly object[]): readonly RuleOf<'field'>[] =>
  rules.map((rule, index) => ruleSchema.parse({ kind: 'field', name: `r${index}`, field: field.name, ...rule })).filter((rule) => rule.kind === 'field');

/** What the screen says, and whether the rules, one by one, find nothing. */
const ask = (type: string, rules: readonly object[], copied: Buffer): { readonly passes: boolean; readonly sound: boolean } => {
  const field = fieldOf(type), asked = rulesOf(field, rules), bytes = Buffer.concat([Buffer.from('9\t'), copied, Buffer.from('\t9')]), end = copied.length + 2;
  const row = new JudgedRow({ readers: [createLaneReader(field, { zone: null, datesAsDays: true })], columns: [0], today: 0 }, () => null);
  row.next();
  row.bytes = bytes;
  row.starts[0] = 2;
  row.ends[0] = end;
  const checks = asked.flatMap((rule) => compileFieldChecks(rule, { field, zone: null, at: 'rules[0]' }));
  return { passes: screenOf(asked, { field, datesAsDays: true })?.passes(bytes, 2, end) === true, sound: checks.every((check) => check(bytes, 2, end, { row, lane: 0 }) === 0) };
};
const textCell = (text: string): Buffer => {
  const bytes = Buffer.from(text), out = new CopyBuffer(256);
  appendEscaped(bytes, 0, bytes.length, out);
  return Buffer.from(out.view());
};

const some = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(values, { nil: undefined });
const nonEmpty = (rules: readonly object[]): readonly object[] => rules.map((rule) => Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined))).filter((rule) => Object.keys(rule).length > 0);
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'Z', '0', '-', 'é', '世', '😀', '\\', '\t', '\n', ' '), minLength: 1, maxLength: 7 });
const textRule = fc.record({ minLength: some(fc.integer({ min: 0, max: 4 })), maxLength: some(fc.integer({ min: 4, max: 7 })), pattern: some(fc.constantFrom('[a-z]+', '.*', '\\D{2,}', '[ab]?[^é]*', 'a|b|ab')), values: some(fc.array(text, { minLength: 1, maxLength: 4 })) });
const number = fc.tuple(fc.constantFrom('', '-'), fc.stringMatching(/^(0|[1-9]\d{0,16})$/), fc.stringMatching(/^(\.\d{1,4})?$/)).map((parts) => parts.join(''));
const small = fc.tuple(fc.constantFrom('', '-'), fc.stringMatching(/^\d$/), fc.stringMatching(/^(\.\d)?$/)).map((parts) => parts.join(''));
const numberRule = fc.record({ min: some(fc.oneof(number, small)), max: some(fc.oneof(number, small)) });
const day = fc.integer({ min: -40_000, max: 40_000 });
const dayRule = fc.record({ min: some(day), max: some(day) }).map(({ min, max }) => ({ min: min === undefined ? undefined : isoOf(min), max: max === undefined ? undefined : isoOf(max) }));
const isoOf = (days: number): string => new Date((days + 10_957) * 86_400_000).toISOString().slice(0, 10);

const expectSame = (type: string, rules: readonly object[], cell: Buffer): void => {
  const { passes, sound } = ask(type, rules, cell);
  // A sound cell may be asked again, a broken one must not pass.
  expect(passes && !sound).toBe(false);
};

describe('the look at a cell that stands for all rules of its field', () => {
  it('passes no text that one of them breaks', () => {
    fc.assert(fc.property(fc.array(textRule, { minLength: 1, maxLength: 3 }), text, (rules, cell) => {
      const asked = nonEmpty(rules);
      if (asked.length > 0) expectSame('text', asked, textCell(cell));
    }), { numRuns: 3_000 });
  });
  it('passes no number that one of them breaks', () => {
    fc.assert(fc.property(fc.array(numberRule, { minLength: 1, maxLength: 3 }), fc.oneof(number, small), (rules, cell) => {
      const asked = nonEmpty(rules);
      if (asked.length > 0) expectSame('number', asked, Buffer.from(cell));
    }), { numRuns: 3_000 });
  });
  it('passes no date that one of them breaks, and every one that they keep', () => {
    fc.assert(fc.property(fc.array(dayRule, { minLength: 1, maxLength: 3 }), day, (rules, cell) => {
      const asked = nonEmpty(rules);
      if (asked.length === 0) return;
      const { passes, sound } = ask('date', asked, Buffer.from(String(cell)));
      expect(passes).toBe(sound);
    }), { numRuns: 3_000 });
  });
  it.each([
    ['text', [{ pattern: 'R[0-9]{10}' }, { maxLength: 11 }], 'R0123456789'], ['text', [{ minLength: 3 }, { maxLength: 5 }], 'Éva\\n'], ['text', [{ values: ['open', 'on hold'] }], 'on hold'],
    ['number', [{ min: '0' }, { max: '1000000' }], '899999.99'], ['number', [{ min: '-90', max: '90' }], '-33.123456'], ['integer', [{ min: '0', max: '100' }], '100'],
  ] as const)('passes what is usual: %s %j', (type, rules, cell) => { expect(ask(type, rules, Buffer.from(cell))).toEqual({ passes: true, sound: true }); });
});

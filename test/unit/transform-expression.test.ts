import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldDefinitionSchema, type FieldType } from '../../contracts/dataset-definition.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { issueCodeOf } from '../../contracts/issue-codes.ts';
import { parseTransforms } from '../../contracts/transform.ts';
import { compileTransforms } from '../../core/transform/compile-transforms.ts';
import { TransformEncoder } from '../../core/transform/transform-encoder.ts';
import { createCellEncoder } from '../../core/types/cell-encoder.ts';
import { CopyBuffer } from '../../core/types/copy-buffer.ts';

interface Place { readonly type?: FieldType; readonly columns?: number }
const programOf = (cel: string, { type = 'text', columns = 1 }: Place = {}, before: readonly object[] = []) =>
  compileTransforms(parseTransforms([...before, { fn: 'expression', cel }], 'map[0].transforms'), { type, columns, at: 'map[0].transforms' });
const run = (cel: string, ...cells: readonly (string | null)[]): string | null => {
  const outcome = programOf(cel, { columns: cells.length }).run(cells);
  return typeof outcome === 'number' ? issueCodeOf(outcome) : outcome;
};
const refusal = (cel: string, place: Place = {}): string => {
  try { programOf(cel, place); } catch (error) { if (isWaybillError(error)) return `${error.code} ${String(error.place['at'])}: ${error.message}`; throw error; }
  return 'accepted';
};

const failed = 'TRANSFORM_EXPRESSION_FAILED';
const whole = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
/** Digits moved by hand: the oracle of decimals. */
const shifted = (value: bigint, places: number): string => {
  const digits = String(value < 0n ? -value : value).padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
  return value < 0n && value !== 0n ? `-${text}` : text;
};

describe('an expression as a step', () => {
  it('computes with whole numbers and decimals of any length as BigInt does', () => {
    const sum = programOf('int(cells[0]) * int(cells[1]) + int(cells[0])', { columns: 2 });
    const product = programOf('decimal(cells[0]) * decimal(cells[1])', { columns: 2 });
    fc.assert(fc.property(whole, whole, fc.integer({ min: 0, max: 9 }), (a, b, places) => {
      expect(sum.run([String(a), String(b)])).toBe(String(a * b + a));
      expect(product.run([shifted(a, places), String(b)])).toBe(shifted(a * b, places));
    }));
  });

  it('rounds half away from zero, as BigInt does', () => {
    const rounded = programOf('round(decimal(value), 2)');
    fc.assert(fc.property(whole, (a) => {
      const size = a < 0n ? -a : a, up = (size + 5n) / 10n;
      expect(rounded.run([shifted(a, 3)])).toBe(shifted(a < 0n ? -up : up, 2));
    }));
    expect([run('round(decimal(value))', '-2.5'), run('round(decimal(value), 31)', '1.5'), run('round(1 / int(value), 3)', '3')]).toEqual(['-3', failed, '0']);
  });

  it('gives the same by staging’s way as by texts, whatever the text, and only what can be stored', () => {
    const field = fieldDefinitionSchema.parse({ name: 'f', type: 'text' });
    const lanes = ['value', 'value.trim() + "x"', 'value.substring(1)', 'int(value)', 'value.split("").join("-")', 'value.replace("", "x")', 'value.size()', 'value == null ? "none" : value', 'value.matches("^a") ? null : value']
      .map((cel) => ({ program: programOf(cel), encoder: new TransformEncoder(programOf(cel), createCellEncoder(field, { zone: 'UTC' })) }));
    const plain = createCellEncoder(field, { zone: 'UTC' });
    fc.assert(fc.property(fc.string({ unit: 'binary' }).map((text) => Buffer.from(text).toString()), (text) => {
      for (const { program, encoder } of lanes) {
        const outcome = program.run([text === '' ? null : text]), bytes = Buffer.from(text);
        if (typeof outcome === 'string') expect(outcome).not.toMatch(/\p{Cs}/u);
        const expected = new CopyBuffer(), out = new CopyBuffer();
        const read = typeof outcome === 'number' ? outcome : outcome === null ? -1 : plain.encode(Buffer.from(outcome), 0, Buffer.byteLength(outcome), expected);
        expect([encoder.encode(bytes, 0, bytes.length, out), out.view().toString()]).toEqual([read, expected.view().toString()]);
      }
    }));
  });

  it('tells a value that cannot be computed from one that is not there', () => {
    expect([run('int(value)', 'x'), run('int(value)', null), run('10 / int(value)', '0'), run('1.0 / decimal(value)', '3'), run('value.substring(5)', 'ab'), run('cells[4]', 'a', 'b'), run('date(value)', '2024-02-30'), run('date(value) + 5', '9999-12-30')])
      .toEqual([failed, null, failed, failed, failed, failed, failed, failed]);
    // As in CEL, what the other side decides does not fail.
    expect([run('int(value) > 3 || value == "x"', 'x'), run('int(value) > 3 || value == "y"', 'x'), run('value == "y" && int(value) > 3', 'x')]).toEqual(['true', failed, 'false']);
    expect([run('timestamp(value)', '2024-01-01T00:00:00.25+01:00'), run('decimal(value) == 0.1 + 0.2', '0.3')]).toEqual(['2023-12-31T23:00:00.250000Z', 'true']);
  });

  it('ends a cell that would cost too much', () => {
    expect(run('value.replace("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").replace("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")', 'a'.repeat(100_000))).toBe(failed);
    expect(run('value.split("").filter(a, value.split("").exists(b, a == b)).join()', 'ab'.repeat(2_000))).toBe(failed);
    expect(run('value.matches("(a|bb|aba){40}c")', 'ab'.repeat(500_000))).toBe(failed);
  });

  it('runs on each column for itself where it does not name cells', () => {
    const program = compileTransforms(parseTransforms([{ fn: 'expression', cel: 'value + "!"' }, { fn: 'join' }], 'm'), { type: 'text', columns: 2, at: 'm' });
    expect(program.run(['a', 'b'])).toBe('a! b!');
  });

  it('is refused at definition time with the place', () => {
    const place = 'TRANSFORM_INVALID map[0].transforms[0]: map[0].transforms[0] cannot be used: ';
    expect(refusal('value +')).toMatch(`${place}in its expression,`);
    for (const cel of ['other', 'row["name"]', 'source["Estado"]', 'source["#3"]', 'value > 3', 'today()', 'nosuch(value)', 'value.matches("(?=a)")', 'int("x")', '[value]', 'null', '10 / 0', 'value + cells[0]', 'value + value.size()', 'cells', '"a" < 1'])
      expect([cel, refusal(cel)]).toEqual([cel, expect.stringContaining(place)]);
    expect(refusal('other')).toContain('character 1,');
    expect(refusal('date(value)', { type: 'number' })).toContain('it gives a date');
    expect([refusal('int(value)', { type: 'integer' }), refusal('date(value)', { type: 'date' }), refusal('value == "x"', { type: 'boolean' }), refusal('value', { columns: 2 }).slice(0, 36), refusal('cells.join()', { columns: 2 })])
      .toEqual(['accepted', 'accepted', 'accepted', 'TRANSFORM_INVALID map[0].transforms:', 'accepted']);
    expect(() => parseTransforms([{ fn: 'expression' }], 'm')).toThrow('m[0].cel');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { parseFilter } from '../../core/filter/parse-filter.ts';

const { fields } = datasetDefinitionSchema.parse({ name: 'x', fields: [
  { name: 'id', type: 'integer' }, { name: 'name', type: 'text' }, { name: 'Full name', type: 'text' }, { name: 'status', type: 'enum', values: ['open', 'closed'] },
  { name: 'day', type: 'date' }, { name: 'seen', type: 'timestamp' }, { name: 'local', type: 'timestamp', pgType: 'timestamp without time zone' }, { name: 'spot', type: 'point' },
  { name: 'doc', type: 'json' }, { name: 'uid', type: 'uuid' }, { name: 'ratio', type: 'number', pgType: 'real' }, { name: 'active', type: 'boolean' },
] });
const parse = (filter: string) => parseFilter(filter, fields);
const refusal = (filter: string): readonly unknown[] => {
  try { parse(filter); } catch (error) { if (isWaybillError(error)) return [error.code, error.place['position']]; throw error; }
  return ['accepted'];
};

describe('the filter language', () => {
  it('binds not before and before or, and takes words in any case', () => {
    expect(parse('NOT id = 1 AND name IS NULL Or id In (2,3)')).toEqual({ kind: 'or', operands: [
      { kind: 'and', operands: [{ kind: 'not', operand: { kind: 'compare', field: 'id', operator: '=', value: { kind: 'integer', text: '1' } } }, { kind: 'null', field: 'name' }] },
      { kind: 'in', field: 'id', values: [{ kind: 'integer', text: '2' }, { kind: 'integer', text: '3' }] },
    ] });
  });

  it('keeps a text’s number as it is written: code = 007', () => {
    expect(parse('name = 007')).toMatchObject({ value: { kind: 'text', text: '007' } });
    expect(parse(`"Full name" <> 'it''s'`)).toMatchObject({ field: 'Full name', value: { text: `it's` } });
    expect(parse('id != +1.50')).toMatchObject({ operator: '<>', value: { text: '+1.50' } });
  });

  it('takes a time without zone as UTC, and a day as the whole day', () => {
    expect(parse('seen < 2024-01-31T10:00')).toMatchObject({ value: { kind: 'moment', text: '2024-01-31T10:00Z' } });
    expect(parse('seen < 2024-01-31T10:00+02:00')).toMatchObject({ value: { text: '2024-01-31T10:00+02:00' } });
    expect(parse('seen <= 2024-02-29')).toMatchObject({ operator: '<', value: { text: '2024-03-01T00:00:00Z' } });
    expect(parse('local > 2024-12-31')).toMatchObject({ operator: '>=', value: { kind: 'clock', text: '2025-01-01T00:00:00' } });
  });

  it.each([
    ['', 'FILTER_INVALID', 1], ['id', 'FILTER_INVALID', 3], ['id = ', 'FILTER_INVALID', 6], ['id == 1', 'FILTER_INVALID', 5], ['id = 1 and', 'FILTER_INVALID', 11], ['(id = 1', 'FILTER_INVALID', 8],
    ['id = 1)', 'FILTER_INVALID', 7], ['id = null', 'FILTER_INVALID', 6], [`name = 'open`, 'FILTER_INVALID', 8], ['id = 1; drop', 'FILTER_INVALID', 7], ['id = 12abc', 'FILTER_INVALID', 6],
    [`name like 'a\\'`, 'FILTER_INVALID', 11], ['spot within circle(1,2,3)', 'FILTER_INVALID', 13], ['spot within box(91,0,91,0)', 'FILTER_INVALID', 17], ['spot within box(1,0,0,0)', 'FILTER_INVALID', 13],
    ['spot within radius(1,2,-3)', 'FILTER_INVALID', 24], ['spot within box(1,2,3)', 'FILTER_INVALID', 22], ['not', 'FILTER_INVALID', 4], ['and = 1', 'FILTER_INVALID', 1],
    ['nothing = 1', 'FILTER_FIELD_UNKNOWN', 1], ['id = 1 or Name = 2', 'FILTER_FIELD_UNKNOWN', 11],
    [`id = 'abc'`, 'FILTER_TYPE', 6], ['day = 2023-02-29', 'FILTER_TYPE', 7], ['name = open', 'FILTER_TYPE', 8], [`status = 'shut'`, 'FILTER_TYPE', 10], [`status < 'open'`, 'FILTER_TYPE', 8],
    ['spot = 1', 'FILTER_TYPE', 8], [`doc like 'x'`, 'FILTER_TYPE', 5], ['name within box(1,2,3,4)', 'FILTER_TYPE', 13], ['local = 2024-01-01T00:00Z', 'FILTER_TYPE', 9], ['seen = 2024-01-01T24:00', 'FILTER_TYPE', 8],
    ['id = name', 'FILTER_TYPE', 6], ['id < ratio', 'FILTER_TYPE', 6], ['spot = spot', 'FILTER_TYPE', 8], ['status < name', 'FILTER_TYPE', 8], ['id = "none"', 'FILTER_FIELD_UNKNOWN', 6], ['local = seen', 'FILTER_TYPE', 9],
    [`uid = 'x'`, 'FILTER_TYPE', 7], ['id = 1e5000', 'FILTER_TYPE', 6], ['ratio = 1e39', 'FILTER_TYPE', 9], ['active = 1', 'FILTER_TYPE', 10], [`uid > '00000000-0000-0000-0000-000000000000'`, 'FILTER_TYPE', 5],
  ])('refuses %j with %s at character %i', (filter, code, position) => {
    expect(refusal(filter)).toEqual([code, position]);
  });

  it('repeats no value in a refusal', () => {
    for (const filter of [`id = 'secretvalue'`, `secretvalue = 1`, `name = secretvalue`, `status = 'secretvalue'`, `id = 1 secretvalue`, `name = 'secretvalue`])
      expect(() => parse(filter)).toThrow(expect.not.objectContaining({ message: expect.stringContaining('secretvalue') as string }));
  });

  it('bounds length, depth and parts', () => {
    expect(refusal(`${'('.repeat(60)}id = 1`)[0]).toBe('FILTER_INVALID');
    expect(refusal('not '.repeat(60))[0]).toBe('FILTER_INVALID');
    expect(refusal(`name = '${'x'.repeat(10_001)}'`)[0]).toBe('FILTER_INVALID');
    expect(refusal(Array.from({ length: 1_001 }, () => 'id=1').join(' or '))[0]).toBe('FILTER_INVALID');
  });

  it('answers every text with an expression or a coded refusal', () => {
    const pieces = fc.constantFrom('id', 'name', '"Full name"', 'spot', ' ', '=', '<', '(', ')', ',', 'and', 'or', 'not', 'in', 'is null', 'like', 'between', 'within box', `'x'`, "'", '"', '1', '-1.5e3', '2024-01-01', 'null', '😀');
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(' '))), (text) => {
      expect(['accepted', 'FILTER_INVALID', 'FILTER_TYPE', 'FILTER_FIELD_UNKNOWN']).toContain(refusal(text)[0]);
    }), { numRuns: 3_000 });
  });
});

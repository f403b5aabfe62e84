import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ruleSchema, type FileRule } from '../../contracts/rules.ts';
import { compareDecimals } from '../../core/validation/compare-decimals.ts';
import { judgeFileRules, type FileMeasures } from '../../core/validation/judge-file-rules.ts';

const measures: FileMeasures = { rowsRead: 100, rowsKept: 100, standing: 90, duplicates: 10, filled: {}, sums: {}, sent: {}, columns: [], deliveries: [] };
const judge = (rule: object, more: Partial<FileMeasures> = {}): readonly string[] =>
  judgeFileRules([ruleSchema.parse({ name: 'r', ...rule }) as FileRule], { ...measures, ...more }).map(({ verdict, measured, field }) => [verdict, measured ?? '-', ...(field === null ? [] : [field])].join(' '));

describe('decimals', () => {
  it('are compared exactly, whatever their signs and decimals', () => {
    const scaled = fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(6));
    const text = (value: bigint, places: number): string => `${value < 0n ? '-' : ''}${(value < 0n ? -value : value).toString().padStart(places + 1, '0').replace(new RegExp(`(\\d{${places}})$`), places === 0 ? '' : '.$1')}`;
    fc.assert(fc.property(scaled, scaled, ([a, ap], [b, bp]) => {
      const left = a * 10n ** BigInt(6 - ap), right = b * 10n ** BigInt(6 - bp);
      expect(compareDecimals(text(a, ap), text(b, bp))).toBe(left < right ? -1 : left > right ? 1 : 0);
    }));
    expect([compareDecimals('0.10', '0.1'), compareDecimals('-0', '0'), compareDecimals('NaN', '1'), compareDecimals('1', '1e3')]).toEqual([0, 0, null, null]);
  });
});

describe('a share', () => {
  it('exactly at its bound is within it: no rounding decides', () => {
    expect(judge({ kind: 'fill_rate', field: 'f', min: 0.57 }, { standing: 10_000, filled: { f: 5_700 } })).toEqual(['holds 0.57 f']);
    expect(judge({ kind: 'fill_rate', field: 'f', min: 0.57 }, { standing: 10_000, filled: { f: 5_699 } })).toEqual(['broken 0.5699 f']);
    expect(judge({ kind: 'fill_rate', field: 'f', max: 0.07 }, { standing: 100, filled: { f: 7 } })).toEqual(['holds 0.07 f']);
    expect(judge({ kind: 'duplicate_share', max: 0 }, { duplicates: 0 })).toEqual(['holds 0']);
    expect(judge({ kind: 'duplicate_share', max: 0.09 })).toEqual(['broken 0.1']);
  });
  it('of nothing is not judged, and of a field without a column it is nothing', () => {
    expect(judge({ kind: 'fill_rate', field: 'f', min: 1 }, { standing: 0 })).toEqual(['not_judged - f']);
    expect(judge({ kind: 'fill_rate', field: 'f', max: 0.5 })).toEqual(['holds 0 f']);
  });
});

it('a total of a field without a column, or that is no number, is no control total', () => {
  expect(judge({ kind: 'sum', field: 'f', equals: '0' })).toEqual(['broken - f']);
  expect(judge({ kind: 'sum', field: 'f', max: '5' }, { sums: { f: 'NaN' } })).toEqual(['broken NaN f']);
  expect(judge({ kind: 'sum', field: 'f', equals: '5.00', min: '5', max: '5' }, { sums: { f: '5' } })).toEqual(['holds 5 f']);
});

describe('expected columns', () => {
  const columns = ['Id', 'Amount paid', 'extra'];
  it('are found as --map finds them', () => {
    expect(judge({ kind: 'columns', expected: ['id', 'amount_paid'] }, { columns })).toEqual(['holds 2 of 2 columns, 1 others']);
    expect(judge({ kind: 'columns', expected: ['id', 'amount_paid'], others: 'refuse' }, { columns })).toEqual(['broken 2 of 2 columns, 1 others']);
    expect(judge({ kind: 'columns', expected: ['id', 'gone', '#3'], others: 'refuse' }, { columns })).toEqual(['broken 2 of 3 columns, 1 others']);
  });
});

describe('drift', () => {
  const deliveries = [90, 110, 1_000, 100].map((rowsRead) => ({ rowsRead, fillRates: { a: 0.9, gone: 0.5 } }));
  it('looks at the median of the last deliveries only, which one odd file does not move', () => {
    expect(judge({ kind: 'drift', of: 'row_count', maxChangePercent: 10, last: 3 }, { deliveries })).toEqual(['holds 100']);
    expect(judge({ kind: 'drift', of: 'row_count', maxChangePercent: 9, last: 3 }, { deliveries })).toEqual(['broken 100']);
    expect(judge({ kind: 'drift', of: 'row_count', maxChangePercent: 5, last: 4 }, { deliveries })).toEqual(['holds 100']);
    expect(judge({ kind: 'drift', of: 'row_count', maxChangePercent: 5, last: 9, atLeast: 5 }, { deliveries })).toEqual(['not_judged -']);
  });
  it('of fill rates is in points, and a column that is gone or new is the largest', () => {
    const rule = { kind: 'drift', of: 'fill_rate', maxChangePercent: 5 };
    expect(judge(rule, { deliveries, sent: { a: 0.95, gone: 0.45 } })).toEqual(['holds -']);
    expect(judge(rule, { deliveries, sent: { a: 0.84, neu: 1 } })).toEqual(['broken 0.84 a', 'broken 0 gone', 'broken 1 neu']);
    expect(judge({ ...rule, fields: ['a'] }, { deliveries, sent: { a: 0.86 } })).toEqual(['holds -']);
  });
  it('of nothing delivered before is any row', () => {
    const empty = Array.from({ length: 3 }, () => ({ rowsRead: 0, fillRates: {} }));
    expect(judge({ kind: 'drift', of: 'row_count', maxChangePercent: 10_000 }, { deliveries: empty })).toEqual(['broken 100']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DateReading } from '../../contracts/plan-document.ts';
import { civilDay, epochDay, isCalendarDay } from '../../core/types/calendar.ts';
import { createCellEncoder } from '../../core/types/cell-encoder.ts';
import { CopyBuffer } from '../../core/types/copy-buffer.ts';
import { judgeDateReading, mergeDateEvidence, noDateEvidence, type DateEvidenceCounts } from '../../core/types/date-evidence.ts';
import { proposeDateReading } from '../../core/types/propose-date-reading.ts';
import { field, readAs } from '../support/encode-cell.ts';

const dmy: DateReading = { order: 'dmy', source: 'evidence' };
const mdy: DateReading = { order: 'mdy', source: 'evidence' };
const unknown: DateReading = { order: null, source: 'assumed' };
const date = (cell: string, reading: DateReading = unknown): string => readAs({ type: 'date' }, cell, { date: reading });

describe('dates', () => {
  it.each([
    '2020-03-12', '2020/03/12', '2020.03.12', '20200312', '2020-3-12', '12 Mar 2020', '12-MAR-2020', '12/mar/2020', '12Mar2020', '12 March, 2020',
    'March 12, 2020', 'Mar. 12 2020', 'mar-12-2020', '2020-Mar-12', ' 2020-03-12\u00a0', '2020-03-12 00:00:00', '2020-03-12T00:00', '2020-03-12T00:00:00Z',
    '20200312T000000',
  ])('are read from %j without a question', (cell) => {
    expect(date(cell)).toBe('2020-03-12');
  });

  it.each([['12/03/2020', '2020-03-12', '2020-12-03'], ['1.2.0999', '0999-02-01', '0999-01-02'], ['01-02-2020', '2020-02-01', '2020-01-02']])('read %s by the order of the column', (cell, asDmy, asMdy) => {
    expect([date(cell, dmy), date(cell, mdy), date(cell)]).toEqual([asDmy, asMdy, 'DATE_AMBIGUOUS']);
  });

  it.each([['25/12/2020', '2020-12-25'], ['12/25/2020', '2020-12-25'], ['5/5/2020', '2020-05-05'], ['29/2/2000', '2000-02-29']])('read %s by its only possible order', (cell, copy) => {
    expect([date(cell), date(cell, dmy), date(cell, mdy)]).toEqual([copy, copy, copy]);
  });

  it('never overrule an operator', () => {
    expect(date('12/25/2020', { order: 'dmy', source: 'operator' })).toBe('DATE_IMPOSSIBLE');
    expect(date('25/12/2020', { order: 'mdy', source: 'operator' })).toBe('DATE_IMPOSSIBLE');
    expect(date('12/11/2020', { order: 'dmy', source: 'operator' })).toBe('2020-11-12');
  });

  it.each(['2020-02-30', '2021-02-29', '1900-02-29', '31/04/2020', '2020-13-01', '2020-00-10', '2020-01-00', '0000-00-00', '45/50/2020', '31 Feb 2020', '00/01/2020'])('know that %s is no day', (cell) => {
    expect(date(cell)).toBe('DATE_IMPOSSIBLE');
  });

  it.each([
    'x', '12/03/20', '03-12-99', '12 Mar 20', '2020', '2020-03', '202003', '12/03', '2020-03/12', '12/03-2020', '2020-03-12x', '2020-03-12 10:15', '43902',
    '12 Foo 2020', 'Marchy 12, 2020', '12/03/20201', '2020-003-12', '-2020-03-12', '2020-03-12T00:00:00+02:00', 'today', 'infinity', '2020-03-12 BCE', '10000-01-01', 'Mar', '12 Mar', '/', '2020-',
  ])('refuse %j', (cell) => {
    expect(date(cell)).toBe('DATE_INVALID');
  });

  it('reach from the year 1 to the year 9999', () => {
    expect([date('0001-01-01'), date('9999-12-31')]).toEqual(['0001-01-01', '9999-12-31']);
  });

  it('keep to the field’s own range, inclusive', () => {
    const read = (cell: string): string => readAs({ type: 'date', min: '1900-01-01', max: '2020-12-31' }, cell);
    expect([read('1900-01-01'), read('2020-12-31'), read('1899-12-31'), read('2021-01-01')]).toEqual(['1900-01-01', '2020-12-31', 'RANGE_BELOW', 'RANGE_ABOVE']);
  });

  it('drop a midnight with Z only where the zone is UTC', () => {
    expect(readAs({ type: 'date' }, '2020-03-12T00:00:00Z', { zone: 'America/New_York' })).toBe('DATE_INVALID');
  });

  it('are all read from every shape, all over the calendar', () => {
    const days = fc.integer({ min: epochDay(1, 1, 1), max: epochDay(9999, 12, 31) });
    fc.assert(fc.property(days, (number) => {
      const { year, month, day } = civilDay(number);
      const iso = new Date(number * 86_400_000).toISOString().slice(0, 10);
      const y = String(year).padStart(4, '0');
      expect(iso).toBe(`${y}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`);
      expect(isCalendarDay(year, month, day)).toBe(true);
      expect([date(iso), date(iso.replaceAll('-', '')), date(`${day}/${month}/${y}`, dmy), date(`${month}-${day}-${y}`, mdy)]).toEqual([iso, iso, iso, iso]);
    }));
  });
});

const evidenceOf = (cells: readonly string[], reading: DateReading): DateEvidenceCounts => {
  const encoder = createCellEncoder(field({ type: 'date' }), { zone: 'UTC', date: reading });
  const out = new CopyBuffer();
  for (const cell of cells) encoder.encode(Buffer.from(cell), 0, cell.length, out);
  return encoder.evidence?.counts() ?? noDateEvidence;
};
const counts = (some: Partial<DateEvidenceCounts>): DateEvidenceCounts => ({ ...noDateEvidence, ...some });

describe('evidence of how a column writes its dates', () => {
  it('counts each cell once, under whatever reading', () => {
    const cells = ['2020-03-12', '25/12/2020', '12/25/2020', '12/11/2020', '5/5/2020', '5 May 2020', 'x', '2020-02-30', ' ', ''];
    const expected = { iso: 1, dmyOnly: 1, mdyOnly: 1, either: 1, same: 1, named: 1, invalid: 2 };
    for (const reading of [dmy, mdy, unknown, { order: 'dmy', source: 'operator' } as const]) expect(evidenceOf(cells, reading)).toEqual(expected);
  });

  it('adds up over the chunks and begins anew on reset', () => {
    expect(mergeDateEvidence(counts({ iso: 1, either: 2 }), counts({ iso: 3, invalid: 1 }))).toEqual(counts({ iso: 4, either: 2, invalid: 1 }));
    const encoder = createCellEncoder(field({ type: 'date' }), { zone: 'UTC' });
    encoder.encode(Buffer.from('2020-01-01'), 0, 10, new CopyBuffer());
    encoder.evidence?.reset();
    expect(encoder.evidence?.counts()).toEqual(noDateEvidence);
  });

  it.each<[string, DateReading, Partial<DateEvidenceCounts>, DateReading | 'holds']>([
    ['an order that the column proves', dmy, { dmyOnly: 5, either: 3 }, 'holds'],
    ['the other order proven', dmy, { mdyOnly: 1, either: 3 }, mdy],
    ['the other order proven, but nothing read by the wrong one', dmy, { mdyOnly: 9 }, 'holds'],
    ['an order proven where none was known', unknown, { dmyOnly: 1, either: 1 }, dmy],
    ['a column that mixes both orders', dmy, { dmyOnly: 1, mdyOnly: 1, either: 1 }, { order: null, source: 'evidence' }],
    ['a column that mixes both orders, without a cell in doubt', dmy, { dmyOnly: 1, mdyOnly: 1 }, 'holds'],
    ['an order assumed that nothing proves', { order: 'dmy', source: 'assumed' }, { either: 4 }, { order: null, source: 'evidence' }],
    ['a question that stays one', unknown, { either: 4 }, 'holds'],
    ['an operator’s word against the column', { order: 'dmy', source: 'operator' }, { mdyOnly: 9, either: 9 }, 'holds'],
    ['a column of year-first dates', unknown, { iso: 9, named: 2 }, 'holds'],
  ])('judges %s', (_, reading, evidence, expected) => {
    expect(judgeDateReading(reading, counts(evidence))).toEqual(expected === 'holds' ? { verdict: 'holds' } : { verdict: 'contradicted', reading: expected });
  });

  it('holds once a contradicted column was read again, and nothing read by a proven order is in doubt', () => {
    const cell = fc.tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 1, max: 31 })).map(([a, b]) => `${a}/${b}/2020`);
    const reading = fc.record<DateReading>({ order: fc.constantFrom('dmy', 'mdy', null), source: fc.constantFrom('operator', 'evidence', 'assumed') });
    fc.assert(fc.property(fc.array(cell, { maxLength: 12 }), reading, (cells, first) => {
      const verdict = judgeDateReading(first, evidenceOf(cells, first));
      const final = verdict.verdict === 'holds' ? first : verdict.reading;
      expect(judgeDateReading(final, evidenceOf(cells, final))).toEqual({ verdict: 'holds' });
    }));
  });

  it('proposes from a sample what the sample proves, for times too', () => {
    expect(proposeDateReading(['12/11/2020', ' 25/12/2020 ', '2020-01-01'])).toEqual(dmy);
    expect(proposeDateReading(['12/11/2020 10:00', '12/25/2020 1:00 PM'])).toEqual(mdy);
    expect(proposeDateReading(['12/25/2020', '25/12/2020'])).toEqual({ order: null, source: 'evidence' });
    expect(proposeDateReading(['12/11/2020', '', 'x', '2020-01-31'])).toEqual(unknown);
    expect(proposeDateReading([])).toEqual(unknown);
  });
});

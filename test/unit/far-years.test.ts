/** Days before the year 1 and after 9999, in a file that was exported and in any other one. */
import { describe, expect, it } from 'vitest';
import { portableText } from '../../core/formats/portable-text.ts';
import { field, readAs } from '../support/encode-cell.ts';

const date = { type: 'date' }, instant = { type: 'timestamp' }, clock = { type: 'timestamp', pgType: 'timestamp without time zone' };

describe('a far year', () => {
  it.each([
    [date, '0044-03-15 BC', '0044-03-15 BC'], [date, '12024-01-01', '12024-01-01'], [date, '4714-11-24 BC', '4714-11-24 BC'], [date, '5874897-12-31', '5874897-12-31'], [date, '0001-02-29 BC', '0001-02-29 BC'],
    [date, '4714-11-23 BC', 'DATE_INVALID'], [date, '5874898-01-01', 'DATE_INVALID'], [date, '0002-02-29 BC', 'DATE_INVALID'], [date, '12024-13-01', 'DATE_INVALID'], [date, '0000-01-01 BC', 'DATE_INVALID'], [date, 'infinity', 'DATE_INVALID'],
    [{ ...date, min: '2000-01-01' }, '0044-03-15 BC', 'RANGE_BELOW'], [{ ...date, max: '2000-01-01' }, '12024-01-01', 'RANGE_ABOVE'],
    [instant, '0044-03-15 10:11:12.50+00 BC', '0044-03-15 10:11:12.5+00 BC'], [instant, '12024-01-01T00:00:00Z', '12024-01-01 00:00:00+00'], [instant, '294276-12-31 23:59:59.999999+00', '294276-12-31 23:59:59.999999+00'],
    [instant, '294277-01-01 00:00:00+00', 'TIMESTAMP_INVALID'], [instant, '12024-01-01 00:00:00', 'TIMESTAMP_INVALID'], [instant, '12024-01-01 24:00:00+00', 'TIMESTAMP_INVALID'], [instant, '-infinity', 'TIMESTAMP_INVALID'],
    [instant, '12024-01-01 00:00:00.0000001+00', 'TIMESTAMP_PRECISION_LOSS'], [{ ...instant, max: '2000-01-01' }, '12024-01-01 00:00:00+00', 'RANGE_ABOVE'],
    [date, '2024-01-01 AD', 'DATE_INVALID'], [date, '+12024-01-01 AD', 'DATE_INVALID'], [date, '-0043-03-15', 'DATE_INVALID'],
    [clock, '0044-03-15T10:11:12 BC', '0044-03-15 10:11:12 BC'], [clock, '12024-01-01 00:00:00+00', 'TIMESTAMP_INVALID'], [clock, '2024-01-01 10:00:00', '2024-01-01 10:00:00'],
  ])('of %j in an export: %s is %s', (definition, cell, found) => {
    expect(readAs(definition, cell, { farYears: true })).toBe(found);
  });

  it('is days since 2000 where the staging has them', () => {
    expect([readAs(date, '0044-03-15 BC', { farYears: true, datesAsDays: true }), readAs(date, '12024-01-01', { farYears: true, datesAsDays: true })]).toEqual(['-746117', '3661191']);
  });

  it.each([
    [date, '12024-01-01', 'DATE_INVALID'], [instant, '12024-01-01 00:00:00+00', 'TIMESTAMP_INVALID'], [clock, '12024-01-01 00:00:00', 'TIMESTAMP_INVALID'], [date, '-0043-03-15', 'DATE_INVALID'],
  ])('of %j that might be a slip is none in any other file: %s is %s', (definition, cell, found) => {
    expect(readAs(definition, cell)).toBe(found);
  });

  it.each([
    [date, '0044-03-15 BC', '0044-03-15 BC'], [date, '12024-01-01 AD', '12024-01-01'], [date, '+12024-01-01', '12024-01-01'], [date, '+012024-01-01', '12024-01-01'], [date, '5874897-12-31 AD', '5874897-12-31'],
    [instant, '12024-01-01 00:00:00+00 AD', '12024-01-01 00:00:00+00'], [instant, '+012024-01-01T10:00:00.000Z', '12024-01-01 10:00:00+00'], [instant, '0044-03-15 10:11:12.50+00 BC', '0044-03-15 10:11:12.5+00 BC'],
    [clock, '12024-01-01 10:00:00 AD', '12024-01-01 10:00:00'],
  ])('of %j that says its era, or has a sign, is one in any file: %s is %s', (definition, cell, found) => {
    expect(readAs(definition, cell)).toBe(found);
  });

  it.each([
    [date, '12024-01-01', '12024-01-01 AD'], [date, '0044-03-15 BC', '0044-03-15 BC'], [date, '2024-01-01', '2024-01-01'], [date, '-infinity', '-infinity'], [instant, '12024-01-01 00:00:00.5+00', '12024-01-01 00:00:00.5+00 AD'],
    [instant, '0044-03-15 10:11:12+00 BC', '0044-03-15 10:11:12+00 BC'], [clock, '12024-01-01 00:00:00', '12024-01-01 00:00:00 AD'], [instant, 'infinity', 'infinity'],
  ])('of %j is exported with its era: %s as %s', (definition, text, written) => {
    expect(portableText(field(definition))(text)).toBe(written);
  });
});

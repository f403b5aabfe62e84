import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWaybillError } from '../../contracts/errors.ts';
import { ZoneClock } from '../../core/types/zone-clock.ts';
import { encodeCell, readAs } from '../support/encode-cell.ts';

const withZone = { type: 'timestamp' };
const withoutZone = { type: 'timestamp', pgType: 'timestamp without time zone' };
const amsterdam = { zone: 'Europe/Amsterdam' };

describe('timestamps', () => {
  it.each([
    ['2020-03-12T10:15:30Z', '2020-03-12 10:15:30+00'], ['2020-03-12 10:15', '2020-03-12 10:15:00+00'], ['2020-03-12t10:15:30.5z', '2020-03-12 10:15:30.500000+00'],
    ['2020-03-12 10:15:30,123456', '2020-03-12 10:15:30.123456+00'], ['2020-03-12 10:15:30.1234560000', '2020-03-12 10:15:30.123456+00'],
    ['2020-03-12T10:15:30+05:30', '2020-03-12 10:15:30+05:30:00'], ['2020-03-12T10:15:30-0800', '2020-03-12 10:15:30-08'], ['2020-03-12 10:15:30 +02', '2020-03-12 10:15:30+02'],
    ['2020-03-12 10:15 UTC', '2020-03-12 10:15:00+00'], ['2020-03-12', '2020-03-12 00:00:00+00'], ['20200312T101530Z', '2020-03-12 10:15:30+00'], ['20200312 1015', '2020-03-12 10:15:00+00'],
    ['25/12/2020 9:05', '2020-12-25 09:05:00+00'], ['12/25/2020 09:05:10 PM', '2020-12-25 21:05:10+00'], ['12/25/2020 12:00:00 AM', '2020-12-25 00:00:00+00'],
    ['12/25/2020, 12:30 p.m.', '2020-12-25 12:30:00+00'], ['12 Mar 2020 10:15', '2020-03-12 10:15:00+00'], ['2020-03-12 24:00', '2020-03-13 00:00:00+00'],
    ['2020-12-31T24:00:00+01:00', '2021-01-01 00:00:00+01'], ['0001-01-01 00:00:00', '0001-01-01 00:00:00+00'], ['9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999999+00'],
  ])('are read from %j', (cell, copy) => {
    expect(readAs(withZone, cell)).toBe(copy);
  });

  it.each([
    '2020-03-12 25:00', '2020-03-12 10:60', '2020-03-12 23:59:60', '2020-03-12 24:00:01', '2020-03-12 24:00:00.1', '2020-03-12 13:00 PM', '2020-03-12 0:30 AM', '2020-03-12 10',
    '2020-03-12 10:5', '2020-03-12T', '2020-03-12 10:15:30.', '2020-03-12 10:15 CET', '2020-03-12 10:15+16:00', '2020-03-12 10:15+5', '2020-03-12 10:15+05:60', '2020-03-12 10:15 xm',
    '2020-03-12Z', '9999-12-31 24:00', '12/03/20 10:00', 'x', '10:15', '2020-03-12 10:15 Z Z', '2020-03-1210:15', '1583999999',
  ])('refuse %j', (cell) => {
    expect(readAs(withZone, cell)).toBe('TIMESTAMP_INVALID');
  });

  it('have a date that must exist and be clear', () => {
    expect(readAs(withZone, '2020-02-30 10:00')).toBe('DATE_IMPOSSIBLE');
    expect(readAs(withZone, '03/12/2020 10:00')).toBe('DATE_AMBIGUOUS');
    expect(readAs(withZone, '03/12/2020 10:00', { date: { order: 'mdy', source: 'evidence' } })).toBe('2020-03-12 10:00:00+00');
  });

  it('refuse decimals of a second that the column would round away', () => {
    expect(readAs(withZone, '2020-03-12 10:15:30.1234567')).toBe('TIMESTAMP_PRECISION_LOSS');
    const millis = { type: 'timestamp', pgType: 'timestamp(3) with time zone' };
    expect(readAs(millis, '2020-03-12 10:15:30.123000')).toBe('2020-03-12 10:15:30.123000+00');
    expect(readAs(millis, '2020-03-12 10:15:30.1234')).toBe('TIMESTAMP_PRECISION_LOSS');
  });

  it('without an offset are clock times of the zone', () => {
    expect(readAs(withZone, '2020-01-15 12:00', amsterdam)).toBe('2020-01-15 12:00:00+01');
    expect(readAs(withZone, '2020-07-15 12:00', amsterdam)).toBe('2020-07-15 12:00:00+02');
    expect(readAs(withZone, '2020-07-15 12:00Z', amsterdam)).toBe('2020-07-15 12:00:00+00');
    expect(readAs(withZone, '1880-01-01 12:00', { zone: 'America/New_York' })).toBe('1880-01-01 12:00:00-04:56:02');
  });

  it.each([
    ['2020-03-29 01:59:59', '2020-03-29 01:59:59+01'], ['2020-03-29 02:00:00', 'TIME_NOT_IN_ZONE'], ['2020-03-29 02:59:59', 'TIME_NOT_IN_ZONE'], ['2020-03-29 03:00:00', '2020-03-29 03:00:00+02'],
    ['2020-10-25 01:59:59', '2020-10-25 01:59:59+02'], ['2020-10-25 02:00:00', 'TIME_NOT_IN_ZONE'], ['2020-10-25 02:59:59', 'TIME_NOT_IN_ZONE'], ['2020-10-25 03:00:00', '2020-10-25 03:00:00+01'],
  ])('know the change of the clocks: %s is %s', (cell, expected) => {
    expect(readAs(withZone, cell, amsterdam)).toBe(expected);
  });

  it('find the hour on which a day was skipped (Samoa, 30 December 2011)', () => {
    const samoa = { zone: 'Pacific/Apia' };
    expect(readAs(withZone, '2011-12-29 23:59:59', samoa)).toBe('2011-12-29 23:59:59-10');
    expect(readAs(withZone, '2011-12-30 12:00', samoa)).toBe('TIME_NOT_IN_ZONE');
    expect(readAs(withZone, '2011-12-31 00:00', samoa)).toBe('2011-12-31 00:00:00+14');
  });

  it('stand as they are in a column without zone, and move to the plan’s zone when they name an offset', () => {
    expect(readAs(withoutZone, '2020-03-29 02:30', amsterdam)).toBe('2020-03-29 02:30:00');
    expect(readAs(withoutZone, '2020-07-15T10:00:00Z', amsterdam)).toBe('2020-07-15 12:00:00');
    expect(readAs(withoutZone, '2020-07-15T10:00:00.25+05:30')).toBe('2020-07-15 04:30:00.250000');
    expect(readAs(withoutZone, '2020-10-25T00:30:00Z', amsterdam)).toBe('TIME_NOT_IN_ZONE');
    expect(readAs(withoutZone, '0001-01-01 00:00+01')).toBe('TIMESTAMP_INVALID');
  });

  it('keep to the field’s own range; a last day counts whole', () => {
    const read = (cell: string): string => readAs({ ...withZone, min: '2020-01-01', max: '2020-12-31' }, cell);
    expect([read('2020-01-01'), read('2020-12-31T23:59:59.999999Z'), read('2019-12-31 23:59:59.999999'), read('2021-01-01'), read('2021-01-01T00:30+01:00')])
      .toEqual(['2020-01-01 00:00:00+00', '2020-12-31 23:59:59.999999+00', 'RANGE_BELOW', 'RANGE_ABOVE', '2021-01-01 00:30:00+01']);
  });

  it('refuse a zone that does not exist before any row is read', () => {
    let caught: unknown;
    try { encodeCell(withZone, '2020-01-01', { zone: 'Mars/Olympus' }); } catch (error) { caught = error; }
    expect(isWaybillError(caught) && caught.code).toBe('OPTION_INVALID');
  });
});

describe('the clock of a zone', () => {
  it.each(['Europe/Amsterdam', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca', 'Pacific/Apia'])('gives a local time of %s the instants that Intl shows as it', (zone) => {
    const clock = new ZoneClock(zone);
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    const seconds = fc.integer({ min: Date.UTC(1950, 0, 1) / 1000, max: Date.UTC(2030, 0, 1) / 1000 });
    fc.assert(fc.property(seconds, (instant) => {
      const local = Date.parse(`${format.format(instant * 1000).replace(' ', 'T')}Z`) / 1000;
      const offset = clock.offsetAtLocal(local);
      if (Number.isNaN(offset)) expect(clock.offsetAtInstant(instant - 7200)).not.toBe(clock.offsetAtInstant(instant + 7200));
      else expect(local - offset).toBe(instant);
    }), { numRuns: 300 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exceededLimits } from '../../activities/exceeded-limits.ts';
import { balances, emptyBooks, outcomes } from '../../contracts/books.ts';

const books = (read: number, quarantined: number, unreadable = 0) => ({ ...emptyBooks, read, quarantined, unreadable, created: read - quarantined - unreadable });
const plan = (maxErrors: number | null, maxErrorPercent: number | null, onError: 'abort' | 'quarantine' = 'quarantine') => ({ onError, limits: { maxErrors, maxErrorPercent } });

const exceedsLimits = (...asked: Parameters<typeof exceededLimits>): boolean => exceededLimits(...asked).length > 0;

describe('the limits of a job', () => {
  it.each([
    [plan(null, null), books(10, 10), false], [plan(3, null), books(10, 3), false], [plan(3, null), books(10, 4), true], [plan(3, null), books(10, 2, 2), true],
    [plan(0, null), books(10, 0), false], [plan(0, null), books(10, 0, 1), true],
    [plan(null, 30), books(10, 3), false], [plan(null, 29.9), books(10, 3), true], [plan(null, 0), books(10, 0), false], [plan(null, 100), books(10, 10), false],
    [plan(5, 10), books(10, 2), true], [plan(null, null, 'abort'), books(10, 1), true], [plan(null, null, 'abort'), books(10, 0), false], [plan(100, 100, 'abort'), books(10, 0, 1), true],
  ])('%j with %j: exceeded %s', (limits, found, exceeded) => { expect(exceedsLimits(found, limits)).toBe(exceeded); });

  it('are a third of the rows exactly at a third: no rounding decides', () => {
    expect(exceedsLimits(books(3_000_000_000, 1_000_000_001), plan(null, 100 / 3))).toBe(true);
    expect(exceedsLimits(books(400, 1), plan(null, 0.25))).toBe(false);
    expect(exceedsLimits(books(10_000, 57), plan(null, 0.57))).toBe(false);
    expect(exceedsLimits(books(10_000, 58), plan(null, 0.57))).toBe(true);
    expect(exceedsLimits(books(399, 1), plan(null, 0.25))).toBe(true);
  });

  it('are shares of the rows that the filter keeps: what it leaves out hides no rejected row', () => {
    expect(exceedsLimits({ ...books(1_000, 6), filtered: 990 }, plan(null, 50))).toBe(true);
    expect(exceededLimits({ ...books(1_000, 6), filtered: 990 }, plan(null, 50))[0]).toMatchObject({ count: 6, read: 10 });
    expect(exceedsLimits({ ...books(1_000, 5), filtered: 990 }, plan(null, 50))).toBe(false);
  });

  it('say no for fewer rejected rows whenever they say no for more', () => {
    fc.assert(fc.property(fc.nat(100), fc.nat(100), fc.option(fc.nat(100)), fc.option(fc.double({ min: 0, max: 100, noNaN: true })), (more, fewer, most, percent) => {
      const limits = plan(most, percent);
      if (!exceedsLimits(books(100, Math.max(more, fewer)), limits)) expect(exceedsLimits(books(100, Math.min(more, fewer)), limits)).toBe(false);
    }));
  });
});

describe('the books', () => {
  it('balance exactly when every row that was read ended in one outcome', () => {
    const counts = fc.record(Object.fromEntries(outcomes.map((outcome) => [outcome, fc.nat(1000)])) as Record<(typeof outcomes)[number], fc.Arbitrary<number>>);
    fc.assert(fc.property(counts, fc.integer({ min: -3, max: 3 }), (each, off) => {
      const read = Object.values(each).reduce((sum, count) => sum + count, off);
      expect(balances({ read, ...each })).toBe(off === 0);
    }));
  });
});

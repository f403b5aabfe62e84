import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../cli/follow-job.ts';
import { progressDisplay } from '../../cli/progress-display.ts';
import { RowRate, progressLine, progressText } from '../../cli/progress-line.ts';
import { jobStates } from '../../contracts/job-states.ts';

const progress: Progress = {
  jobId: 'j', state: 'staging', paused: false, stalled: false, waitsFor: null, question: null, reminded: 0, round: 1, planEpoch: 1, chunksPlanned: 4, chunksStaged: 2,
  rowsRead: 10_400, rowsTotal: 20_000, rowsRejected: 3, issueCount: 31, books: null, errorCode: null, startedAt: 0, updatedAt: 0,
};

describe('the progress line', () => {
  it('says bar, percent, rows, speed, time left, issues and state', () => {
    expect(progressLine(progress, 4_800, 120)).toBe(`[${'█'.repeat(12)}${'░'.repeat(12)}]   52 %  10,400 / 20,000 rows  4,800 rows/s  ETA 0:02  31 issues  staging`);
  });
  it('says what holds the job up', () => {
    expect(progressText({ ...progress, errorCode: 'DATABASE_FULL' }, null)).toContain('staging (tries again after DATABASE_FULL)');
    expect(progressText({ ...progress, state: 'failed', errorCode: 'DATABASE_ERROR' }, null)).not.toContain('tries again');
    expect(progressText({ ...progress, paused: true, stalled: true, waitsFor: 'k' }, null)).toBe('52 %  10,400 / 20,000 rows  31 issues  staging (paused) (waits for job k) (no worker answers)');
  });
  it('knows neither percent nor time left before the rows are counted', () => {
    expect(progressText({ ...progress, rowsTotal: null, issueCount: 1 }, 100)).toBe('10,400 rows  100 rows/s  1 issue  staging');
  });
  it('is never as wide as the terminal, whatever it says', () => {
    fc.assert(fc.property(fc.record({
      state: fc.constantFrom(...jobStates), rowsRead: fc.nat(1e12), rowsTotal: fc.option(fc.nat(1e12)), issueCount: fc.nat(), paused: fc.boolean(),
    }), fc.option(fc.double({ min: 0.001, max: 1e9, noNaN: true })), fc.integer({ min: 1, max: 200 }), (part, rate, columns) => {
      const line = progressLine({ ...progress, ...part }, rate, columns);
      expect([...line].length).toBeLessThan(columns);
      expect(line).not.toContain('\n');
    }));
  });
});

describe('the rate of rows', () => {
  it('is the rate of the last seconds', () => {
    const rate = new RowRate(5_000);
    expect(rate.rowsPerSecond()).toBeNull();
    for (let second = 0; second <= 20; second += 1) rate.note(second <= 10 ? second * 1_000 : 10_000 + (second - 10) * 10, second * 1_000);
    expect(rate.rowsPerSecond()).toBeCloseTo(10, 5);
  });
  it('starts anew when the rows are staged anew', () => {
    const rate = new RowRate();
    rate.note(1_000, 0);
    rate.note(2_000, 1_000);
    rate.note(0, 2_000);
    expect(rate.rowsPerSecond()).toBeNull();
    rate.note(500, 3_000);
    expect(rate.rowsPerSecond()).toBe(500);
  });
});

describe('the progress display', () => {
  const record = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, terminal: { isTTY, columns: 100, write: (text: string) => { written.push(text); } } };
  };
  it('draws over itself on a terminal and leaves a clean line', () => {
    const { written, terminal } = record(true);
    const display = progressDisplay(terminal);
    display.show(progress);
    display.end();
    expect(written.join('')).toMatch(/^\r\u001b\[2K[^\n]+\r\u001b\[2K$/);
  });
  it('writes plain lines elsewhere: when the state changes, else one a second', () => {
    const { written, terminal } = record(false);
    const display = progressDisplay(terminal);
    display.show(progress);
    display.show({ ...progress, rowsRead: 11_000 });
    display.show({ ...progress, state: 'committing' });
    display.end();
    expect(written).toHaveLength(2);
    expect(written.join('')).not.toContain('\u001b');
  });
  it('is silent for programs', () => {
    const { written, terminal } = record(true);
    const display = progressDisplay(terminal, { silent: true });
    display.show(progress);
    display.say('x');
    display.end();
    expect(written).toEqual([]);
  });
});

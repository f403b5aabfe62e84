/** Shows progress on standard error, so that standard output stays the result: redrawn in place on a terminal, else a line a second, else nothing. */
import type { Progress } from './follow-job.ts';
import { RowRate, progressLine, progressText } from './progress-line.ts';

export interface Terminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface ProgressDisplay {
  readonly show: (progress: Progress) => void;
  /** A sentence between the lines. */
  readonly say: (text: string) => void;
  readonly end: () => void;
}

const eraseLine = '\r\u001b[2K';
const plainEveryMs = 1_000;

export const silentDisplay: ProgressDisplay = { show: () => undefined, say: () => undefined, end: () => undefined };

const liveDisplay = (terminal: Terminal): ProgressDisplay => {
  const rate = new RowRate();
  let drawn = false;
  const erase = (): void => { if (drawn) terminal.write(eraseLine); drawn = false; };
  return {
    show: (progress) => {
      rate.note(progress.rowsRead, Date.now());
      terminal.write(eraseLine + progressLine(progress, rate.rowsPerSecond(), terminal.columns ?? 80));
      drawn = true;
    },
    say: (text) => { erase(); terminal.write(`${text}\n`); },
    end: erase,
  };
};

const plainDisplay = (terminal: Terminal): ProgressDisplay => {
  const rate = new RowRate();
  let lastMs = 0, lastState = '';
  return {
    show: (progress) => {
      const now = Date.now();
      rate.note(progress.rowsRead, now);
      const state = `${progress.state} ${progress.paused} ${progress.stalled} ${String(progress.waitsFor)}`;
      if (state === lastState && now - lastMs < plainEveryMs) return;
      lastMs = now;
      lastState = state;
      terminal.write(`${progressText(progress, rate.rowsPerSecond())}\n`);
    },
    say: (text) => { terminal.write(`${text}\n`); },
    end: () => undefined,
  };
};

export const progressDisplay = (terminal: Terminal, { silent = false } = {}): ProgressDisplay =>
  silent ? silentDisplay : terminal.isTTY === true ? liveDisplay(terminal) : plainDisplay(terminal);

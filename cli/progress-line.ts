/** One line that says how a job stands: bar, percent, rows, rows a second, time left, issues, state. Pure: time and width come from outside. */
import { isFinal } from '../contracts/job-states.ts';
import type { Progress } from './follow-job.ts';
import { clockTime, groupDigits, plural } from './human-numbers.ts';

/** Rows a second over the last seconds: an average since the start would hide that a job has slowed down. */
export class RowRate {
  readonly #marks: { readonly atMs: number; readonly rows: number }[] = [];
  constructor(private readonly windowMs = 5_000) {}

  /** A new plan epoch stages from the first row again. */
  note(rows: number, atMs: number): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && rows < last.rows) this.#marks.length = 0;
    this.#marks.push({ atMs, rows });
    while (this.#marks.length > 2 && atMs - (this.#marks[1]?.atMs ?? atMs) >= this.windowMs) this.#marks.shift();
  }

  /** Null as long as there is nothing to tell from. */
  rowsPerSecond(): number | null {
    const first = this.#marks[0], last = this.#marks.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs || last.rows <= first.rows) return null;
    return (last.rows - first.rows) * 1000 / (last.atMs - first.atMs);
  }
}

const stateWords: Readonly<Record<Progress['state'], string>> = {
  received: 'received', detecting: 'detecting the format', awaiting_mapping: 'waits for a mapping', planning: 'planning', staging: 'staging',
  reconciling: 'comparing with the dataset', awaiting_approval: 'waits for approval', committing: 'committing', closing: 'closing',
  completed: 'completed', completed_with_rejects: 'completed with rejected rows', stopped_by_limits: 'stopped by its limits', refused: 'refused',
  cancelled: 'cancelled', failed: 'failed', undone: 'undone',
};
export const stateText = (state: Progress['state']): string => stateWords[state];

const bar = (share: number, width: number): string => {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `[${'█'.repeat(full)}${'░'.repeat(width - full)}]`;
};

const flagsOf = (progress: Progress): string => [
  ...(progress.paused ? ['paused'] : []),
  ...(progress.waitsFor === null ? [] : [`waits for job ${progress.waitsFor}`]),
  ...(progress.errorCode === null || isFinal(progress.state) ? [] : [`tries again after ${progress.errorCode}`]),
  ...(progress.question !== null && progress.reminded > 0 ? ['reminded'] : []),
  ...(progress.stalled ? ['no worker answers'] : []),
].map((flag) => ` (${flag})`).join('');

const rowsPart = ({ rowsRead, rowsTotal }: Progress): string =>
  rowsTotal === null ? `${groupDigits(rowsRead)} rows` : `${groupDigits(rowsRead)} / ${groupDigits(rowsTotal)} rows`;

export const shareOf = ({ rowsRead, rowsTotal }: Progress): number | null =>
  rowsTotal === null || rowsTotal === 0 ? null : Math.min(1, rowsRead / rowsTotal);

const etaPart = (progress: Progress, rate: number | null): readonly string[] => {
  const left = (progress.rowsTotal ?? 0) - progress.rowsRead;
  return rate === null || left <= 0 || progress.rowsTotal === null ? [] : [`ETA ${clockTime(left / rate)}`];
};

const wordsOf = (progress: Progress, rate: number | null): readonly string[] => [
  rowsPart(progress),
  ...(rate === null ? [] : [`${groupDigits(rate)} rows/s`]),
  ...etaPart(progress, rate),
  plural(progress.issueCount, 'issue'),
  stateText(progress.state) + flagsOf(progress),
];

/** For a log: no bar. */
export const progressText = (progress: Progress, rate: number | null): string => {
  const share = shareOf(progress);
  return [...(share === null ? [] : [`${Math.floor(share * 100)} %`]), ...wordsOf(progress, rate)].join('  ');
};

const widestBar = 24;
const leastBar = 8;
/** Room for the longest usual words, so that the bar keeps its width while they change. */
const usualWords = 88;

/** Never wider than the terminal: the bar gives way first, then the line is cut, because a wrapped line cannot be drawn over. */
export const progressLine = (progress: Progress, rate: number | null, terminalColumns: number): string => {
  const share = shareOf(progress);
  const percent = share === null ? '' : `${String(Math.floor(share * 100)).padStart(3)} %  `;
  const words = percent + wordsOf(progress, rate).join('  ');
  const width = Math.min(widestBar, Math.max(leastBar, terminalColumns - usualWords));
  const fits = words.length + width + 4 < terminalColumns;
  const line = fits ? `${bar(share ?? 0, width)}  ${words}` : words;
  return [...line].slice(0, Math.max(0, terminalColumns - 1)).join('');
};

/** One picture of a job out of two witnesses: the workflow, which knows more, and the ledger, which knows first. Pure. */
import { isFinal } from '../../contracts/job-states.ts';
import type { JobProgress } from '../../contracts/progress.ts';

const counts = ['chunksStaged', 'rowsRead', 'rowsRejected', 'issueCount'] as const;

const sameEpoch = (a: JobProgress, b: JobProgress): boolean => a.round === b.round && a.planEpoch === b.planEpoch;
const isOlder = (a: JobProgress, b: JobProgress): boolean => a.round < b.round || (a.round === b.round && a.planEpoch < b.planEpoch);

const withLargerCounts = (base: JobProgress, other: JobProgress): JobProgress =>
  counts.reduce<JobProgress>((merged, name) => (other[name] > merged[name] ? { ...merged, [name]: other[name] } : merged), base);

/**
 * @param ledger what the database says; never null, and right about how a job ended
 * @param workflow the answer of the `progress` query; null when no worker answered
 */
export const mergeProgress = (ledger: JobProgress, workflow: JobProgress | null): JobProgress => {
  if (isFinal(ledger.state)) return { ...ledger, stalled: false };
  if (workflow === null) return { ...ledger, stalled: true };
  // What a person is asked stands in the database; the workflow only waits.
  const { question, reminded } = ledger;
  if (!sameEpoch(ledger, workflow)) return { ...(isOlder(workflow, ledger) ? ledger : workflow), question, reminded, stalled: false };
  // How it ended is announced by the database alone, which an onlooker asks for the books next.
  const state = isFinal(workflow.state) ? ledger.state : workflow.state;
  return withLargerCounts({
    ...workflow, state, question, reminded, stalled: false,
    paused: workflow.paused || ledger.paused,
    waitsFor: workflow.waitsFor ?? ledger.waitsFor,
    chunksPlanned: workflow.chunksPlanned ?? ledger.chunksPlanned,
    rowsTotal: workflow.rowsTotal ?? ledger.rowsTotal,
    books: workflow.books ?? ledger.books,
    errorCode: workflow.errorCode ?? ledger.errorCode,
    startedAt: workflow.startedAt ?? ledger.startedAt,
    updatedAt: Math.max(workflow.updatedAt, ledger.updatedAt),
  }, ledger);
};

/** Counts of one epoch never go backwards for an onlooker; how a job ended is told as it is. */
export const neverBackwards = (last: JobProgress | null, next: JobProgress): JobProgress =>
  (last === null || isFinal(next.state) || !sameEpoch(last, next) ? next : withLargerCounts(next, last));

/** Whether an onlooker would see a difference. */
export const showsChange = (last: JobProgress | null, next: JobProgress): boolean =>
  last === null || JSON.stringify({ ...last, updatedAt: 0 }) !== JSON.stringify({ ...next, updatedAt: 0 });

/**
 * What many handlers touch, in one small class: the state that onlookers see, the wishes of operators, and the scope that a cancellation
 * ends. `enter` is the only way to change the state.
 */
import { CancellationScope, CancelledFailure, condition, defineQuery, defineUpdate, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/workflow';
import type { Books } from '../contracts/books.ts';
import type { ErrorCode } from '../contracts/errors.ts';
import type { JobState } from '../contracts/job-states.ts';
import { isFinal } from '../contracts/job-states.ts';
import type { JobProgress } from '../contracts/progress.ts';
import { cancelJobUpdate, pauseJobUpdate, progressQuery, resumeJobUpdate } from '../contracts/workflow-messages.ts';
import type { OperatorWish } from '../contracts/workflow-messages.ts';
import type { JobWishes } from '../activities/read-job-wishes.ts';
import { pausedLookMs } from './activity-options.ts';

const pauseJob = defineUpdate<null, [OperatorWish]>(pauseJobUpdate);
const resumeJob = defineUpdate<null, [OperatorWish]>(resumeJobUpdate);
const cancelJob = defineUpdate<null, [OperatorWish]>(cancelJobUpdate);
const progress = defineQuery<JobProgress>(progressQuery);

export class ImportRun {
  readonly scope = new CancellationScope();
  private cancelWanted = false;
  private said = 0;
  private committing = false;

  constructor(readonly jobId: string, private view: JobProgress) {}

  static of({ jobId, resume }: { readonly jobId: string; readonly resume?: { readonly progress: JobProgress } }): ImportRun {
    const now = Date.now();
    return new ImportRun(jobId, resume?.progress ?? {
      jobId, state: 'received', paused: false, stalled: false, waitsFor: null, question: null, reminded: 0, round: 1, planEpoch: 1, chunksPlanned: null, chunksStaged: 0,
      rowsRead: 0, rowsTotal: null, rowsRejected: 0, issueCount: 0, books: null, errorCode: null, startedAt: now, updatedAt: now,
    });
  }

  /** A validator must be synchronous: the SDK does not await it (sdk-typescript#1542). */
  installHandlers(): void {
    const guard = { validator: (_wish: OperatorWish): void => { this.refuseAtEnd(); } };
    setHandler(progress, () => this.view);
    setHandler(pauseJob, (_wish: OperatorWish) => { this.say(true); return null; }, guard);
    setHandler(resumeJob, (_wish: OperatorWish) => { this.say(false); return null; }, guard);
    setHandler(cancelJob, (_wish: OperatorWish) => { this.cancel(); return null; }, guard);
  }

  get progress(): JobProgress { return this.view; }

  enter(state: JobState): void {
    if (state === this.view.state) return;
    this.note({ state });
    upsertSearchAttributes([{ key: { name: 'WaybillState', type: 'KEYWORD' }, value: state }]);
  }

  note(change: Partial<Omit<JobProgress, 'jobId' | 'updatedAt'>>): void {
    this.view = { ...this.view, ...change, updatedAt: Date.now() };
  }

  noteEnd(state: JobState, { books, errorCode }: { readonly books: Books | null; readonly errorCode: ErrorCode | null }): void {
    this.note({ books: books ?? this.view.books, errorCode, paused: false, waitsFor: null });
    this.enter(state);
  }

  /** From here on the job can no longer be cancelled: the dataset is being changed. */
  beginCommit(): void { this.committing = true; }

  /** The draft was stale: nothing was changed, and the job may be cancelled again. */
  endCommit(): void { this.committing = false; }

  /** Has a step read the wishes. What an operator says while it runs is newer than what it may have read before. */
  async heed<Result>(step: () => Promise<Result>, wishesOf: (result: Result) => JobWishes): Promise<Result> {
    const { said } = this;
    const result = await step();
    const wishes = wishesOf(result);
    if (said === this.said && wishes.pause !== this.view.paused) this.note({ paused: wishes.pause });
    if (wishes.cancel) this.cancel();
    return result;
  }

  /**
   * Returns when the job is not paused (any more), and throws when it is to end: a step that ran to its end although it was told to stop must
   * not be followed by the next. `look` asks the database now and then, since an Update may have been lost. Returns paused when it is `enough`:
   * a job may be paused for weeks, and each look makes its history longer.
   */
  async whenRunning(look: () => Promise<JobWishes>, enough: () => boolean): Promise<void> {
    for (let waitMs: number = pausedLookMs.first; this.view.paused && !this.cancelWanted && !enough(); waitMs = Math.min(waitMs * 2, pausedLookMs.longest))
      if (!await condition(() => !this.view.paused || this.cancelWanted, waitMs)) await this.heed(look, (wishes) => wishes);
    if (this.cancelWanted) throw new CancelledFailure('An operator cancelled the job.');
  }

  private say(paused: boolean): void {
    this.said += 1;
    this.note({ paused });
  }

  private cancel(): void {
    if (this.committing || this.cancelWanted) return;
    this.cancelWanted = true;
    this.scope.cancel();
  }

  private refuseAtEnd(): void {
    if (isFinal(this.view.state) || this.committing)
      throw ApplicationFailure.create({ message: 'The job can no longer be changed.', type: 'JOB_STATE', nonRetryable: true });
  }
}

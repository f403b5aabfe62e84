/**
 * What many handlers touch, in one small class: the state that onlookers see, the wishes of operators, and the scope that a cancellation
 * ends. `enter` is the only way to change the state.
 */
import { CancellationScope, condition, defineQuery, defineUpdate, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/workflow';
import type { Books } from '../contracts/books.ts';
import type { ErrorCode } from '../contracts/errors.ts';
import type { JobState } from '../contracts/job-states.ts';
import { isFinal } from '../contracts/job-states.ts';
import type { JobProgress } from '../contracts/progress.ts';
import { cancelJobUpdate, pauseJobUpdate, progressQuery, resumeJobUpdate } from '../contracts/workflow-messages.ts';
import type { ImportFileInput, OperatorWish } from '../contracts/workflow-messages.ts';
import type { JobWishes } from '../activities/read-job-wishes.ts';
import { pausedLook } from './activity-options.ts';

const pauseJob = defineUpdate<null, [OperatorWish]>(pauseJobUpdate);
const resumeJob = defineUpdate<null, [OperatorWish]>(resumeJobUpdate);
const cancelJob = defineUpdate<null, [OperatorWish]>(cancelJobUpdate);
const progress = defineQuery<JobProgress>(progressQuery);

export class ImportRun {
  readonly scope = new CancellationScope();
  private cancelWanted = false;
  private committing = false;

  constructor(readonly jobId: string, private view: JobProgress) {}

  static of({ jobId, resume }: ImportFileInput): ImportRun {
    const now = Date.now();
    return new ImportRun(jobId, resume?.progress ?? {
      jobId, state: 'received', paused: false, stalled: false, waitsFor: null, round: 1, planEpoch: 1, chunksPlanned: null, chunksStaged: 0,
      rowsRead: 0, rowsTotal: null, rowsRejected: 0, issueCount: 0, books: null, errorCode: null, startedAt: now, updatedAt: now,
    });
  }

  /** A validator must be synchronous: the SDK does not await it (sdk-typescript#1542). */
  installHandlers(): void {
    const guard = { validator: (_wish: OperatorWish): void => { this.refuseAtEnd(); } };
    setHandler(progress, () => this.view);
    setHandler(pauseJob, (_wish: OperatorWish) => { this.note({ paused: true }); return null; }, guard);
    setHandler(resumeJob, (_wish: OperatorWish) => { this.note({ paused: false }); return null; }, guard);
    setHandler(cancelJob, (_wish: OperatorWish) => { this.cancel(); return null; }, guard);
  }

  get progress(): JobProgress { return this.view; }
  get isCancelled(): boolean { return this.cancelWanted; }

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

  takeUp(wishes: JobWishes): void {
    if (wishes.pause !== this.view.paused) this.note({ paused: wishes.pause });
    if (wishes.cancel) this.cancel();
  }

  /** Returns when the job is not paused (any more). `look` asks the database, since an Update may have been lost. */
  async whenRunning(look: () => Promise<JobWishes>): Promise<void> {
    while (this.view.paused && !this.cancelWanted)
      if (!await condition(() => !this.view.paused || this.cancelWanted, pausedLook)) this.takeUp(await look());
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

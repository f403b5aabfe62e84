/**
 * Looks after imports and exports that nobody else would move: a row whose workflow was never started (the process died in between), a wish that no
 * worker heard, a workflow that was ended from outside and cannot close its job any more. Reads the open jobs every few seconds; what it
 * does is harmless twice, so several API processes may sweep at once.
 */
import { systemActor } from '../contracts/actor.ts';
import { WaybillError, type ErrorCode } from '../contracts/errors.ts';
import { answerUpdateId, updateId } from '../contracts/workflow-messages.ts';
import type { Job } from '../db/job.ts';
import { answerOf } from '../db/job-question.ts';
import { openJobs } from '../db/open-jobs.ts';
import type { ApiDeps } from './api-deps.ts';
import { runKindOf, type Verb } from './engine/import-engine.ts';
import { failJob, type FailJobDeps } from './jobs/fail-job.ts';

export interface SweeperTimes {
  readonly everyMs: number;
  /** A row younger than this is still in the hands of the request that made it. */
  readonly graceMs: number;
  /** A job without news for this long is asked for at the engine. */
  readonly quietMs: number;
}
const defaultTimes: SweeperTimes = { everyMs: 3_000, graceMs: 3_000, quietMs: 30_000 };

const wishOf = ({ cancelWanted, pauseWanted, wishNo }: Job): Verb | null => {
  if (cancelWanted) return 'cancel';
  if (wishNo === 0) return null;
  return pauseWanted ? 'pause' : 'resume';
};

export class JobSweeper {
  /** Wishes that need not be sent again, by update id. */
  private readonly settled = new Set<string>();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private closed = false;
  constructor(private readonly deps: FailJobDeps & Pick<ApiDeps, 'engine' | 'log'>, private readonly times: SweeperTimes = defaultTimes) {}

  start(): void {
    if (this.closed) return;
    this.running = this.sweep()
      .catch((error: unknown) => { this.deps.log.warn({ code: error instanceof WaybillError ? error.code : 'INTERNAL' }, 'a sweep failed; the next one tries again'); })
      .finally(() => {
        this.running = null;
        if (!this.closed) this.timer = setTimeout(() => { this.start(); }, this.times.everyMs);
      });
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.running;
  }

  async sweep(now: number = Date.now()): Promise<void> {
    const jobs = await openJobs(this.deps.pool);
    const open = new Set(jobs.map((job) => job.jobId));
    for (const id of this.settled) if (!open.has(id.split('/')[1] ?? '')) this.settled.delete(id);
    for (const job of jobs) {
      if (this.closed) return;
      await this.lookAfter(job, now);
    }
  }

  private async lookAfter(job: Job, now: number): Promise<void> {
    const waitsForStart = job.state === 'received' && job.startedAt === null;
    if (waitsForStart && now - job.createdAt.getTime() >= this.times.graceMs && !await this.startWorkflow(job)) return;
    await this.repeatWish(job);
    await this.repeatAnswer(job);
    if (now - job.updatedAt.getTime() >= this.times.quietMs) await this.failWhenLost(job);
  }

  /** False when the job was failed, or the engine is away. */
  private async startWorkflow(job: Job): Promise<boolean> {
    try {
      if (job.dataset === null) throw new WaybillError('DATASET_UNKNOWN', 'The job has no dataset.');
      const started = { jobId: job.jobId, dataset: job.dataset, org: job.org };
      await (job.kind === 'export' ? this.deps.engine.startExport(started) : this.deps.engine.startImport(started));
      return true;
    } catch (error) {
      if (error instanceof WaybillError && !error.retryable) await this.fail(job, error.code);
      return false;
    }
  }

  private async repeatWish(job: Job): Promise<void> {
    const verb = wishOf(job);
    if (verb === null) return;
    const id = updateId(verb, job.jobId, job.wishNo);
    if (this.settled.has(id)) return;
    // The audit has who wished; the repetition is the system's.
    const answer = await this.deps.engine.sendWish({ jobId: job.jobId, kind: runKindOf(job.kind), verb, wishNo: job.wishNo, actor: systemActor.id });
    if (answer !== 'no_worker') this.settled.add(id);
  }

  /** An answer that was given while no worker ran, to a job that waits for it. */
  private async repeatAnswer(job: Job): Promise<void> {
    const answer = job.state === 'awaiting_mapping' ? answerOf(job) : null;
    if (answer === null || this.settled.has(answerUpdateId(job.jobId, answer.questionNo))) return;
    const heard = await this.deps.engine.sendAnswer({ jobId: job.jobId, questionNo: answer.questionNo, actor: systemActor.id });
    if (heard !== 'no_worker') this.settled.add(answerUpdateId(job.jobId, answer.questionNo));
  }

  /** Terminated in the engine's UI, or an engine that lost its data: nobody is left who could close the job. */
  private async failWhenLost(job: Job): Promise<void> {
    if (await this.deps.engine.workflowState(job.jobId, runKindOf(job.kind)) !== 'over') return;
    await this.fail(job, 'WORKFLOW_LOST');
  }

  private async fail(job: Job, code: ErrorCode): Promise<void> {
    await failJob(this.deps, job, code);
    this.deps.log.error({ jobId: job.jobId, code }, 'a job that cannot go on was failed');
  }
}

/**
 * The real engine with the real workflow and faked activities. Fakes pass the real border (activities/as-activity.ts), so what they throw is
 * retried or not as in production. Each job has its script; one pair of workers serves all jobs of a test file.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { asActivity, type TroubleNotes } from '../../activities/as-activity.ts';
import type { AskMappingResult } from '../../activities/ask-mapping.ts';
import type { CloseJobInput, CloseJobResult } from '../../activities/close-job.ts';
import type { CommitJobInput, CommitJobResult } from '../../activities/commit-job.ts';
import type { DetectSourceResult } from '../../activities/detect-source.ts';
import type { EndJobInput, EndJobResult } from '../../activities/end-job.ts';
import type { JudgeColumnsInput, JudgeColumnsResult } from '../../activities/judge-columns.ts';
import type { PlanImportInput, PlanImportResult } from '../../activities/plan-import.ts';
import type { JobWishes } from '../../activities/read-job-wishes.ts';
import type { ReconcileJobInput, ReconcileJobResult } from '../../activities/reconcile-job.ts';
import type { StageChunkInput, StageChunkResult } from '../../activities/stage-chunk.ts';
import type { ExpireQuestionInput, ExpireQuestionResult, ReadQuestionResult, RemindOperatorInput, RemindOperatorResult } from '../../activities/wait-for-answer.ts';
import { emptyBooks, type Books } from '../../contracts/books.ts';
import { controlTaskQueue, importWorkflowId, transferTaskQueue } from '../../contracts/ids.ts';
import type { JobProgress } from '../../contracts/progress.ts';
import type { QuestionWait } from '../../contracts/job-question.ts';
import {
  answerUpdateId, cancelJobUpdate, confirmMappingUpdate, importWorkflowType, pauseJobUpdate, progressQuery, resumeJobUpdate, type AnswerMessage, type OperatorWish,
} from '../../contracts/workflow-messages.ts';
import { obtainEngine } from '../../temporal-config/obtain-engine.ts';
import { searchAttributes } from '../../temporal-config/search-attributes.ts';
import type { ImportFileResult } from '../../workflows/import-file.ts';
import { buildBundles } from './build-bundles.ts';
import { recordHistory } from './record-history.ts';

/** What a job's activities do; whatever is left out goes well: three chunks of ten rows each, all of them created. */
export interface JobScript {
  detectSource?: () => Promise<DetectSourceResult | void> | DetectSourceResult | void;
  askMapping?: () => Promise<AskMappingResult> | AskMappingResult;
  remindOperator?: (input: RemindOperatorInput) => Promise<RemindOperatorResult> | RemindOperatorResult;
  expireQuestion?: (input: ExpireQuestionInput) => Promise<ExpireQuestionResult> | ExpireQuestionResult;
  readQuestion?: () => ReadQuestionResult;
  planImport?: (input: PlanImportInput) => Promise<PlanImportResult> | PlanImportResult;
  stageChunk?: (input: StageChunkInput, signal: AbortSignal) => Promise<StageChunkResult> | StageChunkResult;
  judgeColumns?: (input: JudgeColumnsInput) => Promise<JudgeColumnsResult> | JudgeColumnsResult;
  reconcileJob?: (input: ReconcileJobInput, signal: AbortSignal) => Promise<ReconcileJobResult> | ReconcileJobResult;
  commitJob?: (input: CommitJobInput) => Promise<CommitJobResult> | CommitJobResult;
  closeJob?: (input: CloseJobInput) => Promise<CloseJobResult> | CloseJobResult;
  endJob?: (input: EndJobInput) => Promise<EndJobResult> | EndJobResult;
  /** What stands in the database. */
  wishes?: () => JobWishes;
}

export const noWishes: JobWishes = { pause: false, cancel: false };
export const booksOf = (rows: number, more: Partial<Books> = {}): Books => ({ ...emptyBooks, read: rows, created: rows, ...more });
export const planned = (chunkCount: number, more: Partial<PlanImportResult> = {}): PlanImportResult =>
  ({ chunkCount, rowsTotal: chunkCount * 10, round: 1, planEpoch: 1, stopAtFirstReject: false, ...more });
export const staged = (rowsQuarantined = 0, wishes = noWishes): StageChunkResult =>
  ({ kind: 'staged', wishes, totals: { rowsRead: 10, rowsStaged: 10 - rowsQuarantined, rowsQuarantined, rowsUnreadable: 0, rowsFiltered: 0, issueCount: rowsQuarantined, rowsUndecided: 0 } });
export const drafted = (books: Books, more: { readonly exceeded?: boolean; readonly dryRun?: boolean } = {}): ReconcileJobResult =>
  ({ kind: 'drafted', books, limits: { maxErrors: null, maxErrorPercent: null }, exceeded: false, dryRun: false, ...more });

/** A question of a moment ago. */
export const asks = (more: Partial<QuestionWait> = {}): AskMappingResult =>
  ({ question: { no: 1, since: Date.now(), remindEveryMs: 3_600_000, reminders: 3, expiresAt: Date.now() + 86_400_000, ...more } });

/** A door that a fake waits at until the test opens it. */
export class Door {
  private readonly opened: Promise<void>;
  open: () => void = () => undefined;
  constructor() { this.opened = new Promise((resolve) => { this.open = resolve; }); }
  async pass<Result>(result: Result): Promise<Result> { await this.opened; return result; }
}

interface Job { readonly script: JobScript; readonly calls: string[]; readonly ended: EndJobInput[]; readonly troubles: string[] }

export class RunningJob {
  /** `latest`: the newest run, which after continue-as-new is another one than the first. */
  constructor(readonly jobId: string, readonly handle: WorkflowHandleWithFirstExecutionRunId, private readonly latest: WorkflowHandle, private readonly job: Job) {}

  /** `name` or `name:chunk` of every attempt, in order. */
  get calls(): readonly string[] { return this.job.calls; }
  /** What endJob was told. */
  get ended(): readonly EndJobInput[] { return this.job.ended; }
  /** Codes of what kept the job waiting, and `over`. */
  get troubles(): readonly string[] { return this.job.troubles; }
  count(call: string): number { return this.job.calls.filter((name) => name === call || name.startsWith(`${call}:`)).length; }
  result(): Promise<ImportFileResult> { return this.handle.result() as Promise<ImportFileResult>; }
  progress(): Promise<JobProgress> { return this.latest.query<JobProgress>(progressQuery); }
  async tell(verb: 'pause' | 'resume' | 'cancel'): Promise<void> {
    const name = { pause: pauseJobUpdate, resume: resumeJobUpdate, cancel: cancelJobUpdate }[verb];
    await this.latest.executeUpdate<null, [OperatorWish]>(name, { args: [{ actor: 'tester' }] });
  }
  /** As the API says it: by a fixed id, so that saying it twice is saying it once. */
  async confirm(questionNo = 1): Promise<void> {
    await this.latest.executeUpdate<null, [AnswerMessage]>(confirmMappingUpdate, { args: [{ actor: 'tester', questionNo }], updateId: answerUpdateId(this.jobId, questionNo) });
  }
  async until(is: (job: this) => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
    for (const end = Date.now() + withinMs; !await is(this); await sleep(30)) if (Date.now() > end) throw new TypeError(`waited in vain; calls: ${this.calls.join(' ')}`);
  }
  untilState(state: JobProgress['state'], withinMs?: number): Promise<void> { return this.until(async () => (await this.progress()).state === state, withinMs); }
  /** Keeps the history for test/workflow/replay.test.ts, when asked to. */
  record(cause: string): Promise<void> { return recordHistory(this.latest, cause); }
}

const workflowsPath = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

export interface WorkflowBenchOptions {
  /** Instead of the product's own bundle. */
  readonly bundle?: string;
  readonly dynamicConfig?: Readonly<Record<string, string>>;
}

export class WorkflowBench {
  private readonly jobs = new Map<string, Job>();
  private workers: readonly { readonly worker: Worker; readonly run: Promise<void> }[] = [];
  private constructor(readonly engine: TestWorkflowEnvironment, private readonly bundle: string) {}

  static async open({ bundle, dynamicConfig = {} }: WorkflowBenchOptions = {}): Promise<WorkflowBench> {
    Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
    await buildBundles();
    const engine = await TestWorkflowEnvironment.createLocal({
      client: { identity: 'test' },
      server: {
        executable: { type: 'existing-path', path: await obtainEngine(() => undefined) },
        searchAttributes: searchAttributes.map((name) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD)),
        extraArgs: [
          ...Object.entries({ 'matching.numTaskqueueReadPartitions': '1', 'matching.numTaskqueueWritePartitions': '1', ...dynamicConfig }).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]),
        ],
        log: { format: 'pretty', level: 'error' },
      },
    });
    const bench = new WorkflowBench(engine, bundle ?? await readFile(workflowsPath, 'utf8'));
    await bench.startWorkers();
    return bench;
  }

  async close(): Promise<void> {
    await this.stopWorkers();
    await this.engine.teardown();
  }

  async startWorkers(bundle = this.bundle): Promise<void> {
    const shared = { connection: this.engine.nativeConnection, identity: 'test', maxHeartbeatThrottleInterval: '1 second' } as const;
    const { stageChunk, ...control } = this.activities();
    const workers = await Promise.all([
      Worker.create({ ...shared, taskQueue: controlTaskQueue, workflowBundle: { code: bundle }, activities: control }),
      Worker.create({ ...shared, taskQueue: transferTaskQueue, activities: { stageChunk } }),
    ]);
    this.workers = workers.map((worker) => ({ worker, run: worker.run() }));
  }

  async stopWorkers(): Promise<void> {
    for (const { worker, run } of this.workers) { if (worker.getState() === 'RUNNING') worker.shutdown(); await run; }
    this.workers = [];
  }

  async start(script: JobScript = {}): Promise<RunningJob> {
    const jobId = randomUUID();
    const job: Job = { script, calls: [], ended: [], troubles: [] };
    this.jobs.set(jobId, job);
    const handle = await this.engine.client.workflow.start(importWorkflowType, {
      workflowId: importWorkflowId(jobId), taskQueue: controlTaskQueue, args: [{ jobId }],
      typedSearchAttributes: new TypedSearchAttributes([{ key: defineSearchAttributeKey('WaybillKind', SearchAttributeType.KEYWORD), value: 'import' }]),
    });
    return new RunningJob(jobId, handle, this.engine.client.workflow.getHandle(handle.workflowId), job);
  }

  private activities() {
    const trouble: TroubleNotes = {
      note: async (jobId, { code }) => { this.jobs.get(jobId)?.troubles.push(code); },
      forget: async (jobId) => { this.jobs.get(jobId)?.troubles.push('over'); },
    };
    const of = <Input extends { readonly jobId: string }, Result>(name: string, run: (script: JobScript, input: Input, signal: AbortSignal) => Promise<Result> | Result) =>
      asActivity(async (input: Input, signal: AbortSignal): Promise<Result> => {
        const job = this.jobs.get(input.jobId) ?? { script: {}, calls: [], ended: [], troubles: [] };
        const { chunkNo } = input as { chunkNo?: number };
        job.calls.push(chunkNo === undefined ? name : `${name}:${chunkNo}`);
        return run(job.script, input, signal);
      }, trouble);
    return {
      detectSource: of<{ jobId: string }, DetectSourceResult | void>('detectSource', (script) => script.detectSource?.() ?? { mayAsk: script.askMapping !== undefined }),
      askMapping: of<{ jobId: string }, AskMappingResult>('askMapping', (script) => script.askMapping?.() ?? { question: null }),
      remindOperator: of<RemindOperatorInput, RemindOperatorResult>('remindOperator', (script, input) => script.remindOperator?.(input) ?? { reminded: true }),
      expireQuestion: of<ExpireQuestionInput, ExpireQuestionResult>('expireQuestion', (script, input) => script.expireQuestion?.(input) ?? { answered: false }),
      readQuestion: of<{ jobId: string }, ReadQuestionResult>('readQuestion', (script) => script.readQuestion?.() ?? { question: null }),
      planImport: of<PlanImportInput, PlanImportResult>('planImport', (script, input) => script.planImport?.(input) ?? planned(3)),
      stageChunk: of<StageChunkInput, StageChunkResult>('stageChunk', (script, input, signal) => script.stageChunk?.(input, signal) ?? staged()),
      judgeColumns: of<JudgeColumnsInput, JudgeColumnsResult>('judgeColumns', (script, input) => script.judgeColumns?.(input) ?? { planEpoch: input.planEpoch, restage: false }),
      reconcileJob: of<ReconcileJobInput, ReconcileJobResult>('reconcileJob', (script, input, signal) => script.reconcileJob?.(input, signal) ?? drafted(booksOf(30))),
      commitJob: of<CommitJobInput, CommitJobResult>('commitJob', (script, input) => script.commitJob?.(input) ?? { kind: 'committed', books: booksOf(30) }),
      closeJob: of<CloseJobInput, CloseJobResult>('closeJob', (script, input) => script.closeJob?.(input) ?? { state: input.books.quarantined > 0 ? 'completed_with_rejects' : 'completed' }),
      endJob: of<EndJobInput, EndJobResult>('endJob', (script, input) => { this.jobs.get(input.jobId)?.ended.push(input); return script.endJob?.(input) ?? { state: input.state }; }),
      readJobWishes: of<{ jobId: string }, JobWishes>('readJobWishes', (script) => script.wishes?.() ?? noWishes),
    };
  }
}

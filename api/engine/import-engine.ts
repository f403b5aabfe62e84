/**
 * What the API asks of the engine, each with a bounded wait. Promises: starting twice starts once; nothing but ids goes over; a silent
 * engine or worker is an answer (`no_worker`, ENGINE_UNAVAILABLE), never a hang.
 */
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { WaybillError } from '../../contracts/errors.ts';
import { controlTaskQueue, exportWorkflowId, importWorkflowId, type JobId } from '../../contracts/ids.ts';
import type { JobProgress } from '../../contracts/progress.ts';
import {
  answerUpdateId, cancelJobUpdate, confirmMappingUpdate, exportWorkflowType, importWorkflowType, pauseJobUpdate, progressQuery, resumeJobUpdate, updateId,
  type AnswerMessage, type OperatorWish,
} from '../../contracts/workflow-messages.ts';
import type { JobKind } from '../../db/job.ts';
import { jobSearchAttributes } from './search-attributes.ts';

export type Verb = 'pause' | 'resume' | 'cancel';
/** Kinds of jobs that have a workflow today. */
export type RunKind = 'import' | 'export';
export interface StartableJob { readonly jobId: JobId; readonly dataset: string; readonly org: string }
export interface AnsweredJob { readonly jobId: JobId; readonly questionNo: number; readonly actor: string }
export interface WishMessage { readonly jobId: JobId; readonly kind?: RunKind; readonly verb: Verb; readonly wishNo: number; readonly actor: string }
/** `heard`: the workflow accepted it. `refused`: it is over, or said no. `no_worker`: nobody answered in time; the wish holds all the same. */
export type WishAnswer = 'heard' | 'refused' | 'no_worker';

export interface ImportEngine {
  startImport(job: StartableJob): Promise<void>;
  startExport(job: StartableJob): Promise<void>;
  sendWish(wish: WishMessage): Promise<WishAnswer>;
  /** Says that the answer to the job's question stands in the database. */
  sendAnswer(answered: AnsweredJob): Promise<WishAnswer>;
  /** `over`: it has ended, or there is none. `unknown`: the engine did not answer. */
  workflowState(jobId: JobId, kind?: RunKind): Promise<'running' | 'over' | 'unknown'>;
  /** Null: no worker answered in time. */
  readProgress(jobId: JobId, kind?: RunKind): Promise<JobProgress | null>;
  isUp(): Promise<boolean>;
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly address: string;
  readonly namespace: string;
  readonly wishTimeoutMs?: number;
  readonly queryTimeoutMs?: number;
  readonly startTimeoutMs?: number;
}

const workflows: Readonly<Record<RunKind, { readonly type: string; readonly idOf: (jobId: JobId) => string }>> = {
  import: { type: importWorkflowType, idOf: importWorkflowId }, export: { type: exportWorkflowType, idOf: exportWorkflowId },
};
/** Jobs of the other kinds do not exist yet. */
export const runKindOf = (kind: JobKind): RunKind => kind === 'export' ? 'export' : 'import';
export const workflowIdOf = (kind: JobKind, jobId: JobId): string => workflows[runKindOf(kind)].idOf(jobId);

const updateNames: Readonly<Record<Verb, string>> = { pause: pauseJobUpdate, resume: resumeJobUpdate, cancel: cancelJobUpdate };

/** https://grpc.io/docs/guides/status-codes/ */
const invalidArgument = 3;
const grpcCodeOf = (error: unknown): unknown => {
  const cause = error instanceof Error ? error.cause ?? error : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null;
};

const unavailable = (): WaybillError => new WaybillError('ENGINE_UNAVAILABLE', 'The workflow engine does not answer.');

export class TemporalImportEngine implements ImportEngine {
  private readonly connection: Connection;
  private readonly client: Client;
  private readonly options: Required<EngineOptions>;
  constructor(options: EngineOptions) {
    this.options = { wishTimeoutMs: 2_000, queryTimeoutMs: 1_500, startTimeoutMs: 5_000, ...options };
    // Without the SDK's retries: every wait here is bounded and asked again by whoever needs it, and a retry that is due after `close` would
    // throw where nobody can catch it ("Channel has been shut down").
    this.connection = Connection.lazy({ address: options.address, connectTimeout: 2_000, interceptors: [] });
    this.client = new Client({ connection: this.connection, namespace: options.namespace });
  }

  startImport(job: StartableJob): Promise<void> { return this.start('import', job); }
  startExport(job: StartableJob): Promise<void> { return this.start('export', job); }

  private async start(kind: RunKind, job: StartableJob): Promise<void> {
    const { type, idOf } = workflows[kind];
    const input = { jobId: job.jobId };
    try {
      await this.within(this.options.startTimeoutMs, () => this.client.workflow.start(type, {
        workflowId: idOf(job.jobId), taskQueue: controlTaskQueue, args: [input],
        workflowIdReusePolicy: 'REJECT_DUPLICATE', workflowIdConflictPolicy: 'USE_EXISTING',
        typedSearchAttributes: jobSearchAttributes({ ...job, kind }),
      }));
    } catch (error) {
      // It ran and is over: that is as started as can be.
      if (error instanceof Error && error.name === 'WorkflowExecutionAlreadyStartedError') return;
      if (grpcCodeOf(error) === invalidArgument) throw new WaybillError('ENGINE_REFUSED', `The workflow engine refuses to start the ${kind}.`);
      throw unavailable();
    }
  }

  async workflowState(jobId: JobId, kind: RunKind = 'import'): Promise<'running' | 'over' | 'unknown'> {
    try {
      const { status } = await this.within(this.options.queryTimeoutMs, () => this.handle(jobId, kind).describe());
      return ['RUNNING', 'PAUSED', 'CONTINUED_AS_NEW'].includes(status.name) ? 'running' : 'over';
    } catch (error) {
      return error instanceof WorkflowNotFoundError ? 'over' : 'unknown';
    }
  }

  async sendWish({ jobId, kind = 'import', verb, wishNo, actor }: WishMessage): Promise<WishAnswer> {
    const wish: OperatorWish = { actor };
    return this.update(this.handle(jobId, kind), { name: updateNames[verb], id: updateId(verb, jobId, wishNo), message: wish });
  }

  async sendAnswer({ jobId, questionNo, actor }: AnsweredJob): Promise<WishAnswer> {
    const message: AnswerMessage = { actor, questionNo };
    return this.update(this.handle(jobId, 'import'), { name: confirmMappingUpdate, id: answerUpdateId(jobId, questionNo), message });
  }

  private async update(handle: WorkflowHandle, { name, id, message }: { readonly name: string; readonly id: string; readonly message: OperatorWish }): Promise<WishAnswer> {
    // Not startUpdate: that returns a handle when the validator refuses, too. The handlers answer in the task that accepts them.
    try {
      await this.within(this.options.wishTimeoutMs, () => handle.executeUpdate(name, { args: [message], updateId: id }));
      return 'heard';
    } catch (error) {
      return error instanceof WorkflowNotFoundError || (error instanceof Error && error.name === 'WorkflowUpdateFailedError') ? 'refused' : 'no_worker';
    }
  }

  async readProgress(jobId: JobId, kind: RunKind = 'import'): Promise<JobProgress | null> {
    try {
      return await this.within(this.options.queryTimeoutMs, () => this.handle(jobId, kind).query<JobProgress>(progressQuery));
    } catch {
      return null;
    }
  }

  async isUp(): Promise<boolean> {
    try {
      await this.within(1_000, () => this.connection.workflowService.getSystemInfo({}));
      return true;
    } catch {
      return false;
    }
  }

  close(): Promise<void> { return this.connection.close(); }

  private handle(jobId: JobId, kind: RunKind): WorkflowHandle { return this.client.workflow.getHandle(workflows[kind].idOf(jobId)); }

  /** A deadline for the server and a clock of our own: a lazy connection waits for the network before a deadline counts. */
  private async within<Result>(ms: number, ask: () => Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => { timer = setTimeout(() => { reject(unavailable()); }, ms + 100); });
    try {
      return await Promise.race([this.connection.withDeadline(Date.now() + ms, ask), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

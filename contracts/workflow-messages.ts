/** Names and shapes of what is said to a running workflow; workflow type and message names are permanent. JSON shapes, references only. */
import type { QuestionWait } from './job-question.ts';
import type { JobProgress } from './progress.ts';

export const importWorkflowType = 'importFile';

export interface ImportFileInput {
  readonly jobId: string;
  /** Set by continue-as-new: where the previous run stood. */
  readonly resume?: ImportCursor;
  /** Set by continue-as-new while it waits for a person. */
  readonly waiting?: WaitingCursor;
}

export interface WaitingCursor {
  readonly question: QuestionWait;
  readonly reminded: number;
  readonly progress: JobProgress;
}

export const exportWorkflowType = 'exportDataset';

export interface ExportDatasetInput {
  readonly jobId: string;
  /** Set by continue-as-new. */
  readonly resume?: ExportCursor;
}

export interface ExportCursor {
  readonly planEpoch: number;
  readonly partCount: number;
  readonly nextPartNo: number;
  readonly postponed: readonly number[];
  readonly progress: JobProgress;
}

/** What one run of the workflow hands to the next: JSON only, no Map, no Set (models 4.6). */
export interface ImportCursor {
  readonly round: number;
  readonly planEpoch: number;
  readonly chunkCount: number;
  readonly nextChunkNo: number;
  /** Chunks before it that were given out and not staged. */
  readonly postponed: readonly number[];
  readonly stopAtFirstReject: boolean;
  readonly progress: JobProgress;
}

/** Updates: validated and acknowledged. The wish stands in the database before the Update is sent, so it holds without a worker. */
export const pauseJobUpdate = 'pauseJob';
export const resumeJobUpdate = 'resumeJob';
export const cancelJobUpdate = 'cancelJob';
/** Says that the answer to a question stands in the database. */
export const confirmMappingUpdate = 'confirmMapping';
export const progressQuery = 'progress';

export interface OperatorWish {
  /** Id of the actor, never a free text: reasons typed by people stay in the database. */
  readonly actor: string;
}

export interface AnswerMessage extends OperatorWish { readonly questionNo: number }

export const answerUpdateId = (jobId: string, questionNo: number): string => `confirm/${jobId}/${questionNo}`;

/** A fixed id an update and job, so that saying it twice is saying it once. `wishNo` counts the pauses and resumes of a job. */
export const updateId = (verb: 'pause' | 'resume' | 'cancel', jobId: string, wishNo: number): string => `${verb}/${jobId}/${wishNo}`;

/** The one place where activities and what they work with meet. Workflows import the type {@link Activities} and nothing else of this. */
import type { ActivityDeps } from './activity-deps.ts';
import { forgetTrouble, noteTrouble } from '../db/note-trouble.ts';
import { asActivity } from './as-activity.ts';
import type { TroubleNotes } from './as-activity.ts';
import { createAskMapping } from './ask-mapping.ts';
import { createCloseExport } from './close-export.ts';
import { createCloseJob } from './close-job.ts';
import { createCommitJob } from './commit-job.ts';
import { createDetectSource } from './detect-source.ts';
import { createEndExport } from './end-export.ts';
import { createEndJob } from './end-job.ts';
import { createFreezeExport } from './freeze-export.ts';
import { createJudgeColumns } from './judge-columns.ts';
import { createPlanImport } from './plan-import.ts';
import { createReadJobWishes } from './read-job-wishes.ts';
import { createReconcileJob } from './reconcile-job.ts';
import { createStageChunk } from './stage-chunk.ts';
import { createExpireQuestion, createReadQuestion, createRemindOperator } from './wait-for-answer.ts';
import { createWriteExportPart } from './write-export-part.ts';

const troubleNotes = ({ pool }: ActivityDeps): TroubleNotes => ({
  note: (jobId, trouble) => noteTrouble(pool, jobId, trouble),
  forget: (jobId) => forgetTrouble(pool, jobId),
});

/** Small steps and the database's long ones; queue `waybill-control`. */
export const createControlActivities = (deps: ActivityDeps) => ({
  detectSource: asActivity(createDetectSource(deps), troubleNotes(deps)),
  askMapping: asActivity(createAskMapping(deps), troubleNotes(deps)),
  remindOperator: asActivity(createRemindOperator(deps), troubleNotes(deps)),
  expireQuestion: asActivity(createExpireQuestion(deps), troubleNotes(deps)),
  readQuestion: asActivity(createReadQuestion(deps), troubleNotes(deps)),
  planImport: asActivity(createPlanImport(deps), troubleNotes(deps)),
  judgeColumns: asActivity(createJudgeColumns(deps), troubleNotes(deps)),
  reconcileJob: asActivity(createReconcileJob(deps), troubleNotes(deps)),
  commitJob: asActivity(createCommitJob(deps), troubleNotes(deps)),
  closeJob: asActivity(createCloseJob(deps), troubleNotes(deps), { givesUp: false }),
  endJob: asActivity(createEndJob(deps), troubleNotes(deps)),
  freezeExport: asActivity(createFreezeExport(deps), troubleNotes(deps)),
  closeExport: asActivity(createCloseExport(deps), troubleNotes(deps)),
  endExport: asActivity(createEndExport(deps), troubleNotes(deps)),
  readJobWishes: asActivity(createReadJobWishes(deps), troubleNotes(deps)),
});

/** The heavy lifting, shared by all workers; queue `waybill-transfer`. */
export const createTransferActivities = (deps: ActivityDeps) => ({
  stageChunk: asActivity(createStageChunk(deps), troubleNotes(deps)),
  writeExportPart: asActivity(createWriteExportPart(deps), troubleNotes(deps)),
});

export type ControlActivities = ReturnType<typeof createControlActivities>;
export type TransferActivities = ReturnType<typeof createTransferActivities>;

/** The one place where activities and what they work with meet. Workflows import the type {@link Activities} and nothing else of this. */
import type { ActivityDeps } from './activity-deps.ts';
import { asActivity } from './as-activity.ts';
import { createCloseJob } from './close-job.ts';
import { createCommitJob } from './commit-job.ts';
import { createDetectSource } from './detect-source.ts';
import { createEndJob } from './end-job.ts';
import { createJudgeColumns } from './judge-columns.ts';
import { createPlanImport } from './plan-import.ts';
import { createReadJobWishes } from './read-job-wishes.ts';
import { createReconcileJob } from './reconcile-job.ts';
import { createStageChunk } from './stage-chunk.ts';

/** Small steps and the database's long ones; queue `waybill-control`. */
export const createControlActivities = (deps: ActivityDeps) => ({
  detectSource: asActivity(createDetectSource(deps)),
  planImport: asActivity(createPlanImport(deps)),
  judgeColumns: asActivity(createJudgeColumns(deps)),
  reconcileJob: asActivity(createReconcileJob(deps)),
  commitJob: asActivity(createCommitJob(deps)),
  closeJob: asActivity(createCloseJob(deps)),
  endJob: asActivity(createEndJob(deps)),
  readJobWishes: asActivity(createReadJobWishes(deps)),
});

/** The heavy lifting, shared by all workers; queue `waybill-transfer`. */
export const createTransferActivities = (deps: ActivityDeps) => ({
  stageChunk: asActivity(createStageChunk(deps)),
});

export type ControlActivities = ReturnType<typeof createControlActivities>;
export type TransferActivities = ReturnType<typeof createTransferActivities>;

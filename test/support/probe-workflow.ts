/** A stand-in for the import's workflow, to test what the API says to a workflow: it counts what it is told and ends when cancelled. */
import { condition, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { JobProgress } from '../../contracts/progress.ts';
import { cancelJobUpdate, pauseJobUpdate, progressQuery, resumeJobUpdate, type ImportFileInput, type OperatorWish } from '../../contracts/workflow-messages.ts';

export async function importFile({ jobId }: ImportFileInput): Promise<void> {
  let progress: JobProgress = {
    jobId, state: 'staging', paused: false, stalled: false, waitsFor: null, question: null, reminded: 0, round: 1, planEpoch: 1, chunksPlanned: 4, chunksStaged: 0,
    rowsRead: 0, rowsTotal: 400, rowsRejected: 0, issueCount: 0, books: null, errorCode: null, startedAt: 1, updatedAt: 1,
  };
  let over = false;
  const told: string[] = [];
  setHandler(defineQuery<JobProgress>(progressQuery), () => progress);
  setHandler(defineQuery<readonly string[]>('told'), () => told);
  setHandler(defineSignal<[Partial<JobProgress>]>('set'), (change) => { progress = { ...progress, ...change }; });
  setHandler(defineUpdate<void, [OperatorWish]>(pauseJobUpdate), ({ actor }) => { told.push(`pause by ${actor}`); progress = { ...progress, paused: true }; });
  setHandler(defineUpdate<void, [OperatorWish]>(resumeJobUpdate), ({ actor }) => { told.push(`resume by ${actor}`); progress = { ...progress, paused: false }; });
  setHandler(defineUpdate<void, [OperatorWish]>(cancelJobUpdate), ({ actor }) => { told.push(`cancel by ${actor}`); over = true; });
  await condition(() => over);
}

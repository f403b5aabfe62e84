import { proxyActivities } from '@temporalio/workflow';
import type { TransferActivities } from '../activities/create-activities.ts';
import type { JobWishes } from '../activities/read-job-wishes.ts';
import { activityOptions } from './activity-options.ts';
import type { ImportRun } from './import-run.ts';
import { inLanes } from './in-lanes.ts';

const { stageChunk } = proxyActivities<TransferActivities>(activityOptions.chunk);

export interface StagingTurn {
  readonly round: number;
  readonly planEpoch: number;
  /** The next chunk to stage, or null when none is left. */
  readonly next: () => number | null;
  /** Takes a postponed chunk back, to be given out again: in this run or in the next one. */
  readonly putBack: (chunkNo: number) => void;
  /** Stop giving out chunks (a rejected row where none is allowed, a history that grows too long). */
  readonly enough: () => boolean;
  /** A chunk with rows that are rejected whatever its date columns prove. */
  readonly rejected?: () => void;
  readonly look: () => Promise<JobWishes>;
}

/** Keeps a bounded number of chunks in flight until none is left or it is enough. */
export const stageChunks = (run: ImportRun, turn: StagingTurn): Promise<void> => inLanes(async (failed) => {
  for (;;) {
    await run.whenRunning(turn.look, turn.enough);
    if (failed() || turn.enough()) return;
    const chunkNo = turn.next();
    if (chunkNo === null) return;
    const result = await run.heed(
      async () => stageChunk({ jobId: run.jobId, round: turn.round, planEpoch: turn.planEpoch, chunkNo }), ({ wishes }) => wishes);
    switch (result.kind) {
      case 'postponed': turn.putBack(chunkNo); break;
      case 'staged':
        count(run, result.totals);
        if (rejectedForGood(result.totals)) turn.rejected?.();
        break;
    }
  }
});

/** A worker of an older version does not tell rows that may yet be read another way. */
const rejectedForGood = ({ rowsQuarantined, rowsUnreadable, rowsUndecided = 0 }: Rejected): boolean => rowsQuarantined + rowsUnreadable > rowsUndecided;
interface Rejected { readonly rowsQuarantined: number; readonly rowsUnreadable: number; readonly rowsUndecided?: number }

const count = (run: ImportRun, totals: { readonly rowsRead: number; readonly rowsQuarantined: number; readonly rowsUnreadable: number; readonly issueCount: number }): void => {
  const { progress } = run;
  run.note({
    chunksStaged: progress.chunksStaged + 1,
    rowsRead: progress.rowsRead + totals.rowsRead,
    rowsRejected: progress.rowsRejected + totals.rowsQuarantined + totals.rowsUnreadable,
    issueCount: progress.issueCount + totals.issueCount,
  });
};

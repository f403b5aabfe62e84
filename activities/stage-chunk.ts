import type { ChunkTotals } from '../db/chunk-transaction.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { standingWishes } from './read-job-wishes.ts';
import type { JobWishes } from './read-job-wishes.ts';

export interface StageChunkInput { readonly jobId: string; readonly round: number; readonly planEpoch: number; readonly chunkNo: number }
export type StageChunkResult =
  | { readonly kind: 'staged'; readonly totals: ChunkTotals; readonly wishes: JobWishes }
  /** A pause or a cancellation was wished before the chunk was begun: it is staged when the job goes on. */
  | { readonly kind: 'postponed'; readonly wishes: JobWishes };

export const createStageChunk = (deps: ActivityDeps) => async (key: StageChunkInput, signal: AbortSignal): Promise<StageChunkResult> => {
  const before = await standingWishes(deps, key.jobId);
  if (before.pause || before.cancel) return { kind: 'postponed', wishes: before };
  const totals = await deps.stageOnThread(key, signal);
  return { kind: 'staged', totals, wishes: await standingWishes(deps, key.jobId) };
};

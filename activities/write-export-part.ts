import type { ExportPartKey } from '../contracts/export-request.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { standingWishes } from './read-job-wishes.ts';
import type { JobWishes } from './read-job-wishes.ts';

export type WriteExportPartResult =
  | { readonly kind: 'written' | 'lost'; readonly rows: number; readonly wishes: JobWishes }
  /** A pause or a cancellation was wished before the part was begun: it is written when the job goes on. */
  | { readonly kind: 'postponed'; readonly wishes: JobWishes };

export const createWriteExportPart = (deps: ActivityDeps) => async (key: ExportPartKey, signal: AbortSignal): Promise<WriteExportPartResult> => {
  const before = await standingWishes(deps, key.jobId);
  if (before.pause || before.cancel) return { kind: 'postponed', wishes: before };
  const { kind, rows } = await deps.writePartOnThread(key, signal);
  if (kind === 'written') deps.ahead?.partWritten(key);
  return { kind, rows, wishes: await standingWishes(deps, key.jobId) };
};

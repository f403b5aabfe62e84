/** What an onlooker of a job sees: the workflow's `progress` query, the ledger's counts and every event over SSE have this one shape. */
import type { Books } from './books.ts';
import type { ErrorCode } from './errors.ts';
import type { QuestionKind } from './job-question.ts';
import type { JobState } from './job-states.ts';

export interface JobProgress {
  readonly jobId: string;
  readonly state: JobState;
  readonly paused: boolean;
  /** No worker answered: the counts are the ledger's. */
  readonly stalled: boolean;
  /** Another job that this one waits for (the dataset's writer), or null. */
  readonly waitsFor: string | null;
  /** What it asks a person; null: nothing, or it was answered. Known to the database. */
  readonly question: QuestionKind | null;
  /** How often it reminded of that. */
  readonly reminded: number;
  readonly round: number;
  readonly planEpoch: number;
  readonly chunksPlanned: number | null;
  readonly chunksStaged: number;
  /** Rows that are staged or rejected so far. */
  readonly rowsRead: number;
  /** Exact once planned, an estimate before; null when nothing is known. */
  readonly rowsTotal: number | null;
  readonly rowsRejected: number;
  readonly issueCount: number;
  readonly books: Books | null;
  readonly errorCode: ErrorCode | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number | null;
  readonly updatedAt: number;
}

/**
 * A job's progress without a worker: the job's row and the ledger (design 10.16). Whether the job is stalled is not in the database;
 * whoever asked the workflow and got no answer says so.
 */
import { isFinal } from '../contracts/job-states.ts';
import type { JobProgress } from '../contracts/progress.ts';
import type { Queryable } from './connection.ts';
import { findJob } from './find-job.ts';
import type { Job } from './job.ts';
import { openQuestionOf } from './job-question.ts';
import { readExportCounts } from './export-parts.ts';
import { noCounts, readLedgerCounts, type LedgerCounts } from './ledger-counts.ts';

/** Reconcile's finds; the ledger counts those of the chunks. They exist only from reconcile on, so nothing is read before. */
const countLaterIssues = async (db: Queryable, { jobId, round, planEpoch, state }: Job): Promise<number> => {
  if (!isFinal(state) && ['received', 'detecting', 'awaiting_mapping', 'planning', 'staging'].includes(state)) return 0;
  const { rows } = await db.query<{ issues: number }>(`
    select count(*) as issues from waybill.issues where job_id = $1 and round = $2 and plan_epoch = $3 and found_in = 'r'`, [jobId, round, planEpoch]);
  return rows[0]?.issues ?? 0;
};

/** An export counts the parts that are written. */
const readCounts = async (db: Queryable, job: Job): Promise<LedgerCounts> => {
  if (job.kind !== 'export') return readLedgerCounts(db, job);
  const { partsWritten, rowsWritten } = await readExportCounts(db, job);
  return { ...noCounts, chunksStaged: partsWritten, rowsRead: rowsWritten };
};

export const readLedgerProgress = async (db: Queryable, input: { readonly org: string; readonly jobId: string }): Promise<JobProgress | null> => {
  const job = await findJob(db, input);
  if (job === null) return null;
  const counts = await readCounts(db, job);
  const laterIssues = job.kind === 'export' ? 0 : await countLaterIssues(db, job);
  const { books } = job;
  return {
    jobId: job.jobId, state: job.state, paused: job.pauseWanted && !isFinal(job.state), stalled: false,
    waitsFor: isFinal(job.state) ? null : job.waitsFor,
    question: openQuestionOf(job)?.kind ?? null, reminded: job.reminded,
    round: job.round, planEpoch: job.planEpoch, chunksPlanned: job.chunksPlanned, chunksStaged: counts.chunksStaged,
    rowsRead: books?.read ?? counts.rowsRead, rowsTotal: job.rowsTotal,
    rowsRejected: books === null ? counts.rowsQuarantined + counts.rowsUnreadable : books.quarantined + books.unreadable,
    issueCount: counts.issueCount + laterIssues, books, errorCode: job.errorCode,
    startedAt: job.startedAt?.getTime() ?? null, updatedAt: job.updatedAt.getTime(),
  };
};

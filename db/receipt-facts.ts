import type { Books } from '../contracts/books.ts';
import type { FileFinding } from '../contracts/file-findings.ts';
import { WaybillError } from '../contracts/errors.ts';
import { importRequestSchema } from '../contracts/import-request.ts';
import type { FinalState } from '../contracts/job-states.ts';
import type { ImportReceiptBody } from '../contracts/receipt.ts';
import type { Queryable } from './connection.ts';
import { findJobForWorker } from './find-job.ts';
import { groupIssues } from './issues.ts';
import { findJudgement } from './judgements.ts';
import { findSourceFile } from './source-files.ts';

export interface JobEnd {
  readonly state: FinalState;
  /** Null when the job ended before there was a draft. */
  readonly books: Books | null;
}

/** What an import's receipt says but for the head of the audit chain, which is read last: whoever has appended holds the chain. */
export type ReceiptFacts = Omit<ImportReceiptBody, 'auditHead'>;

export interface ReceiptQuestion { readonly jobId: string; readonly end: JobEnd; readonly engineVersion: string }

/** What such a job waited for on its way may still stand in its row. */
const completed: ReadonlySet<FinalState> = new Set(['completed', 'completed_with_rejects']);

export const readReceiptFacts = async (db: Queryable, { jobId, end: { state, books }, engineVersion }: ReceiptQuestion): Promise<ReceiptFacts> => {
  const job = await findJobForWorker(db, jobId);
  if (job === null) throw new WaybillError('JOB_UNKNOWN', 'The job is not in the database.', { job: jobId });
  const { sha256, dataset } = importRequestSchema.parse(job.request);
  const fileRules = verdictsOf((await findJudgement(db, jobId)).fileFindings);
  const source = await findSourceFile(db, { org: job.org, sha256 });
  return {
    schemaVersion: 1, kind: 'import', jobId, round: job.round, org: job.org, actor: job.owner, partner: job.partner, purpose: job.purpose,
    dataset, datasetVersion: job.datasetVersion, planHash: job.planHash, planEpoch: job.planEpoch, source: { sha256, bytes: source?.bytes ?? 0 },
    state, errorCode: completed.has(state) ? null : job.errorCode, books, issueCounts: await countIssues(db, jobId),
    ...(fileRules.length === 0 ? {} : { fileRules }), engineVersion,
    startedAt: (job.startedAt ?? job.createdAt).toISOString(), committedAt: job.committedAt?.toISOString() ?? null,
  };
};

type FileRules = NonNullable<ImportReceiptBody['fileRules']>;

const verdictsOf = (findings: readonly FileFinding[]): FileRules => {
  const worst = new Map<string, FileRules[number]>();
  for (const { rule, severity, verdict } of findings)
    if (verdict === 'broken' || !worst.has(rule)) worst.set(rule, { rule, severity, verdict });
  return [...worst.values()];
};

const countIssues = async (db: Queryable, jobId: string): Promise<Readonly<Record<string, number>>> => {
  const counts: Record<string, number> = {};
  for (const group of await groupIssues(db, jobId)) counts[group.code] = (counts[group.code] ?? 0) + group.count;
  return counts;
};

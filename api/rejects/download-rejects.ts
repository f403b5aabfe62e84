/** GET /jobs/<job>/rejects: cells leave the house here, so the download is audited before the first byte is sent (design 10.13). */
import type { Actor } from '../../contracts/actor.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { appendAudit } from '../../db/audit.ts';
import type { Pool } from '../../db/connection.ts';
import type { Job } from '../../db/job.ts';
import { findPlan } from '../../db/plans.ts';
import { streamQuarantine } from '../../db/quarantine.ts';
import { refuseReader } from '../../db/reader.ts';
import { createReader } from '../../core/formats/formats.ts';
import { createRecordSplitter } from './split-record.ts';
import { writeRejects } from './write-rejects.ts';

export interface RejectsRequest { readonly actor: Actor; readonly job: Job; readonly purpose: string }

const readingOf = async (pool: Pool, job: Job) => {
  const plan = job.planHash === null ? null : await findPlan(pool, job.planHash);
  const parse = plan?.parse ?? job.detection?.options;
  if (parse === undefined) throw new WaybillError('JOB_STATE', 'The job has not read its file yet, so nothing was rejected.', { job: job.jobId, state: job.state });
  return { parse, rules: plan?.rules ?? [] };
};

export const downloadRejects = async (pool: Pool, { actor, job, purpose }: RejectsRequest): Promise<Response> => {
  const { jobId } = job;
  await refuseReader(pool, { actor, purpose, jobId });
  const { parse, rules } = await readingOf(pool, job);
  await appendAudit(pool, { actor, action: 'rejects.downloaded', jobId, details: { round: job.round, planEpoch: job.planEpoch, purpose } });
  const rows = streamQuarantine(pool, { actor, purpose, jobId });
  const lines = writeRejects({ columns: parse.columns, rules, rows, split: createRecordSplitter(createReader(parse), parse.columns.length) });
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await lines.next();
      if (next.done === true) controller.close(); else controller.enqueue(next.value);
    },
    cancel: async () => { await lines.return(undefined); },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: {
    'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="rejects-${jobId}.csv"`,
    'cache-control': 'no-store', 'x-content-type-options': 'nosniff',
  } });
};

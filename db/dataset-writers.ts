/**
 * One writer a dataset, from reconcile to close (design 10.3). A row and not an advisory lock: it outlives the connection, and the job
 * that waits can name the one it waits for.
 */
import { WaybillError } from '../contracts/errors.ts';
import { progressChannel } from '../contracts/ids.ts';
import { atomically, type Queryable } from './connection.ts';

export interface WriterInput {
  readonly datasetId: number;
  readonly jobId: string;
}
export type WriterResult =
  | { readonly acquired: true }
  /** `holder`: the job that writes now. */
  | { readonly acquired: false; readonly holder: string };

/** Takes a free place, its own, or one whose job has ended: its worker died before it could release it. A job that has ended takes none. */
const take = async (tx: Queryable, { datasetId, jobId }: WriterInput): Promise<boolean> => {
  const { rowCount } = await tx.query(`
    insert into waybill.dataset_writers as w (dataset_id, job_id)
      select $1, job_id from waybill.jobs where job_id = $2 and finished_at is null for share
    on conflict (dataset_id) do update set job_id = excluded.job_id, acquired_at = now()
      where w.job_id = excluded.job_id or not exists (select from waybill.jobs j where j.job_id = w.job_id and j.finished_at is null)`,
  [datasetId, jobId]);
  return rowCount === 1;
};

const noteHolder = async (tx: Queryable, jobId: string, holder: string | null): Promise<void> => {
  await tx.query(`
    with changed as (update waybill.jobs set waits_for = $2, updated_at = clock_timestamp() where job_id = $1 and waits_for is distinct from $2 returning job_id)
    select pg_notify('${progressChannel}', job_id::text) from changed`, [jobId, holder]);
};

export const acquireWriter = (db: Queryable, input: WriterInput): Promise<WriterResult> =>
  atomically(db, async (tx): Promise<WriterResult> => {
    // The holder may release between the two statements; then the next try takes the place.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (await take(tx, input)) {
        await noteHolder(tx, input.jobId, null);
        return { acquired: true };
      }
      const { rows: [row] } = await tx.query<{ holder: string }>('select job_id as holder from waybill.dataset_writers where dataset_id = $1', [input.datasetId]);
      if (row === undefined) continue;
      await noteHolder(tx, input.jobId, row.holder);
      return { acquired: false, holder: row.holder };
    }
    throw new WaybillError('DATABASE_UNAVAILABLE', 'The writer of the dataset changed too often to be told.', { dataset: input.datasetId });
  });

/** Tells the jobs that wait for this one. */
export const releaseWriter = async (db: Queryable, { datasetId, jobId }: WriterInput): Promise<void> => {
  await db.query(`
    with released as (delete from waybill.dataset_writers where dataset_id = $1 and job_id = $2 returning job_id)
    select pg_notify('${progressChannel}', j.job_id::text) from released r join waybill.jobs j on j.waits_for = r.job_id and j.finished_at is null`,
  [datasetId, jobId]);
};

/**
 * Freezing (design 10.20): the selection, already authorised and masked, is materialised as of one moment into unlogged tables of what COPY turns into texts when the parts are written. Parts are
 * ranges of their rows by place (ctid): rows lie in the order in which they were written, and nobody changes them. What PostgreSQL loses in a
 * crash is frozen anew under the next epoch; nothing of an earlier epoch is delivered.
 */
import { WaybillError } from '../contracts/errors.ts';
import { inTransaction, type Pool, type Queryable } from './connection.ts';
import { cutFrozen, insertParts } from './cut-parts.ts';
import { freezeHalves, maySplit } from './freeze-halves.ts';
import type { FreezeInput } from './freeze-input.ts';
import { materialise } from './materialise.ts';
import { moveJob } from './move-job.ts';
import { readableTable } from './readable-table.ts';
import { whileAwake } from './while-awake.ts';

export interface FrozenExport { readonly planEpoch: number; readonly rowsTotal: number; readonly partCount: number; readonly fileCount: number }

interface State { readonly state: string; readonly planEpoch: number; readonly frozen: FrozenExport | null }
const readState = async (tx: Queryable, jobId: string): Promise<State> => {
  const { rows: [row] } = await tx.query<State>(`
    select j.state, j.plan_epoch as "planEpoch", case when e.job_id is not null then json_build_object('planEpoch', e.plan_epoch, 'rowsTotal', e.rows_total,
      'fileCount', e.file_count, 'partCount', (select count(*) from waybill.export_parts p where p.job_id = e.job_id and p.plan_epoch = e.plan_epoch)) end as frozen
    from waybill.jobs j left join waybill.exports e on e.job_id = j.job_id and e.plan_epoch = j.plan_epoch where j.job_id = $1`, [jobId]);
  if (row === undefined) throw new WaybillError('JOB_UNKNOWN', 'The job is not in the database.', { job: jobId });
  return row;
};

/** One attempt at a time; not by the job's row, which operators' wishes need. */
const lockFreezing = (tx: Queryable, jobId: string) => tx.query(`select pg_advisory_xact_lock(hashtextextended('export/' || $1, 0))`, [jobId]);

interface Extent { readonly rowsTotal: number; readonly partCount: number; readonly fileCount: number }

const freezeWhole = async (tx: Queryable, input: FreezeInput): Promise<Extent> => cutFrozen(tx, input, await materialise(tx, input, 1));

const freezeSplit = async (pool: Pool, tx: Queryable, input: FreezeInput, pages: number): Promise<Extent> => {
  const halves = freezeHalves(pool, input, pages);
  try {
    await whileAwake(tx, halves);
  } finally {
    // Not left behind when this connection breaks: the next attempt makes the same tables.
    await halves.catch(() => undefined);
  }
  const ranges = await halves;
  return { rowsTotal: ranges.reduce((sum, { rows }) => sum + rows, 0), partCount: await insertParts(tx, input, ranges), fileCount: 1 };
};

const freeze = async (pool: Pool, tx: Queryable, input: FreezeInput): Promise<FrozenExport> => {
  const { jobId, planEpoch } = input;
  await lockFreezing(tx, jobId);
  const { state, planEpoch: current, frozen } = await readState(tx, jobId);
  if (frozen !== null && state !== 'planning' && frozen.planEpoch === planEpoch) return frozen;
  if (state !== 'planning' || current !== planEpoch) throw new WaybillError('CHUNK_STALE', 'The job is no longer frozen in this epoch.', { epoch: planEpoch });
  const pages = await maySplit(tx, input);
  const { rowsTotal, partCount, fileCount } = pages === null ? await freezeWhole(tx, input) : await freezeSplit(pool, tx, input, pages);
  await tx.query(`
    insert into waybill.exports (job_id, plan_epoch, rows_total, file_count, frozen_at) values ($1, $2, $3, $4, now())
    on conflict (job_id) do update set plan_epoch = excluded.plan_epoch, rows_total = excluded.rows_total, file_count = excluded.file_count, frozen_at = excluded.frozen_at`,
  [jobId, planEpoch, rowsTotal, fileCount]);
  if (!await moveJob(tx, { jobId, from: ['planning'], to: 'staging', patch: { rowsTotal, chunksPlanned: partCount } }))
    throw new WaybillError('CHUNK_STALE', 'The job ended while its selection was frozen.', { epoch: planEpoch });
  return { planEpoch, rowsTotal, partCount, fileCount };
};

/** Run twice it freezes once. */
export const freezeExport = (pool: Pool, input: FreezeInput): Promise<FrozenExport> =>
  readableTable(input.selection.definition, () => inTransaction(pool, (tx) => freeze(pool, tx, input)));

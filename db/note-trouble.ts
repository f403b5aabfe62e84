/** What keeps a running job from going on, for whoever looks at it; taken back when it goes on. A job that has ended keeps why it ended. */
import type { WaybillError } from '../contracts/errors.ts';
import { progressChannel } from '../contracts/ids.ts';
import type { Queryable } from './connection.ts';

export const noteTrouble = async (db: Queryable, jobId: string, { code, place }: Pick<WaybillError, 'code' | 'place'>): Promise<void> => {
  await db.query(`
    with noted as (update waybill.jobs set error_code = $2, error_place = $3, updated_at = clock_timestamp()
      where job_id = $1 and finished_at is null and error_code is distinct from $2 returning job_id)
    select pg_notify('${progressChannel}', job_id::text) from noted`, [jobId, code, JSON.stringify(place)]);
};

export const forgetTrouble = async (db: Queryable, jobId: string): Promise<void> => {
  await db.query(`
    with noted as (update waybill.jobs set error_code = null, error_place = null, updated_at = clock_timestamp()
      where job_id = $1 and finished_at is null and error_code is not null returning job_id)
    select pg_notify('${progressChannel}', job_id::text) from noted`, [jobId]);
};

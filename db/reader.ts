/**
 * The one gate before rows or cells of a job are read (design 10.13). Today it knows the organisation and whether the actor has a role
 * at all; disclosure policies will come through here.
 */
import type { Actor } from '../contracts/actor.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { Queryable } from './connection.ts';

export interface Reader {
  readonly actor: Actor;
  /** Why it is read; kept with the audit of a download. */
  readonly purpose: string;
}

export const refuseWithoutRole = ({ actor, purpose }: Reader): void => {
  if (actor.roles.length === 0) throw new WaybillError('FORBIDDEN', 'The actor has no role that may read records.', { actor: actor.id });
  if (purpose.trim().length === 0) throw new WaybillError('REQUEST_INVALID', 'Reading records needs a purpose.', { field: 'purpose' });
};

export const refuseReader = async (db: Queryable, { jobId, ...reader }: Reader & { readonly jobId: string }): Promise<void> => {
  refuseWithoutRole(reader);
  const { rowCount } = await db.query('select from waybill.jobs where job_id = $1 and org_id = $2', [jobId, reader.actor.org]);
  if (rowCount === 0) throw new WaybillError('JOB_UNKNOWN', 'There is no such job.', { job: jobId });
};

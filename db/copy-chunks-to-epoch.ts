/** An epoch is one treatment of the file; a contradiction found late makes the next one (design 10.2). */
import type { EpochKey } from './chunk-key.ts';
import { epochValues } from './chunk-key.ts';
import type { Queryable } from './connection.ts';

/** The new epoch reads the same bytes: only their treatment differs. */
export const copyChunksToEpoch = async (tx: Queryable, { from, to }: { readonly from: EpochKey; readonly to: EpochKey }): Promise<void> => {
  await tx.query(
    `insert into waybill.chunks (job_id, round, plan_epoch, chunk_no, byte_start, byte_end, first_row, first_line, row_count)
     select job_id, round, $4, chunk_no, byte_start, byte_end, first_row, first_line, row_count
     from waybill.chunks where job_id = $1 and round = $2 and plan_epoch = $3 on conflict do nothing`, [...epochValues(from), to.planEpoch]);
};

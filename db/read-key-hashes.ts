import type { EpochKey } from './chunk-key.ts';
import { epochValues } from './chunk-key.ts';
import type { Queryable } from './connection.ts';

/** The key hashes of an epoch's chunks, one chunk at a time; null where a chunk has none. */
export async function* readKeyHashes(db: Queryable, epoch: EpochKey): AsyncGenerator<Buffer | null> {
  for (let after = -1; ;) {
    const { rows: [row] } = await db.query<{ chunk_no: number; key_hashes: Buffer | null }>(
      `select chunk_no, key_hashes from waybill.staged_chunks where job_id = $1 and round = $2 and plan_epoch = $3 and chunk_no > $4
       order by chunk_no limit 1`, [...epochValues(epoch), after]);
    if (row === undefined) return;
    after = row.chunk_no;
    yield row.key_hashes;
  }
}

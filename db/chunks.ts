/** The chunks of a plan: which bytes, which rows. What became of them is in the ledger. */
import { WaybillError } from '../contracts/errors.ts';
import type { ChunkKey, EpochKey } from './chunk-key.ts';
import { chunkValues, epochValues } from './chunk-key.ts';
import type { Queryable } from './connection.ts';

export interface Chunk {
  readonly chunkNo: number;
  /** Inclusive. */
  readonly byteStart: number;
  /** Exclusive. */
  readonly byteEnd: number;
  readonly firstRow: number;
  readonly firstLine: number;
  readonly rowCount: number;
}
/** A chunk as the planner cuts it. */
export type NewChunk = Omit<Chunk, 'rowCount'> & { readonly rows: number };

const chunkColumns = `chunk_no as "chunkNo", byte_start as "byteStart", byte_end as "byteEnd", first_row as "firstRow", first_line as "firstLine",
  row_count as "rowCount"`;

/** Chunks that are there already stay as they are: the same plan cuts the same file in the same places. */
export const insertChunks = async (db: Queryable, input: EpochKey & { readonly chunks: readonly NewChunk[] }): Promise<void> => {
  const column = (name: keyof NewChunk): readonly number[] => input.chunks.map((chunk) => chunk[name]);
  await db.query(`
    insert into waybill.chunks (job_id, round, plan_epoch, chunk_no, byte_start, byte_end, first_row, first_line, row_count)
    select $1, $2, $3, * from unnest($4::integer[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
    on conflict on constraint chunks_pkey do nothing`,
  [...epochValues(input), column('chunkNo'), column('byteStart'), column('byteEnd'), column('firstRow'), column('firstLine'), column('rows')]);
};

/** Before the epoch is cut (again); a job that is staging already keeps its chunks. */
export const forgetChunks = async (db: Queryable, key: EpochKey): Promise<void> => {
  await db.query(`
    delete from waybill.chunks c where job_id = $1 and round = $2 and plan_epoch = $3
      and exists (select from waybill.jobs j where j.job_id = c.job_id and j.state = 'planning')`, epochValues(key));
};

/** What was cut is what is stored, or the plan is not trusted. */
export const expectChunks = async (
  db: Queryable, key: EpochKey, { chunkCount, rowsTotal }: { readonly chunkCount: number; readonly rowsTotal: number },
): Promise<void> => {
  const { rows: [row] } = await db.query<{ chunks: number; rows: number }>(`
    select count(*) as chunks, coalesce(sum(row_count), 0)::bigint as rows from waybill.chunks where job_id = $1 and round = $2 and plan_epoch = $3`, epochValues(key));
  if (row?.chunks !== chunkCount || row.rows !== rowsTotal)
    throw new WaybillError('BOOKS_UNBALANCED', 'The chunks in the plan do not hold the rows that were counted.', { chunks: row?.chunks ?? 0, rows: row?.rows ?? 0, rowsTotal });
};

/** Chunks `fromChunkNo` (inclusive) to `toChunkNo` (exclusive); all of them without. */
export const listChunks = async (
  db: Queryable, input: EpochKey & { readonly fromChunkNo?: number; readonly toChunkNo?: number },
): Promise<readonly Chunk[]> => {
  const { rows } = await db.query<Chunk>(`
    select ${chunkColumns} from waybill.chunks
    where job_id = $1 and round = $2 and plan_epoch = $3 and chunk_no >= $4 and ($5::integer is null or chunk_no < $5) order by chunk_no`,
  [...epochValues(input), input.fromChunkNo ?? 0, input.toChunkNo ?? null]);
  return rows;
};

export const readChunk = async (db: Queryable, key: ChunkKey): Promise<Chunk | null> => {
  const { rows } = await db.query<Chunk>(
    `select ${chunkColumns} from waybill.chunks where job_id = $1 and round = $2 and plan_epoch = $3 and chunk_no = $4`, chunkValues(key));
  return rows[0] ?? null;
};

/** Numbers of the chunks that are not staged now: never staged, or lost with the unlogged staging after a crash (promise 4). */
export const missingChunks = async (db: Queryable, key: EpochKey): Promise<readonly number[]> => {
  const { rows } = await db.query<{ chunkNo: number }>(`
    select chunk_no as "chunkNo" from waybill.chunks c where job_id = $1 and round = $2 and plan_epoch = $3
      and not exists (select from waybill.staged_chunks s
        where s.job_id = c.job_id and s.round = c.round and s.plan_epoch = c.plan_epoch and s.chunk_no = c.chunk_no)
    order by chunk_no`, epochValues(key));
  return rows.map((row) => row.chunkNo);
};

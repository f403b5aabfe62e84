/** From a record back to the file and the row that made or changed it. */
import type { Queryable } from './connection.ts';

export interface RecordOrigin {
  readonly jobId: string;
  readonly round: number;
  readonly rowNo: number;
  readonly kind: 'created' | 'updated';
  readonly fileSha256: string | null;
  readonly committedAt: Date | null;
}

/** People write a JSON array with or without blanks; the key is stored as jsonb prints it. Null: the text is no such array. */
const jsonArrayOfTexts = (text: string): string | null => {
  if (!text.trimStart().startsWith('[') || text.includes('\\u0000')) return null;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? JSON.stringify(value) : null;
  } catch {
    return null;
  }
};

/** Newest first. `recordKey`: the key's text, or a JSON array of the texts of a key of several fields. */
export const traceRecord = async (
  db: Queryable, { datasetId, recordKey }: { readonly datasetId: number; readonly recordKey: string },
): Promise<readonly RecordOrigin[]> => {
  // The collation is that of each partition's index (waybill.index_origins).
  const { rows } = await db.query<RecordOrigin>(`
    select j.job_id as "jobId", o.round, o.row_no as "rowNo", case o.kind when 'c' then 'created' else 'updated' end as kind,
      j.source_sha256 as "fileSha256", c.committed_at as "committedAt"
    from waybill.record_origins o join waybill.jobs j using (job_no) left join waybill.commits c on c.job_id = j.job_id and c.round = o.round
    where o.record_key collate "C" = any (array[$2, $3::jsonb::text]) and o.dataset_id = $1 order by o.job_no desc, o.round desc, o.row_no desc`, [datasetId, recordKey, jsonArrayOfTexts(recordKey)]);
  return rows;
};

/** At close, not in the commit: nobody asks for origins while they are being written. Does nothing when the job made none. */
export const indexOrigins = async (db: Queryable, jobId: string): Promise<void> => {
  await db.query('select waybill.index_origins($1)', [jobId]);
};

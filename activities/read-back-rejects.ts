/**
 * Rows of which only the whole file or the dataset could tell something carry no line yet, nor their content where they are rejected: their chunks
 * are read again and both are added. The few pay, not every row of the staging.
 */
import { createReader } from '../core/formats/formats.ts';
import { loadRecordChunk } from '../core/formats/record-chunks.ts';
import type { RecordReader } from '../core/formats/source-format.ts';
import { readChunk } from '../db/chunks.ts';
import { chunksOfBareRows, completeRejects } from '../db/complete-rejects.ts';
import type { CompletedReject } from '../db/complete-rejects.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { openSource, sourceKey } from './import-source.ts';
import type { PlannedJob } from './job-for-work.ts';

export const readBackRejects = async (deps: ActivityDeps, { job, plan }: PlannedJob): Promise<void> => {
  const epoch = { jobId: job.jobId, round: job.round, planEpoch: job.planEpoch };
  const source = await openSource(deps.storage, sourceKey(job, plan.parse));
  for (const { chunkNo, rejected, told } of await chunksOfBareRows(deps.pool, epoch)) {
    const chunk = await readChunk(deps.pool, { ...epoch, chunkNo });
    if (chunk === null) continue;
    const bytes = await loadRecordChunk(source, plan.parse, chunk, (length) => Buffer.allocUnsafe(length));
    const reader = createReader(plan.parse);
    reader.reset(bytes, 0, bytes.length, chunk.firstLine);
    await completeRejects(deps.pool, epoch, collect(reader, { bytes, firstRow: chunk.firstRow, rejected: new Set(rejected), told: new Set(told) }));
  }
};

interface Wanted { readonly bytes: Buffer; readonly firstRow: number; readonly rejected: ReadonlySet<number>; readonly told: ReadonlySet<number> }

const collect = (reader: RecordReader, { bytes, firstRow, rejected, told }: Wanted): readonly CompletedReject[] => {
  const found: CompletedReject[] = [];
  for (let rowNo = firstRow; reader.next(); rowNo += 1) {
    if (!rejected.has(rowNo) && !told.has(rowNo)) continue;
    found.push({ rowNo, lineNo: reader.line, raw: rejected.has(rowNo) ? bytes.subarray(reader.recordStart, reader.contentEnd) : null });
  }
  return found;
};

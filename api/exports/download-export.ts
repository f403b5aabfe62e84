/** GET /jobs/<job>/files/<n>: the finished file leaves the house here, so the download is audited before the first byte is sent (design 10.13). */
import type { Actor } from '../../contracts/actor.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { exportFileName, exportRequestSchema, mediaTypeOf } from '../../contracts/export-request.ts';
import { appendAudit } from '../../db/audit.ts';
import { listExportFiles } from '../../db/export-files.ts';
import type { Job } from '../../db/job.ts';
import { refuseReader } from '../../db/reader.ts';
import type { ApiDeps } from '../api-deps.ts';

export interface DownloadRequest { readonly actor: Actor; readonly job: Job; readonly purpose: string; readonly fileNo: number }

const bodyOf = (pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> => {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await iterator.next();
      if (next.done === true) controller.close(); else controller.enqueue(next.value);
    },
    cancel: async () => { await iterator.return?.(); },
  }, { highWaterMark: 0 });
};

export const downloadExport = async ({ pool, storage }: Pick<ApiDeps, 'pool' | 'storage'>, { actor, job, purpose, fileNo }: DownloadRequest): Promise<Response> => {
  const { jobId } = job;
  await refuseReader(pool, { actor, purpose, jobId });
  const file = job.kind === 'export' && job.state === 'completed' ? (await listExportFiles(pool, jobId)).find((candidate) => candidate.fileNo === fileNo) : undefined;
  if (file !== undefined && file.removedAt !== null) throw new WaybillError('EXPORT_EXPIRED', 'The file was removed when its time was over.', { job: jobId });
  const stored = file === undefined ? null : await storage.stat(file.storageKey);
  if (file === undefined || stored === null) throw new WaybillError('EXPORT_GONE', 'There is no such file of this job.', { job: jobId, state: job.state });
  if (stored.bytes !== file.bytes) throw new WaybillError('FILE_CHANGED', 'The kept file is not as long as when it was finished.', { job: jobId });
  const request = exportRequestSchema.parse(job.request);
  await appendAudit(pool, { actor, action: 'export.downloaded', jobId, details: { file: fileNo, sha256: file.sha256, bytes: file.bytes, purpose } });
  return new Response(bodyOf(storage.read(file.storageKey)), { headers: {
    'content-type': mediaTypeOf(request, file.extension), 'content-length': String(file.bytes),
    'content-disposition': `attachment; filename="${exportFileName(request, file)}"`, 'x-content-sha256': file.sha256,
    'cache-control': 'no-store', 'x-content-type-options': 'nosniff',
  } });
};

/** Where the bytes of a job are read: the archived file itself, or the UTF-8 spool that was made of it (design 10.10). */
import { WaybillError } from '../contracts/errors.ts';
import { readsSpool, type ParseOptions } from '../contracts/parse-options.ts';
import { archiveKey, spoolKey } from '../storage/storage-keys.ts';
import type { Job } from '../db/job.ts';
import type { ChunkSource } from '../core/formats/record-chunks.ts';
import { versionOf } from '../storage/storage.ts';
import type { Storage } from '../storage/storage.ts';

export interface ImportSource extends ChunkSource {
  readonly key: string;
  /** Length and time of the last change: another one, and the bytes may be others than those that were planned. */
  readonly version: string;
}

/** Jobs of an older version have one spool, under their own id. */
export const sourceKey = ({ jobId, sourceSha256, detection }: Pick<Job, 'jobId' | 'sourceSha256' | 'detection'>, parse: ParseOptions): string =>
  readsSpool(parse) ? detection?.spool ?? spoolKey(jobId) : archiveKey(sourceSha256 ?? '');

export const openSource = async (storage: Storage, key: string): Promise<ImportSource> => {
  const stat = await storage.stat(key);
  if (stat === null) throw new WaybillError('FILE_MISSING', 'The archived copy of the file is not in its place.');
  return {
    key, bytes: stat.bytes, version: versionOf(stat),
    read: (start, endExclusive) => storage.readRange(key, start, Math.min(endExclusive, stat.bytes)),
    readInto: (start, target) => storage.readInto(key, start, target),
  };
};

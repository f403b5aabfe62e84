/** Where the bytes of a job are read: the archived file itself, or the UTF-8 spool that was made of it (design 10.10). */
import { WaybillError } from '../contracts/errors.ts';
import type { ParseOptions } from '../contracts/parse-options.ts';
import { archiveKey, spoolKey } from '../storage/storage-keys.ts';
import { versionOf } from '../storage/storage.ts';
import type { Storage } from '../storage/storage.ts';

export interface ImportSource {
  readonly key: string;
  readonly bytes: number;
  /** Length and time of the last change: another one, and the bytes may be others than those that were planned. */
  readonly version: string;
}

export const sourceKey = (job: { readonly jobId: string; readonly sourceSha256: string | null }, parse: Pick<ParseOptions, 'encoding' | 'compression'>): string =>
  parse.encoding === 'utf-8' && parse.compression === undefined ? archiveKey(job.sourceSha256 ?? '') : spoolKey(job.jobId);

export const openSource = async (storage: Storage, key: string): Promise<ImportSource> => {
  const stat = await storage.stat(key);
  if (stat === null) throw new WaybillError('FILE_MISSING', 'The archived copy of the file is not in its place.');
  return { key, bytes: stat.bytes, version: versionOf(stat) };
};

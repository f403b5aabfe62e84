/** Every key of the storage is built here. Content-addressed or by our own ids: never a file name. */
import { WaybillError } from '../contracts/errors.ts';
import { jobIdSchema, sha256Schema, type JobId } from '../contracts/ids.ts';

const asKeyPart = (schema: { safeParse(value: unknown): { success: boolean } }, value: string): string => {
  if (!schema.safeParse(value).success) throw new WaybillError('INTERNAL', 'A storage key was asked for with a malformed id.');
  return value;
};

/** `archive/ab/cd/<sha256>`: two levels, so that no folder grows past what a file system likes. */
export const archiveKey = (sha256: string): string => {
  const hash = asKeyPart(sha256Schema, sha256);
  return `archive/${hash.slice(0, 2)}/${hash.slice(2, 4)}/${hash}`;
};

export const spoolsPrefix = 'spool';
/** All spools of a job (design 10.10), or the one of a look at a file. */
export const spoolKey = (jobId: JobId): string => `${spoolsPrefix}/${asKeyPart(jobIdSchema, jobId)}`;
/** One that an attempt makes: an attempt that was given up may still be writing its own. */
export const attemptSpoolKey = (jobId: JobId, attemptId: string): string => `${spoolKey(jobId)}/${asKeyPart(jobIdSchema, attemptId)}`;
/** Whose spool it is: a job's id, or a look's. */
export const ownerOfSpool = (key: string): string => key.split('/')[1] ?? '';

/** All that is kept of an export: parts while it is written, then its files. */
export const exportPrefix = (jobId: JobId): string => `exports/${asKeyPart(jobIdSchema, jobId)}`;
export const exportPartsPrefix = (jobId: JobId): string => `${exportPrefix(jobId)}/parts`;
export const exportPartKey = ({ jobId, planEpoch, partNo }: { readonly jobId: JobId; readonly planEpoch: number; readonly partNo: number }): string =>
  `${exportPartsPrefix(jobId)}/${planEpoch}-${partNo}`;
export const exportFileKey = (jobId: JobId, fileNo: number): string => `${exportPrefix(jobId)}/file-${fileNo}`;

export const uploadKey = (uploadId: string): string => `uploads/${asKeyPart(jobIdSchema, uploadId)}`;
export const uploadsPrefix = 'uploads';

// No part starts with a dot: neither `..` nor the local storage's own drafts can be named.
const keyPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const longestKey = 512;

export const isStorageKey = (key: string): boolean => key.length <= longestKey && keyPattern.test(key);

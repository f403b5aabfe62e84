/**
 * Sends a file in parts, resumable: after a broken connection the server is asked where it stands and the part goes on from there. SHA-256 is
 * computed from what was read and sent with the last part, so that the server refuses anything else. A file that the server has is sent
 * again all the same: telling would cost a pass over the file, and the second copy heals a damaged archive.
 */
import { createHash } from 'node:crypto';
import { WaybillError, isWaybillError } from '../contracts/errors.ts';
import type { ApiClient } from './api-client.ts';
import { errorOfHttp } from './api-error.ts';
import { isOk, readText } from './http-request.ts';
import type { HttpResponse } from './http-request.ts';
import { openParts, readAhead } from './read-parts.ts';
import type { Part } from './read-parts.ts';
import { Backoff, defaultRetryTimes, isUnavailable, withRetry } from './retry.ts';
import type { RetryTimes } from './retry.ts';

export interface UploadedFile {
  readonly sha256: string;
  readonly bytes: number;
}

export interface UploadOptions {
  readonly onBytes?: (sent: number, total: number | null) => void;
  readonly retry?: RetryTimes;
  /** In place of standard input. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

interface Upload {
  readonly client: ApiClient;
  readonly path: string;
  readonly totalBytes: number | null;
  readonly retry: RetryTimes;
}

const beginUpload = async (client: ApiClient): Promise<string> => {
  const text = await readText(await client.fetch('/files', { method: 'POST' }));
  const { uploadId } = JSON.parse(text) as { readonly uploadId?: unknown };
  if (typeof uploadId !== 'string') throw new WaybillError('UPLOAD_INVALID', 'The API did not begin an upload.');
  return `/files/${encodeURIComponent(uploadId)}`;
};

const offsetOf = (response: HttpResponse): number | null => {
  const text = response.headers['upload-offset'];
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : null;
};

/** Where the server stands; null: it knows no such upload, because it is complete. */
const askOffset = async ({ client, path }: Upload): Promise<number | null> => {
  const response = await client.send(path, { method: 'HEAD' });
  await readText(response);
  if (response.statusCode === 404) return null;
  const offset = offsetOf(response);
  if (offset === null) throw errorOfHttp(response.statusCode ?? 0, '');
  return offset;
};

const putPart = async ({ client, path, totalBytes }: Upload, part: Part, sha256: string | null): Promise<void> => {
  const end = part.start + part.bytes.length;
  const total = part.last ? String(end) : totalBytes ?? '*';
  const response = await client.send(path, {
    method: 'PUT', body: part.bytes,
    headers: {
      'content-range': `bytes ${part.start}-${end - 1}/${total}`, 'content-type': 'application/octet-stream',
      ...(sha256 === null ? {} : { 'x-content-sha256': sha256 }),
    },
  });
  const text = await readText(response);
  if (!isOk(response)) throw errorOfHttp(response.statusCode ?? 0, text);
};

const restOf = (part: Part, offset: number): Part | null => {
  const end = part.start + part.bytes.length;
  if (offset < part.start || offset > end) throw new WaybillError('UPLOAD_INVALID', `The API lost what had arrived: it stands at byte ${offset}, and byte ${part.start} is to be sent.`, { offset });
  return offset === end ? null : { ...part, start: offset, bytes: part.bytes.subarray(offset - part.start) };
};

/** All bytes of the part stand on the server and only the word that they were the last is missing: the last byte cannot be sent twice, the end can be said. */
const sayEnd = async ({ client, path }: Upload, end: number, sha256: string): Promise<void> => {
  await readText(await client.fetch(path, { method: 'PUT', headers: { 'content-range': `bytes */${end}`, 'x-content-sha256': sha256 } }));
};

const mayGoOn = (error: unknown): boolean => isUnavailable(error) || (isWaybillError(error) && error.code === 'UPLOAD_INVALID');

const sendPart = async (upload: Upload, part: Part, sha256: string | null): Promise<void> => {
  const backoff = new Backoff(upload.retry);
  let rest: Part | null = part;
  for (;;) {
    try {
      if (rest !== null) await putPart(upload, rest, sha256);
      else if (sha256 !== null) await sayEnd(upload, part.start + part.bytes.length, sha256);
      return;
    } catch (error) {
      if (!mayGoOn(error) || !await backoff.wait()) throw error;
      const offset = await withRetry(() => askOffset(upload), upload.retry);
      // The answer to the last part got lost. If the file is not there after all, the start says SOURCE_UNKNOWN.
      if (offset === null && sha256 !== null) return;
      if (offset === null) throw error;
      rest = restOf(part, offset);
    }
  }
};

export const uploadFile = async (client: ApiClient, path: string, options: UploadOptions = {}): Promise<UploadedFile> => {
  const retry = options.retry ?? defaultRetryTimes;
  const file = await openParts(path, options.stdin);
  try {
    if (file.totalBytes === 0) throw new WaybillError('FILE_EMPTY', 'The file has no bytes.');
    // The first word is not said again: a stack that does not run is reported at once.
    const upload: Upload = { client, path: await beginUpload(client), totalBytes: file.totalBytes, retry };
    const hash = createHash('sha256');
    let sent = 0;
    try {
      for await (const part of readAhead(file.parts)) {
        hash.update(part.bytes);
        const sha256 = part.last ? hash.copy().digest('hex') : null;
        await sendPart(upload, part, sha256);
        sent += part.bytes.length;
        options.onBytes?.(sent, file.totalBytes);
      }
    } catch (error) {
      await client.send(upload.path, { method: 'DELETE' }).then(readText).catch(() => undefined);
      throw error;
    }
    if (sent === 0) throw new WaybillError('FILE_EMPTY', 'The file has no bytes.');
    return { sha256: hash.digest('hex'), bytes: sent };
  } finally {
    await file.close();
  }
};

/**
 * Receives files. Promises: memory does not depend on the size; what is archived has the SHA-256 that it is named by; a broken connection
 * keeps what arrived of a resumable upload, and nothing of a simple one; nothing that would not fit on the disk is begun.
 * Archiving is a rename over whatever has the key: sending a file again heals a damaged archive copy.
 */
import { randomUUID, type Hash } from 'node:crypto';
import type { Actor } from '../../contracts/actor.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { jobIdSchema } from '../../contracts/ids.ts';
import { archiveKey, uploadKey, uploadsPrefix } from '../../storage/storage-keys.ts';
import { versionOf } from '../../storage/storage.ts';
import type { Storage } from '../../storage/storage.ts';
import { RunningHashes } from './running-hash.ts';
import type { UploadRange } from './upload-range.ts';

export interface ReceivedFile {
  readonly sha256: string;
  readonly bytes: number;
  /** The same bytes had been received before. */
  readonly known: boolean;
}
export type Body = AsyncIterable<Uint8Array>;

export interface UploadServiceOptions {
  readonly storage: Storage;
  /** Notes the archived file and its audit event; tells whether it was known. */
  readonly register: (actor: Actor, file: { readonly sha256: string; readonly bytes: number; readonly storageKey: string; readonly storedVersion: string }) => Promise<boolean>;
  /** Never given away to uploads, so that the database beside it can still work. */
  readonly reserveBytes?: number;
}

export interface UploadInput {
  readonly actor: Actor;
  readonly body: Body;
  /** Bytes of the body; null when the client does not say. */
  readonly length: number | null;
  readonly expectedSha256: string | null;
}

const staleMs = 24 * 3_600_000;
const defaultReserve = 64 * 1024 * 1024;

const hashing = async function* (body: Body, hash: Hash, arrived: { bytes: number }): Body {
  for await (const piece of body) {
    hash.update(piece);
    arrived.bytes += piece.byteLength;
    yield piece;
  }
};

export class UploadService {
  private readonly hashes = new RunningHashes();
  private readonly busy = new Set<string>();
  constructor(private readonly options: UploadServiceOptions) {}

  /** One request, one file. */
  async receive(input: UploadInput): Promise<ReceivedFile> {
    await this.refuseWhenFull(input.length);
    const id = randomUUID();
    try {
      const bytes = await this.append(id, 0, input.body);
      if (input.length !== null && bytes !== input.length) throw new WaybillError('UPLOAD_INVALID', 'The body ended before its Content-Length.');
      return await this.finish(id, bytes, input);
    } finally {
      await this.discard(id);
    }
  }

  async begin(): Promise<string> {
    const id = randomUUID();
    await this.options.storage.append(uploadKey(id), 0, []);
    return id;
  }

  async offset(id: string): Promise<number> {
    const found = jobIdSchema.safeParse(id).success ? await this.options.storage.stat(uploadKey(id)) : null;
    if (found === null) throw new WaybillError('UPLOAD_UNKNOWN', 'There is no such upload; it may be complete, or older than a day.');
    return found.bytes;
  }

  /** The next part; the received file when it was the last one, else the offset. */
  async resume(id: string, range: UploadRange, input: UploadInput): Promise<ReceivedFile | number> {
    const offset = await this.offset(id);
    if (range.start !== null && range.start !== offset)
      throw new WaybillError('UPLOAD_INVALID', `The upload stands at byte ${offset}, and the part starts at ${range.start}.`, { offset });
    await this.refuseWhenFull(range.total === null ? input.length : range.total - offset);
    const bytes = range.start === null ? offset : await this.append(id, offset, input.body, range.last === null ? null : range.last + 1 - offset);
    if (bytes !== range.total) {
      if (range.start === null) throw new WaybillError('UPLOAD_INVALID', `The upload stands at byte ${offset} and is to end at ${String(range.total)}.`, { offset });
      return bytes;
    }
    try {
      return await this.finish(id, bytes, input);
    } catch (error) {
      // Wrong or empty bytes cannot be mended by going on.
      if (error instanceof WaybillError && ['UPLOAD_HASH_MISMATCH', 'FILE_EMPTY'].includes(error.code)) await this.discard(id);
      throw error;
    }
  }

  async discard(id: string): Promise<void> {
    if (this.busy.has(id)) throw new WaybillError('UPLOAD_INVALID', 'Another request is sending to this upload.');
    this.hashes.forget(uploadKey(id));
    await this.options.storage.remove(uploadKey(id));
  }

  /** Uploads that nobody went on with for a day. */
  async removeStale(now: number = Date.now()): Promise<number> {
    let removed = 0;
    for await (const { key, modifiedAt } of this.options.storage.list(uploadsPrefix))
      if (now - modifiedAt.getTime() > staleMs) { await this.options.storage.remove(key); removed += 1; }
    return removed;
  }

  /** Length after the part. When the body breaks off, what was written stays, and its hash is computed anew by the next part. */
  private async append(id: string, offset: number, body: Body, partBytes: number | null = null): Promise<number> {
    const key = uploadKey(id);
    if (this.busy.has(id)) throw new WaybillError('UPLOAD_INVALID', 'Another request is sending to this upload.', { offset });
    this.busy.add(id);
    try {
      const hash = await this.hashes.of(this.options.storage, key, offset);
      const arrived = { bytes: 0 };
      const { bytes } = await this.options.storage.append(key, offset, hashing(limited(body, partBytes), hash, arrived));
      if (bytes === offset + arrived.bytes) this.hashes.keep(key, { hash, bytes });
      if (partBytes !== null && arrived.bytes < partBytes) throw new WaybillError('UPLOAD_INVALID', 'The part ended before its range.', { offset: bytes });
      return bytes;
    } finally {
      this.busy.delete(id);
    }
  }

  private async finish(id: string, bytes: number, { actor, expectedSha256 }: UploadInput): Promise<ReceivedFile> {
    if (bytes === 0) throw new WaybillError('FILE_EMPTY', 'The file has no bytes.');
    const { storage, register } = this.options;
    const sha256 = (await this.hashes.of(storage, uploadKey(id), bytes)).digest('hex');
    if (expectedSha256 !== null && sha256 !== expectedSha256)
      throw new WaybillError('UPLOAD_HASH_MISMATCH', 'The bytes that arrived have another SHA-256 than the client named.', { expected: expectedSha256, arrived: sha256 });
    const storageKey = archiveKey(sha256);
    await storage.move(uploadKey(id), storageKey);
    this.hashes.forget(uploadKey(id));
    const stored = await storage.stat(storageKey);
    if (stored === null) throw new WaybillError('FILE_MISSING', 'The archived copy vanished as soon as it was in its place.');
    return { sha256, bytes, known: await register(actor, { sha256, bytes, storageKey, storedVersion: versionOf(stored) }) };
  }

  private async refuseWhenFull(length: number | null): Promise<void> {
    const free = await this.options.storage.freeBytes();
    if (free === null || length === null) return;
    const missing = length + (this.options.reserveBytes ?? defaultReserve) - free;
    if (missing > 0)
      throw new WaybillError('DISK_WOULD_FILL', `The file does not fit on the disk; ${missing} bytes are missing.`, { bytesNeeded: length, bytesFree: free, bytesMissing: missing });
  }
}

/** Never more than the range said. */
const limited = async function* (body: Body, most: number | null): Body {
  let total = 0;
  for await (const piece of body) {
    total += piece.byteLength;
    if (most !== null && total > most) throw new WaybillError('UPLOAD_INVALID', 'The part is longer than its range.');
    yield piece;
  }
};

/**
 * A file, or standard input, as parts that fit in memory, each with its place. Promises: flat memory whatever the size; one part is read
 * ahead while another is sent; a file that changes, shrinks or vanishes while it is read is UPLOAD_HASH_MISMATCH and never half a file.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { WaybillError } from '../contracts/errors.ts';

export interface Part {
  readonly bytes: Uint8Array;
  /** Of the first byte. */
  readonly start: number;
  /** Nothing follows. */
  readonly last: boolean;
}

export interface ByteParts {
  /** Null: not known before the end. */
  readonly totalBytes: number | null;
  /** One time only. */
  readonly parts: AsyncIterable<Part>;
  readonly close: () => Promise<void>;
}

export const partBytes = 8 * 1024 * 1024;

const changed = (what: string, cause?: unknown): WaybillError =>
  new WaybillError('UPLOAD_HASH_MISMATCH', `The file ${what} while it was read; nothing of it was kept.`, {}, { cause });

/** Fills the buffer as far as there is anything. */
const fill = async (read: (target: Uint8Array, offset: number) => Promise<number>, target: Uint8Array): Promise<Uint8Array> => {
  let length = 0;
  while (length < target.length) {
    const got = await read(target, length);
    if (got === 0) break;
    length += got;
  }
  return target.subarray(0, length);
};

const sameVersion = (a: { readonly size: number; readonly mtimeMs: number }, b: { readonly size: number; readonly mtimeMs: number }): boolean =>
  a.size === b.size && a.mtimeMs === b.mtimeMs;

async function* partsOfFile(file: FileHandle, bytesInAll: number, first: { readonly size: number; readonly mtimeMs: number }): AsyncGenerator<Part, void, undefined> {
  for (let start = 0; start < bytesInAll;) {
    const wanted = Math.min(partBytes, bytesInAll - start);
    const from = start;
    const bytes = await fill(async (target, offset) => {
      const { bytesRead } = await file.read(target, offset, target.length - offset, from + offset).catch((cause: unknown) => { throw changed('could not be read to its end', cause); });
      return bytesRead;
    }, new Uint8Array(wanted));
    if (bytes.length < wanted) throw changed('became shorter');
    const last = start + wanted === bytesInAll;
    // Before the last part leaves: what arrives whole is archived.
    if (last && !sameVersion(await file.stat(), first)) throw changed('changed');
    yield { bytes, start, last };
    start += wanted;
  }
}

const openFile = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, 'r');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EACCES' ? 'may not be read by you' : `cannot be opened (${code})`;
    throw new WaybillError('FILE_UNREADABLE', `The file ${why}.`, {}, { cause });
  }
};

const partsOfStream = async function* (stream: AsyncIterable<Uint8Array>): AsyncGenerator<Part, void, undefined> {
  let start = 0, length = 0;
  let pieces: Uint8Array[] = [];
  let held: Part | null = null;
  const take = (): Part => {
    const part: Part = { bytes: Buffer.concat(pieces), start, last: false };
    start += part.bytes.length;
    length = 0;
    pieces = [];
    return part;
  };
  for await (const piece of stream) {
    pieces.push(piece);
    length += piece.length;
    if (length < partBytes) continue;
    // Only the end tells which part was the last.
    if (held !== null) yield held;
    held = take();
  }
  if (length > 0) { if (held !== null) yield held; held = take(); }
  if (held !== null) yield { ...held, last: true };
};

export const openParts = async (path: string, stdin: AsyncIterable<Uint8Array> = process.stdin): Promise<ByteParts> => {
  if (path === '-') return { totalBytes: null, parts: partsOfStream(stdin), close: () => Promise.resolve() };
  const file = await openFile(path);
  const stats = await file.stat();
  if (stats.isDirectory()) {
    await file.close();
    throw new WaybillError('FILE_UNREADABLE', 'The path is a folder.');
  }
  // A pipe or a device has no size and no offset.
  if (!stats.isFile()) return { totalBytes: null, parts: partsOfStream(file.createReadStream({ autoClose: false })), close: () => file.close() };
  return { totalBytes: stats.size, parts: partsOfFile(file, stats.size, stats), close: () => file.close() };
};

/** The next part is read while the present one is sent. A failure of reading is kept for when its turn comes. */
export async function* readAhead<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
  const source = items[Symbol.asyncIterator]();
  const take = (): Promise<IteratorResult<Item>> => { const next = source.next(); next.catch(() => undefined); return next; };
  try {
    let coming = take();
    for (;;) {
      const next = await coming;
      if (next.done === true) return;
      coming = take();
      yield next.value;
    }
  } finally {
    await source.return?.();
  }
}

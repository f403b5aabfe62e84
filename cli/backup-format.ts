/**
 * The file of `waybill backup`: one line that names the format, then a gzip stream of entries. An entry is a length (4 bytes), a JSON
 * header, the content, and the content's SHA-256; the last entry counts the others and hashes their hashes, so that a file that was cut
 * or changed anywhere is noticed before anything is replaced. tar would carry neither checksum.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { WaybillError } from '../contracts/errors.ts';
import type { Hash } from 'node:crypto';

export const magic = 'WAYBILL-BACKUP 1\n';
const hashBytes = 32;
/** A path is a few hundred bytes; more is not ours. */
const longestHeaderBytes = 16 * 1024;

export const manifestSchema = z.object({
  kind: z.literal('manifest'), createdAt: z.string(), platform: z.string(), arch: z.string(), postgresMajor: z.string(),
}).strict();
export type Manifest = z.infer<typeof manifestSchema>;

const mode = z.number().int().min(0).max(0o777);
/** Below the root of what is restored, whatever the file says. */
const path = z.string().min(1).max(4096).refine((text) => !text.startsWith('/') && !text.includes('\0') && !text.split('/').some((part) => part === '' || part === '.' || part === '..'));
const headerSchema = z.discriminatedUnion('kind', [
  manifestSchema,
  z.object({ kind: z.literal('folder'), path, mode }).strict(),
  z.object({ kind: z.literal('file'), path, mode, size: z.number().int().nonnegative() }).strict(),
  z.object({ kind: z.literal('end'), entries: z.number().int(), sha256: z.string() }).strict(),
]);
export type EntryHeader = z.infer<typeof headerSchema>;
export type FolderOrFile = Extract<EntryHeader, { kind: 'folder' | 'file' }>;

export interface BackupItem {
  readonly header: FolderOrFile;
  /** Where a file's content is. */
  readonly from: string;
}

const encodeHeader = (header: EntryHeader): Buffer => {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json]);
};

/** Exactly `size` bytes: a file that changes while it is read is an error, because then the stack was not stopped. */
async function* encodeContent(from: string, size: number, total: Hash): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let seen = 0;
  if (size > 0)
    for await (const chunk of createReadStream(from, { highWaterMark: 1 << 20, end: size - 1 }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      seen += chunk.length;
      yield chunk;
    }
  if (seen !== size) throw new WaybillError('BACKUP_INVALID', 'A file of the data folder became shorter while it was saved.');
  const digest = hash.digest();
  total.update(digest);
  yield digest;
}

export async function* encodeBackup(manifest: Manifest, items: AsyncIterable<BackupItem>): AsyncGenerator<Buffer> {
  const total = createHash('sha256');
  let entries = 0;
  const head = (header: EntryHeader): Buffer => {
    const encoded = encodeHeader(header);
    total.update(encoded);
    return encoded;
  };
  yield head(manifest);
  for await (const { header, from } of items) {
    entries += 1;
    yield head(header);
    if (header.kind === 'file') yield* encodeContent(from, header.size, total);
  }
  yield encodeHeader({ kind: 'end', entries, sha256: total.digest('hex') });
}

const damaged = (where: string): WaybillError => new WaybillError('BACKUP_INVALID', `The backup is damaged (${where}). Nothing was changed.`);

/** Pulls exact amounts out of a stream. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #held = Buffer.alloc(0);
  constructor(source: AsyncIterable<Buffer>) { this.#source = source[Symbol.asyncIterator](); }

  /** Between 1 and `most` bytes; null at the end. */
  async some(most: number): Promise<Buffer | null> {
    while (this.#held.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return null;
      this.#held = Buffer.from(next.value);
    }
    const taken = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }

  async exactly(size: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = size; left > 0;) {
      const part = await this.some(left);
      if (part === null) throw damaged('it ends too early');
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  }
}

export interface BackupVisitor {
  readonly onManifest: (manifest: Manifest) => Promise<void>;
  readonly onFolder: (header: Extract<EntryHeader, { kind: 'folder' }>) => Promise<void>;
  /** Consume `content` to its end. */
  readonly onFile: (header: Extract<EntryHeader, { kind: 'file' }>, content: AsyncIterable<Buffer>) => Promise<void>;
}

const readHeader = async (reader: ByteReader): Promise<{ readonly header: EntryHeader; readonly bytes: Buffer }> => {
  const length = await reader.exactly(4);
  const size = length.readUInt32BE();
  if (size > longestHeaderBytes) throw damaged('a header is too long');
  const json = await reader.exactly(size);
  try {
    return { header: headerSchema.parse(JSON.parse(json.toString('utf8'))), bytes: Buffer.concat([length, json]) };
  } catch { throw damaged('a header cannot be read'); }
};

async function* contentOf(reader: ByteReader, size: number, hash: Hash): AsyncGenerator<Buffer> {
  for (let left = size; left > 0;) {
    const part = await reader.some(Math.min(left, 1 << 20));
    if (part === null) throw damaged('it ends too early');
    hash.update(part);
    left -= part.length;
    yield part;
  }
}

/** Calls the visitor for each entry; returns only when the whole file was read and every checksum held. */
export const decodeBackup = async (source: AsyncIterable<Buffer>, visitor: BackupVisitor): Promise<void> => {
  const reader = new ByteReader(source);
  const total = createHash('sha256');
  let entries = 0;
  for (;;) {
    const { header, bytes } = await readHeader(reader);
    if (header.kind === 'end') {
      if (header.entries !== entries || header.sha256 !== total.digest('hex')) throw damaged('its closing checksum does not hold');
      return;
    }
    total.update(bytes);
    if (header.kind === 'manifest') { await visitor.onManifest(header); continue; }
    entries += 1;
    if (header.kind === 'folder') { await visitor.onFolder(header); continue; }
    const hash = createHash('sha256');
    await visitor.onFile(header, contentOf(reader, header.size, hash));
    const stored = await reader.exactly(hashBytes);
    if (!hash.digest().equals(stored)) throw damaged(`entry ${entries} does not match its checksum`);
    total.update(stored);
  }
};

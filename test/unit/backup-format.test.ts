import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBackup, encodeBackup } from '../../cli/backup-format.ts';
import type { BackupItem, Manifest } from '../../cli/backup-format.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'waybill-backup-format-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

const manifest: Manifest = { kind: 'manifest', createdAt: '2026-01-01T00:00:00.000Z', platform: 'linux', arch: 'x64', postgresMajor: '18' };

const encode = async (contents: readonly Uint8Array[]): Promise<Buffer> => {
  const items: BackupItem[] = [{ header: { kind: 'folder', path: 'archive', mode: 0o700 }, from: folder }];
  for (const [index, content] of contents.entries()) {
    const from = join(folder, String(index));
    await writeFile(from, content);
    items.push({ header: { kind: 'file', path: `archive/${index}`, mode: 0o600, size: content.length }, from });
  }
  const parts: Buffer[] = [];
  for await (const part of encodeBackup(manifest, Readable.from(items))) parts.push(part);
  return Buffer.concat(parts);
};

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const decode = async (bytes: Buffer, pieceBytes: number): Promise<ReadonlyMap<string, Buffer>> => {
  const files = new Map<string, Buffer>();
  await decodeBackup(inPieces(bytes, pieceBytes), {
    onManifest: async (found) => { expect(found).toEqual(manifest); await Promise.resolve(); },
    onFolder: async ({ path }) => { files.set(path, Buffer.alloc(0)); await Promise.resolve(); },
    onFile: async ({ path }, content) => {
      const parts: Buffer[] = [];
      for await (const part of content) parts.push(part);
      files.set(path, Buffer.concat(parts));
    },
  });
  return files;
};

const contents = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 4 });

describe('the backup format', () => {
  it('gives back what went in, however the stream is cut into pieces', async () => {
    await fc.assert(fc.asyncProperty(contents, fc.integer({ min: 1, max: 4000 }), async (files, pieceBytes) => {
      const decoded = await decode(await encode(files), pieceBytes);
      expect([...decoded.keys()]).toEqual(['archive', ...files.map((_, index) => `archive/${index}`)]);
      for (const [index, content] of files.entries()) expect(decoded.get(`archive/${index}`)?.equals(Buffer.from(content))).toBe(true);
    }), { numRuns: 60 });
  });

  it('notices a changed byte anywhere', async () => {
    const bytes = await encode([Buffer.from('one'), Buffer.from('two two')]);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      await expect(decode(changed, 64)).rejects.toThrow();
    }
  });

  it('notices an end that is missing', async () => {
    const bytes = await encode([Buffer.from('one'), Buffer.from('two two')]);
    for (let size = 0; size < bytes.length; size += 7)
      await expect(decode(bytes.subarray(0, size), 64)).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
  });

  it('refuses a path that leads out of the folder', async () => {
    for (const path of ['../evil', '/etc/passwd', 'archive/../../evil', 'archive//x', './x']) {
      const parts: Buffer[] = [];
      for await (const part of encodeBackup(manifest, Readable.from([{ header: { kind: 'folder', path, mode: 0o700 }, from: folder }]))) parts.push(part);
      await expect(decode(Buffer.concat(parts), 64)).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
    }
  });
});

import { mkdtemp, mkdir, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WaybillError } from '../../contracts/errors.ts';
import { openLocalStorage, type LocalStorage } from '../../storage/local/local-storage.ts';

let folder: string;
let storage: LocalStorage;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-storage-'));
  storage = await openLocalStorage(join(folder, 'root'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const collect = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
};
const failingSource = async function* (text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
  await Promise.resolve();
  throw new WaybillError('UPLOAD_INVALID', 'cut');
};
const keysUnder = async (prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const found of storage.list(prefix)) keys.push(found.key);
  return keys.sort();
};

test('any range reads back as the slice of what was written, by piece, as one buffer and into a target', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(320), fc.nat(320), async (bytes, a, b) => {
    const [start, end] = a < b ? [a, b] : [b, a];
    await storage.write('archive/x', [bytes.subarray(0, 7), bytes.subarray(7)]);
    const expected = Buffer.from(bytes.subarray(start, end));
    expect(await collect(storage.read('archive/x', start, end))).toEqual(expected);
    expect(await storage.readRange('archive/x', start, end)).toEqual(expected);
    const target = new Uint8Array(end - start);
    const count = await storage.readInto('archive/x', start, target);
    expect(Buffer.from(target.subarray(0, count))).toEqual(expected);
  }), { numRuns: 60 });
});

test('an object of several pieces reads back whole, and a reader that stops early leaves no open file', async () => {
  const bytes = Buffer.alloc(3_500_000, 'waybill ');
  await storage.write('archive/big', [bytes]);
  expect((await collect(storage.read('archive/big'))).equals(bytes)).toBe(true);
  const before = (await readdir('/proc/self/fd')).length;
  for (let i = 0; i < 20; i += 1) for await (const piece of storage.read('archive/big')) { expect(piece.byteLength).toBeGreaterThan(0); break; }
  expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(before + 1);
});

test('a write whose source fails leaves the old object as it was and no draft', async () => {
  await storage.write('archive/a', [Buffer.from('old')]);
  await expect(storage.write('archive/a', failingSource('new'))).rejects.toThrow('cut');
  expect((await storage.readRange('archive/a', 0, 10)).toString()).toBe('old');
  expect(await readdir(join(folder, 'root', '.drafts'))).toEqual([]);
});

test('a reader that opened an object goes on reading it while another one takes its place', async () => {
  await storage.write('archive/a', [Buffer.alloc(4_000_000, 'a')]);
  const reader = storage.read('archive/a')[Symbol.asyncIterator]();
  const first = await reader.next();
  await storage.write('archive/a', [Buffer.alloc(4_000_000, 'b')]);
  let total = first.done === true ? 0 : first.value.byteLength;
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
    total += next.value.byteLength;
    expect(next.value.every((byte) => byte === 0x61)).toBe(true);
  }
  expect(total).toBe(4_000_000);
});

test('an append that is cut keeps what arrived and goes on from there, and nowhere else', async () => {
  await expect(storage.append('uploads/u', 0, failingSource('one '))).rejects.toThrow('cut');
  expect((await storage.stat('uploads/u'))?.bytes).toBe(4);
  await expect(storage.append('uploads/u', 0, [Buffer.from('x')])).rejects.toMatchObject({ code: 'UPLOAD_INVALID', place: { offset: 4 } });
  await storage.append('uploads/u', 4, [Buffer.from('two')]);
  expect((await storage.readRange('uploads/u', 0, 100)).toString()).toBe('one two');
});

test('what is moved is under its new key only', async () => {
  await storage.write('uploads/u', [Buffer.from('x')]);
  await storage.move('uploads/u', 'archive/ab/cd/x');
  expect(await storage.stat('uploads/u')).toBeNull();
  expect((await storage.stat('archive/ab/cd/x'))?.bytes).toBe(1);
});

test('listing walks folders, and removing a folder removes all of it and nothing beside it', async () => {
  for (const key of ['spool/j1', 'spool/j2/part-0', 'spool/j2/part-1', 'spool-2/x']) await storage.write(key, [Buffer.from(key)]);
  expect(await keysUnder('spool')).toEqual(['spool/j1', 'spool/j2/part-0', 'spool/j2/part-1']);
  await storage.remove('spool/j2');
  await storage.remove('spool/never-there');
  expect(await keysUnder('spool')).toEqual(['spool/j1']);
  expect(await keysUnder('nothing')).toEqual([]);
});

test('what is not there has no stat and is FILE_MISSING to readers', async () => {
  expect(await storage.stat('archive/none')).toBeNull();
  await expect(collect(storage.read('archive/none'))).rejects.toMatchObject({ code: 'FILE_MISSING' });
  await expect(storage.readRange('archive/none', 0, 1)).rejects.toMatchObject({ code: 'FILE_MISSING' });
  await expect(storage.move('archive/none', 'archive/there')).rejects.toMatchObject({ code: 'FILE_MISSING' });
});

test('no key leaves the root: not by dots, not by an absolute path, not through a symbolic link', async () => {
  await writeFile(join(folder, 'secret'), 'secret');
  await mkdir(join(folder, 'outside'));
  await symlink(join(folder, 'secret'), join(folder, 'root', 'link'));
  await symlink(join(folder, 'outside'), join(folder, 'root', 'dir'));
  const escapes = ['../secret', '..', '.', '', '/etc/passwd', 'a/../../secret', 'a//b', 'a\\..\\b', '.drafts/x', 'a\0b', 'link', 'dir/x'];
  for (const key of escapes) {
    await expect(collect(storage.read(key)), key).rejects.toBeInstanceOf(WaybillError);
    if (key !== 'link') await expect(storage.write(key, [Buffer.from('x')]), key).rejects.toBeInstanceOf(WaybillError);
  }
  await expect(storage.append('link', 0, [Buffer.from('x')])).rejects.toBeInstanceOf(Error);
  await expect(storage.remove('link')).rejects.toBeInstanceOf(WaybillError);
  expect(await readdir(join(folder, 'outside'))).toEqual([]);
  expect((await stat(join(folder, 'secret'))).size).toBe(6);
});

test('objects are readable by their owner only', async () => {
  await storage.write('archive/a', [Buffer.from('x')]);
  expect((await stat(join(folder, 'root', 'archive', 'a'))).mode & 0o777).toBe(0o600);
});

test('drafts of killed writers are removed when the storage is opened, young ones are not', async () => {
  const drafts = join(folder, 'root', '.drafts');
  await writeFile(join(drafts, 'old'), 'x');
  await writeFile(join(drafts, 'young'), 'x');
  const longAgo = new Date(Date.now() - 25 * 3_600_000);
  await utimes(join(drafts, 'old'), longAgo, longAgo);
  await openLocalStorage(join(folder, 'root'));
  expect(await readdir(drafts)).toEqual(['young']);
});

test('the free bytes of the disk are known', async () => {
  expect(await storage.freeBytes()).toBeGreaterThan(0);
});

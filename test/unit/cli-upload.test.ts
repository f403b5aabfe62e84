import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorResponse } from '../../api/http/error-response.ts';
import { createNodeListener } from '../../api/http/node-listener.ts';
import { handleFiles } from '../../api/uploads/handle-files.ts';
import { UploadService } from '../../api/uploads/upload-service.ts';
import { ApiClient } from '../../cli/api-client.ts';
import { partBytes } from '../../cli/read-parts.ts';
import { uploadFile } from '../../cli/upload-file.ts';
import { localOperator } from '../../contracts/actor.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { archiveKey, uploadsPrefix } from '../../storage/storage-keys.ts';
import { openLocalStorage } from '../../storage/local/local-storage.ts';
import type { LocalStorage } from '../../storage/local/local-storage.ts';

/** The API's own upload service behind a listener that can be told to break the connection. */
let folder = '';
let storage: LocalStorage;
let client: ApiClient;
let closeServer: () => Promise<void>;
/** How many of the next PUT requests lose: `connection` while the body is sent, `answer` after it was taken. */
const lose = { connection: 0, answer: 0 };
const retry = { firstMs: 1, longestMs: 5, patienceMs: 2_000 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-cli-upload-'));
  storage = await openLocalStorage(join(folder, 'archive'));
  const uploads = new UploadService({ storage, register: () => Promise.resolve(false) });
  const { handle } = createNodeListener((request) => handleFiles(request, localOperator, uploads)
    .catch((error: unknown) => errorResponse(error instanceof WaybillError ? error : new WaybillError('INTERNAL', String(error)))));
  const server = createServer((incoming, outgoing) => {
    if (incoming.method === 'PUT' && lose.connection > 0) {
      lose.connection -= 1;
      let seen = 0;
      incoming.on('data', (piece: Buffer) => { seen += piece.length; if (seen > 100_000) incoming.socket.destroy(); });
    }
    if (incoming.method === 'PUT' && lose.answer > 0) {
      lose.answer -= 1;
      outgoing.writeHead = ((): typeof outgoing => { incoming.socket.destroy(); return outgoing; });
    }
    handle(incoming, outgoing);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  closeServer = () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => { resolve(); }); });
  const { port } = server.address() as AddressInfo;
  client = new ApiClient({ url: `http://127.0.0.1:${port}`, token: 't', receiptsFolder: folder, keysFolder: folder, local: true });
});
afterAll(async () => { await closeServer(); await rm(folder, { recursive: true, force: true }); });

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const writeRandom = async (bytes: number): Promise<{ readonly path: string; readonly content: Buffer }> => {
  const content = randomBytes(bytes);
  const path = join(folder, `${randomBytes(6).toString('hex')}.csv`);
  await writeFile(path, content);
  return { path, content };
};
const archived = async (hash: string): Promise<string> => {
  const digest = createHash('sha256');
  for await (const piece of storage.read(archiveKey(hash))) digest.update(piece);
  return digest.digest('hex');
};
const unfinished = async (): Promise<number> => {
  let count = 0;
  for await (const object of storage.list(uploadsPrefix)) count += object.key === '' ? 0 : 1;
  return count;
};

describe('an upload', () => {
  it.each([1, partBytes - 1, partBytes, partBytes + 1, 2 * partBytes])('of %i bytes arrives whole', async (bytes) => {
    const { path, content } = await writeRandom(bytes);
    const uploaded = await uploadFile(client, path, { retry });
    expect(uploaded).toEqual({ sha256: sha256(content), bytes });
    expect(await archived(uploaded.sha256)).toBe(uploaded.sha256);
  });
  it('goes on where it stood when the connection breaks again and again', async () => {
    const { path, content } = await writeRandom(2 * partBytes + 7);
    lose.connection = 4;
    const uploaded = await uploadFile(client, path, { retry });
    expect(lose.connection).toBe(0);
    expect(await archived(uploaded.sha256)).toBe(sha256(content));
  });
  it('is complete when only the answers got lost', async () => {
    const { path, content } = await writeRandom(partBytes + 7);
    lose.answer = 2;
    const uploaded = await uploadFile(client, path, { retry });
    expect(lose.answer).toBe(0);
    expect(await archived(uploaded.sha256)).toBe(sha256(content));
  });
  it('takes standard input, whose length nobody knows', async () => {
    const content = randomBytes(partBytes + 1234);
    const stdin = (async function* () { for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536); })();
    lose.connection = 1;
    const uploaded = await uploadFile(client, '-', { retry, stdin });
    expect(uploaded).toEqual({ sha256: sha256(content), bytes: content.length });
    expect(await archived(uploaded.sha256)).toBe(uploaded.sha256);
  });
  it('of nothing is refused, from a file and from standard input', async () => {
    const { path } = await writeRandom(0);
    await expect(uploadFile(client, path, { retry })).rejects.toMatchObject({ code: 'FILE_EMPTY' });
    const nothing = (async function* (): AsyncGenerator<Uint8Array> { yield* []; })();
    await expect(uploadFile(client, '-', { retry, stdin: nothing })).rejects.toMatchObject({ code: 'FILE_EMPTY' });
  });
  it.each([
    // At once: a change that waits for its turn may come when everything is read already.
    ['grows', (path: string) => { appendFileSync(path, 'x'); }],
    ['shrinks', (path: string) => { truncateSync(path, partBytes + 1); }],
    ['is rewritten', (path: string) => { writeFileSync(path, randomBytes(3 * partBytes)); }],
  ])('of a file that %s while it is read is refused, and nothing of it stays', async (_, change) => {
    const { path } = await writeRandom(3 * partBytes);
    const before = await unfinished();
    let isChanged = false;
    const sending = uploadFile(client, path, { retry, onBytes: () => { if (!isChanged) change(path); isChanged = true; } });
    await expect(sending).rejects.toMatchObject({ code: 'UPLOAD_HASH_MISMATCH' });
    expect(await unfinished()).toBe(before);
  });
  it('of a path that leads to no file says so', async () => {
    await expect(uploadFile(client, join(folder, 'absent.csv'), { retry })).rejects.toMatchObject({ code: 'FILE_UNREADABLE', message: 'The file does not exist.' });
    await expect(uploadFile(client, folder, { retry })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
  it('to a stack that does not run says so at once', async () => {
    const { path } = await writeRandom(10);
    const away = new ApiClient({ ...client.address, url: 'http://127.0.0.1:1' });
    const started = Date.now();
    await expect(uploadFile(away, path)).rejects.toMatchObject({ code: 'STACK_UNAVAILABLE' });
    expect(Date.now() - started).toBeLessThan(5_000);
  });
});

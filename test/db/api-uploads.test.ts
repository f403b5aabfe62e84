import { createHash } from 'node:crypto';
import { createConnection } from 'node:net';
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApi } from '../../api/create-api.ts';
import type { Storage } from '../../storage/storage.ts';
import { archiveKey } from '../../storage/storage-keys.ts';
import { createApiBench, testToken, type ApiBench } from '../support/api-bench.ts';

let bench: ApiBench;
let base: string;
beforeAll(async () => { bench = await createApiBench(); base = await bench.open(); });
afterAll(() => bench.close());

const authorization = `Bearer ${testToken}`;
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const put = (path: string, body: BodyInit | null, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(base + path, { method: 'PUT', body, headers: { authorization, ...headers }, ...(body === null ? {} : { duplex: 'half' }) });
const json = async (response: Response): Promise<Record<string, unknown>> => await response.json() as Record<string, unknown>;
const codeOf = async (response: Response): Promise<unknown> => ((await json(response))['error'] as { code: string }).code;
const begin = async (): Promise<string> => {
  const response = await fetch(`${base}/files`, { method: 'POST', headers: { authorization } });
  expect(response.status).toBe(201);
  return (await json(response))['uploadId'] as string;
};
const offsetOf = async (id: string): Promise<number> => Number((await fetch(`${base}/files/${id}`, { method: 'HEAD', headers: { authorization } })).headers.get('upload-offset'));
const storedUploads = async (): Promise<number> => { let count = 0; for await (const found of bench.deps.storage.list('uploads')) count += found.bytes >= 0 ? 1 : 0; return count; };

test('a file is archived under its hash, registered, audited, and known the second time', async () => {
  const text = 'id,name\n1,Ada\n';
  const first = await put('/files?name=people.csv', text, { 'x-content-sha256': sha256(text) });
  expect(first.status).toBe(201);
  expect(await json(first)).toEqual({ sha256: sha256(text), bytes: text.length, known: false });
  expect(await json(await put('/files', text))).toMatchObject({ known: true });
  expect((await bench.deps.storage.readRange(archiveKey(sha256(text)), 0, 100)).toString()).toBe(text);
  const { rows } = await bench.deps.pool.query(`select action, body from waybill.audit_events where action = 'file.received' and body like '%' || $1 || '%'`, [sha256(text)]);
  expect(rows).toHaveLength(2);
  expect(JSON.stringify(rows)).not.toContain('people.csv');
  expect(await storedUploads()).toBe(0);
});

test('sending a file again heals an archive copy that was damaged', async () => {
  const text = 'id\nheal\n';
  await put('/files', text);
  await bench.deps.storage.write(archiveKey(sha256(text)), [Buffer.from('damaged!')]);
  await put('/files', text);
  expect((await bench.deps.storage.readRange(archiveKey(sha256(text)), 0, 100)).toString()).toBe(text);
});

test('another hash than the one announced is refused, and nothing stays', async () => {
  const response = await put('/files', 'x', { 'x-content-sha256': sha256('y') });
  expect([response.status, await codeOf(response)]).toEqual([422, 'UPLOAD_HASH_MISMATCH']);
  expect(await bench.deps.storage.stat(archiveKey(sha256('x')))).toBeNull();
  expect(await storedUploads()).toBe(0);
});

test('an empty file is refused', async () => {
  const response = await put('/files', '');
  expect([response.status, await codeOf(response)]).toEqual([422, 'FILE_EMPTY']);
});

test('200 MB go through without the memory growing with them', async () => {
  const piece = Buffer.alloc(1024 * 1024, 'waybill,');
  const hash = createHash('sha256');
  const started = process.memoryUsage().rss;
  let peak = 0;
  const outgoing = request(`${base}/files`, { method: 'PUT', headers: { authorization } });
  const answered = once(outgoing, 'response');
  for (let i = 0; i < 200; i += 1) {
    hash.update(piece);
    if (!outgoing.write(piece)) await once(outgoing, 'drain');
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  outgoing.end();
  const [incoming] = await answered as [IncomingMessage];
  const body = JSON.parse(Buffer.concat(await incoming.toArray()).toString()) as { sha256: string; bytes: number };
  expect(body).toMatchObject({ sha256: hash.digest('hex'), bytes: 200 * 1024 * 1024 });
  // Both ends of the socket are in this process.
  expect(peak - started).toBeLessThan(120 * 1024 * 1024);
  await bench.deps.storage.remove(archiveKey(body.sha256));
});

test('an upload goes on part by part, wrong offsets are told the right one, and the last part completes it', async () => {
  const bytes = Buffer.from('id,name\n1,Ada\n2,Grace\n');
  const id = await begin();
  expect(await offsetOf(id)).toBe(0);
  const first = await put(`/files/${id}`, bytes.subarray(0, 10), { 'content-range': 'bytes 0-9/*' });
  expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '10']);
  const wrong = await put(`/files/${id}`, bytes.subarray(0, 10), { 'content-range': 'bytes 0-9/*' });
  expect([wrong.status, wrong.headers.get('upload-offset'), await codeOf(wrong)]).toEqual([409, '10', 'UPLOAD_INVALID']);
  const last = await put(`/files/${id}`, bytes.subarray(10), { 'content-range': `bytes 10-${bytes.length - 1}/${bytes.length}`, 'x-content-sha256': sha256(bytes) });
  expect(last.status).toBe(201);
  expect(await json(last)).toMatchObject({ sha256: sha256(bytes), bytes: bytes.length });
  const gone = await fetch(`${base}/files/${id}`, { method: 'HEAD', headers: { authorization } });
  expect(gone.status).toBe(404);
});

test('an upload of unknown length is ended by its total', async () => {
  const id = await begin();
  await put(`/files/${id}`, 'abc', { 'content-range': 'bytes 0-2/*' });
  const early = await put(`/files/${id}`, null, { 'content-range': 'bytes */4' });
  expect(early.status).toBe(409);
  const end = await put(`/files/${id}`, null, { 'content-range': 'bytes */3' });
  expect(await json(end)).toMatchObject({ sha256: sha256('abc'), bytes: 3 });
});

test('a connection that breaks keeps what arrived, and the upload goes on from there even in another process', async () => {
  const bytes = Buffer.alloc(3_000_000, 'one row of a file that is cut\n');
  const id = await begin();
  const { port } = new URL(base);
  const socket = createConnection(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`PUT /files/${id} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Range: bytes 0-${bytes.length - 1}/${bytes.length}\r\nContent-Length: ${bytes.length}\r\n\r\n`);
  await new Promise<void>((resolve) => { socket.write(bytes.subarray(0, 2_000_000), () => { resolve(); }); });
  await expect.poll(() => offsetOf(id), { timeout: 5_000 }).toBeGreaterThan(1_000_000);
  socket.destroy();
  // The server needs a moment to hear of the break and to keep what arrived.
  let arrived = -1;
  await expect.poll(async () => { const before = arrived; arrived = await offsetOf(id); return arrived === before; }, { interval: 200, timeout: 5_000 }).toBe(true);
  expect(arrived).toBeLessThanOrEqual(2_000_000);
  const other = createApi(bench.deps);
  const goOn = (): Promise<Response> => {
    const headers = { authorization, 'content-range': `bytes ${arrived}-${bytes.length - 1}/${bytes.length}`, 'x-content-sha256': sha256(bytes) };
    return other.fetch(new Request(`http://x/files/${id}`, { method: 'PUT', body: bytes.subarray(arrived), headers }));
  };
  const done = await goOn();
  expect(done.status).toBe(201);
  expect(await json(done)).toEqual({ sha256: sha256(bytes), bytes: bytes.length, known: false });
});

test('a file that does not fit on the disk is refused before it is read, with the amount', async () => {
  const storage: Storage = Object.assign(Object.create(bench.deps.storage) as Storage, { freeBytes: () => Promise.resolve(1_000) });
  const api = createApi({ ...bench.deps, storage });
  const response = await api.fetch(new Request('http://x/files', { method: 'PUT', body: 'abc', headers: { authorization, 'content-length': '3' } }));
  expect(response.status).toBe(507);
  expect(await json(response)).toMatchObject({ error: { code: 'DISK_WOULD_FILL', place: { bytesNeeded: 3, bytesFree: 1_000, bytesMissing: 64 * 1024 * 1024 - 997 } } });
});

test('uploads that nobody went on with for a day are removed, others are not', async () => {
  const before = await storedUploads();
  const id = await begin();
  expect(await bench.api.uploads.removeStale(Date.now() + 23 * 3_600_000)).toBe(0);
  expect(await bench.api.uploads.removeStale(Date.now() + 25 * 3_600_000)).toBe(before + 1);
  expect((await fetch(`${base}/files/${id}`, { method: 'HEAD', headers: { authorization } })).status).toBe(404);
});

test('without the token nothing is received', async () => {
  const response = await fetch(`${base}/files`, { method: 'PUT', body: 'x' });
  expect([response.status, await codeOf(response)]).toEqual([401, 'UNAUTHENTICATED']);
  expect(await bench.deps.storage.stat(archiveKey(sha256('x')))).toBeNull();
});

test('an upload id that is none, or leads elsewhere, is unknown', async () => {
  for (const id of ['nope', '..%2f..%2farchive', '00000000-0000-4000-8000-000000000000']) {
    const response = await put(`/files/${id}`, 'x', { 'content-range': 'bytes 0-0/1' });
    expect([response.status, await codeOf(response)], id).toEqual([404, 'UPLOAD_UNKNOWN']);
  }
});

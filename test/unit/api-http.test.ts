import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { errorResponse, toPublicError } from '../../api/http/error-response.ts';
import { readLimitedBody } from '../../api/http/limit-body.ts';
import { authenticateByToken, readOrMakeToken } from '../../api/http/local-token.ts';
import { createRateLimiter } from '../../api/http/rate-limit.ts';
import { expectedSha256, parseContentRange } from '../../api/uploads/upload-range.ts';
import { decodeCursor, encodeCursor } from '../../api/graphql/page-cursor.ts';
import { parseImportRequest } from '../../api/jobs/parse-import-request.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { localOperator } from '../../contracts/actor.ts';

const address = 'http://waybill.test/';
const withToken = (authorization?: string): Request => new Request(address, authorization === undefined ? {} : { headers: { authorization } });

test('the token is made once, with mode 0600, and several first starts agree on it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-token-'));
  try {
    const path = join(folder, 'deep', 'token');
    const tokens = await Promise.all(Array.from({ length: 8 }, () => readOrMakeToken(path)));
    expect(new Set(tokens).size).toBe(1);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path, 'utf8')).trim()).toBe(tokens[0]);
    expect(await readOrMakeToken(path)).toBe(tokens[0]);
  } finally { await rm(folder, { recursive: true }); }
});

test('a token file that is too short is refused, not used', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-token-'));
  try {
    await writeFile(join(folder, 'token'), 'short');
    await expect(readOrMakeToken(join(folder, 'token'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  } finally { await rm(folder, { recursive: true }); }
});

test('only the exact token stands for the operator', async () => {
  const token = 'a'.repeat(43);
  const authenticate = authenticateByToken(token);
  expect(await authenticate(withToken(`Bearer ${token}`))).toEqual(localOperator);
  for (const wrong of [undefined, '', 'Bearer', `Bearer ${token}x`, `Bearer ${token.slice(1)}`, token, `Basic ${token}`])
    expect(await authenticate(withToken(wrong))).toBeNull();
});

test('an unexpected error is masked, and the log has its kind and place but not its message', () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => { lines.push(line); } });
  const masked = toPublicError(new TypeError('secret cell value'), log);
  expect(masked.code).toBe('INTERNAL');
  expect(masked.message).not.toContain('secret');
  expect(lines.join('')).toContain('TypeError');
  expect(lines.join('')).not.toContain('secret');
});

test('an error leaves with its code, place, remedy and status', async () => {
  const response = errorResponse(new WaybillError('UPLOAD_INVALID', 'x', { offset: 5 }));
  expect(response.status).toBe(409);
  expect(response.headers.get('upload-offset')).toBe('5');
  expect(await response.json()).toMatchObject({ error: { code: 'UPLOAD_INVALID', place: { offset: 5 }, retryable: false } });
});

test('a body of just the limit passes, one byte more does not, whatever its Content-Length says', async () => {
  const post = (bytes: number): Request => new Request(address, { method: 'POST', body: new Uint8Array(bytes) });
  expect((await readLimitedBody(post(10), 10)).byteLength).toBe(10);
  await expect(readLimitedBody(post(11), 10)).rejects.toMatchObject({ code: 'REQUEST_TOO_LARGE' });
});

test('a burst passes, then the rate holds, and another actor is not held up', () => {
  let now = 0;
  const allowed = createRateLimiter({ perSecond: 10, burst: 5 }, () => now);
  expect(Array.from({ length: 6 }, () => allowed('a'))).toEqual([true, true, true, true, true, false]);
  expect(allowed('b')).toBe(true);
  now += 200;
  expect([allowed('a'), allowed('a'), allowed('a')]).toEqual([true, true, false]);
});

test('a content range is read exactly, and nothing that is not one', () => {
  expect(parseContentRange('bytes 0-4/10')).toEqual({ start: 0, last: 4, total: 10 });
  expect(parseContentRange('bytes 5-9/*')).toEqual({ start: 5, last: 9, total: null });
  expect(parseContentRange('bytes */10')).toEqual({ start: null, last: null, total: 10 });
  for (const bad of [null, '', 'bytes */*', 'bytes 5-4/10', 'bytes 0-10/10', 'bytes 0-4', 'items 0-4/10', 'bytes -1-4/10'])
    expect(() => parseContentRange(bad)).toThrow(WaybillError);
});

test('the expected hash is read from each of the headers that may carry it', () => {
  const hex = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
  const base64 = Buffer.from(hex, 'hex').toString('base64');
  for (const [name, value] of [['x-content-sha256', hex.toUpperCase()], ['digest', `md5=x, SHA-256=${base64}`], ['content-digest', `sha-256=:${base64}:`]] as const)
    expect(expectedSha256(new Headers({ [name]: value })), name).toBe(hex);
  expect(expectedSha256(new Headers())).toBeNull();
  for (const [name, value] of [['x-content-sha256', 'zz'], ['digest', 'md5=x']] as const)
    expect(() => expectedSha256(new Headers({ [name]: value })), name).toThrow(WaybillError);
});

test('cursors come back as they went, and others are refused', () => {
  fc.assert(fc.property(fc.maxSafeNat(), fc.nat(), (a, b) => { expect(decodeCursor(encodeCursor(a, b), 2)).toEqual([a, b]); }));
  for (const bad of ['x', encodeCursor(1), 'LTEuMg']) expect(() => decodeCursor(bad, 2)).toThrow(WaybillError);
});

test('a null of GraphQL means "not said", but a null quote means no quotes', () => {
  const sha256 = 'a'.repeat(64);
  const request = parseImportRequest({ sha256, fileName: 'x', dataset: 'd', mode: null, maxErrors: null, parse: { quote: null, delimiter: null }, dateOrders: [{ field: 'f', order: 'dmy' }] });
  expect(request).toMatchObject({ duplicates: 'last', maxErrors: null, parse: { quote: null }, dateOrders: { f: 'dmy' } });
  expect(request).not.toHaveProperty('mode');
});

test('a refused request names the place and repeats nothing that was typed', () => {
  const refused = (() => { try { parseImportRequest({ sha256: 'secret', fileName: 'x', dataset: 'd' }); return null; } catch (error) { return error as WaybillError; } })();
  expect(refused).toMatchObject({ code: 'REQUEST_INVALID', place: { field: 'sha256' } });
  expect(refused?.message).not.toContain('secret');
});

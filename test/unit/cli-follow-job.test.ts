import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../../cli/api-client.ts';
import { followJob } from '../../cli/follow-job.ts';
import type { Progress } from '../../cli/follow-job.ts';
import { withRetry } from '../../cli/retry.ts';
import { WaybillError } from '../../contracts/errors.ts';

const retry = { firstMs: 1, longestMs: 10, patienceMs: 500 };
let server: Server | null = null;
afterEach(() => { server?.closeAllConnections(); server?.close(); server = null; });

/** One answer a request, in order; the last one is repeated. */
const serve = async (...answers: readonly ((outgoing: ServerResponse) => void)[]): Promise<ApiClient> => {
  let request = 0;
  server = createServer((incoming, outgoing) => {
    incoming.resume();
    answers[Math.min(request, answers.length - 1)]?.(outgoing);
    request += 1;
  });
  await new Promise<void>((resolve) => { server?.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return new ApiClient({ url: `http://127.0.0.1:${port}`, token: 't', receiptsFolder: '/nowhere', keysFolder: '/nowhere', local: true });
};

const progress = (state: Progress['state'], rowsRead: number): string =>
  `event: next\ndata: ${JSON.stringify({ data: { jobProgress: { state, rowsRead } } })}\n\n`;
const complete = 'event: complete\ndata:\n\n';
const events = (text: string, then: 'end' | 'break' | 'wait' = 'end') => (outgoing: ServerResponse): void => {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
  outgoing.write(text, () => {
    if (then === 'end') outgoing.end();
    if (then === 'break') outgoing.destroy();
  });
};

describe('following a job', () => {
  it('ends with its final state', async () => {
    const client = await serve(events(`:\n\n${progress('staging', 1)}${progress('completed', 2)}${complete}`));
    const seen: number[] = [];
    const last = await followJob(client, 'j', { signal: new AbortController().signal, onProgress: (item) => { seen.push(item.rowsRead); }, retry });
    expect(last?.state).toBe('completed');
    expect(seen).toEqual([1, 2]);
  });
  it('goes on after broken connections, an API that restarts and a stream that completes too early', async () => {
    const client = await serve(
      events(progress('staging', 1), 'break'),
      (outgoing) => { outgoing.destroy(); },
      (outgoing) => { outgoing.writeHead(503).end(); },
      events(progress('staging', 2) + complete),
      events(progress('committing', 3)),
      events(progress('completed', 4) + complete),
    );
    let away = 0;
    const seen: number[] = [];
    const last = await followJob(client, 'j', { signal: new AbortController().signal, onProgress: (item) => { seen.push(item.rowsRead); }, onAway: () => { away += 1; }, retry });
    expect(last?.state).toBe('completed');
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(away).toBe(4);
  });
  it('stops when it is told to, without an error', async () => {
    const client = await serve(events(progress('staging', 1), 'wait'));
    const controller = new AbortController();
    const last = await followJob(client, 'j', { signal: controller.signal, onProgress: () => { controller.abort(); }, retry });
    expect(last).toBeNull();
  });
  it('gives up on an API that stays away', async () => {
    const client = await serve((outgoing) => { outgoing.destroy(); });
    await expect(followJob(client, 'j', { signal: new AbortController().signal, onProgress: () => undefined, retry })).rejects.toMatchObject({ code: 'STACK_UNAVAILABLE' });
  });
  it('does not try again what the API refuses', async () => {
    const refusal = { errors: [{ message: 'No such job.', extensions: { code: 'JOB_UNKNOWN' } }] };
    const client = await serve(events(`event: next\ndata: ${JSON.stringify(refusal)}\n\n${complete}`));
    await expect(followJob(client, 'j', { signal: new AbortController().signal, onProgress: () => undefined, retry })).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
  });
});

describe('trying again', () => {
  it('is for silence, not for refusals', async () => {
    let calls = 0;
    const result = await withRetry(() => { calls += 1; return calls < 3 ? Promise.reject(new WaybillError('STACK_UNAVAILABLE', '')) : Promise.resolve('here'); }, retry);
    expect([result, calls]).toEqual(['here', 3]);
    calls = 0;
    await expect(withRetry(() => { calls += 1; return Promise.reject(new WaybillError('DATASET_UNKNOWN', '')); }, retry)).rejects.toMatchObject({ code: 'DATASET_UNKNOWN' });
    expect(calls).toBe(1);
  });
});

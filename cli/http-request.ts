/**
 * One HTTP request by node:http. Not `fetch`: undici costs 40 ms to load and gives up on answers that take five minutes, which a large
 * upload or a quiet subscription may. Promises: a connection that cannot be made or breaks is STACK_UNAVAILABLE, with what the socket said as cause.
 */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { WaybillError } from '../contracts/errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Longest silence of the socket; 0: any. Default two minutes. */
  readonly idleMs?: number;
}

export type HttpResponse = IncomingMessage;
const defaultIdleMs = 120_000;

const unavailable = (cause: unknown): WaybillError =>
  new WaybillError('STACK_UNAVAILABLE', 'The API does not answer.', {}, { cause });

const requestFunction = async (url: string): Promise<typeof httpRequest> =>
  url.startsWith('https:') ? (await import('node:https')).request : httpRequest;

export const sendRequest = async (options: HttpRequest): Promise<HttpResponse> => {
  const start = await requestFunction(options.url);
  return new Promise((resolve, reject) => {
    const { method, headers, body, signal } = options;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = start(options.url, { method, headers: { ...headers, ...length }, ...(signal === undefined ? {} : { signal }) });
    outgoing.setTimeout(options.idleMs ?? defaultIdleMs, () => { outgoing.destroy(new Error('silent for too long')); });
    outgoing.on('response', resolve);
    outgoing.on('error', (error) => { reject(unavailable(error)); });
    outgoing.end(body);
  });
};

export const readText = async (response: HttpResponse): Promise<string> => {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of response) pieces.push(piece as Buffer);
  } catch (cause) {
    throw unavailable(cause);
  }
  return Buffer.concat(pieces).toString('utf8');
};

export const isOk = (response: HttpResponse): boolean => {
  const status = response.statusCode ?? 0;
  return status >= 200 && status < 300;
};

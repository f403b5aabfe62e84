/** The API as the commands see it: typed operations, a subscription, plain HTTP for bytes. Knows nothing of the terminal. */
import { WaybillError } from '../contracts/errors.ts';
import { errorOfGraphql, errorOfHttp } from './api-error.ts';
import { receiptPath } from './api-address.ts';
import type { ApiAddress } from './api-address.ts';
import { readEvents } from './event-stream.ts';
import { isOk, readText, sendRequest } from './http-request.ts';
import type { HttpRequest, HttpResponse } from './http-request.ts';
import type { TypedDocument } from './typed-document.ts';

interface GraphqlAnswer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly unknown[];
}

const json = 'application/json';
/** graphql-sse pings every 12 seconds. */
const subscriptionIdleMs = 45_000;

const dataOf = <Result>(answer: GraphqlAnswer<Result>): Result => {
  if (answer.errors !== undefined && answer.errors.length > 0) throw errorOfGraphql(answer.errors[0]);
  if (answer.data === undefined || answer.data === null) throw new WaybillError('REQUEST_INVALID', 'The answer holds no data.');
  return answer.data;
};

const parseAnswer = <Result>(text: string): GraphqlAnswer<Result> => {
  try {
    // The API answers by the schema from which Result was generated.
    return JSON.parse(text) as GraphqlAnswer<Result>;
  } catch (cause) {
    throw new WaybillError('STACK_UNAVAILABLE', 'The API’s answer broke off.', {}, { cause });
  }
};

export type HttpOptions = Omit<HttpRequest, 'url' | 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

export class ApiClient {
  constructor(readonly address: ApiAddress) {}

  /** Any status; the caller reads the body. */
  send(path: string, { headers, ...options }: HttpOptions): Promise<HttpResponse> {
    return sendRequest({ ...options, url: `${this.address.url}${path}`, headers: { authorization: `Bearer ${this.address.token}`, ...headers } });
  }

  /** 2xx, or the API's error. */
  async fetch(path: string, options: HttpOptions): Promise<HttpResponse> {
    const response = await this.send(path, options);
    if (isOk(response)) return response;
    throw errorOfHttp(response.statusCode ?? 0, await readText(response));
  }

  async request<Result, Variables>(document: TypedDocument<Result, Variables>, variables: Variables): Promise<Result> {
    const response = await this.send('/graphql', { method: 'POST', headers: { 'content-type': json, accept: json }, body: bodyOf(document, variables) });
    const text = await readText(response);
    if (!isOk(response)) throw errorOfHttp(response.statusCode ?? 0, text);
    return dataOf(parseAnswer<Result>(text));
  }

  /** Ends when the server says that it is complete; a connection that breaks before is STACK_UNAVAILABLE. */
  async* subscribe<Result, Variables>(document: TypedDocument<Result, Variables>, variables: Variables, signal: AbortSignal): AsyncGenerator<Result, void, undefined> {
    const response = await this.fetch('/graphql/stream', {
      method: 'POST', headers: { 'content-type': json, accept: 'text/event-stream' }, body: bodyOf(document, variables), signal, idleMs: subscriptionIdleMs,
    });
    try {
      for await (const { event, data } of readEvents(response)) {
        if (event === 'complete') return;
        if (event === 'next') yield dataOf(parseAnswer<Result>(data));
      }
    } catch (error) {
      throw error instanceof WaybillError ? error : new WaybillError('STACK_UNAVAILABLE', 'The connection to the API broke.', {}, { cause: error });
    } finally {
      response.destroy();
    }
    throw new WaybillError('STACK_UNAVAILABLE', 'The connection to the API broke.');
  }

  receiptPath(jobId: string): string { return receiptPath(this.address, jobId); }
}

const bodyOf = <Result, Variables>(document: TypedDocument<Result, Variables>, variables: Variables): string =>
  JSON.stringify({ query: document.text, operationName: document.name, variables });

/**
 * node:http to fetch and back. Promises: a body is pulled piece by piece (Readable.toWeb counts its high-water mark in pieces, so in
 * byte mode it would queue gigabytes: nodejs/node#46347); a client that goes away cancels the
 * response's stream, so that subscriptions end.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Fetch = (request: Request) => Promise<Response>;

const bodyOf = (incoming: IncomingMessage): ReadableStream<Uint8Array> => {
  const pieces = incoming[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await pieces.next();
      if (next.done === true) controller.close(); else controller.enqueue(next.value);
    },
    // The socket stays open: the response still has to be sent.
    cancel: () => undefined,
  }, { highWaterMark: 0 });
};

const requestOf = (incoming: IncomingMessage, signal: AbortSignal): Request => {
  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) headers.append(incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '');
  const method = incoming.method ?? 'GET';
  const bare = method === 'GET' || method === 'HEAD';
  const init = { method, headers, signal, ...(bare ? {} : { body: bodyOf(incoming), duplex: 'half' as const }) };
  // The host is the client's word and means nothing here; only path and query are read.
  return new Request(new URL(incoming.url ?? '/', 'http://waybill.invalid'), init);
};

const drained = (outgoing: ServerResponse): Promise<void> => new Promise((resolve) => {
  const done = (): void => { outgoing.off('drain', done); outgoing.off('close', done); resolve(); };
  outgoing.on('drain', done);
  outgoing.on('close', done);
});

const sendBody = async (body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> => {
  const reader = body.getReader();
  const stop = (): void => { reader.cancel().catch(() => undefined); };
  outgoing.once('close', stop);
  try {
    for (let next = await reader.read(); !next.done && !outgoing.destroyed; next = await reader.read())
      if (!outgoing.write(next.value)) await drained(outgoing);
    outgoing.end();
  } catch {
    // Half a body must not look like a whole one.
    outgoing.destroy();
  } finally {
    outgoing.off('close', stop);
  }
};

export interface NodeListener {
  readonly handle: (incoming: IncomingMessage, outgoing: ServerResponse) => void;
  /**
   * Cuts event streams. Ended in good order they would say `complete`, which means that the job is over; cut, a client comes back to the
   * next process.
   */
  readonly cutStreams: () => void;
}

export const createNodeListener = (fetch: Fetch): NodeListener => {
  const streams = new Set<ServerResponse>();
  return {
    handle: (incoming, outgoing) => { handle(fetch, { incoming, outgoing, streams }); },
    cutStreams: () => { for (const stream of streams) stream.destroy(); },
  };
};

interface Exchange { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse; readonly streams: Set<ServerResponse> }

const noteStream = ({ outgoing, streams }: Exchange, response: Response): void => {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return;
  streams.add(outgoing);
  outgoing.once('close', () => { streams.delete(outgoing); });
};

const handle = (fetch: Fetch, exchange: Exchange): void => {
  const { incoming, outgoing } = exchange;
  const gone = new AbortController();
  outgoing.once('close', () => { if (!outgoing.writableFinished) gone.abort(); });
  const answer = async (): Promise<void> => {
    const response = await fetch(requestOf(incoming, gone.signal));
    if (outgoing.destroyed) { await response.body?.cancel(); return; }
    noteStream(exchange, response);
    outgoing.writeHead(response.status, [...response.headers].flat());
    if (response.body === null || incoming.method === 'HEAD') outgoing.end(); else { outgoing.flushHeaders(); await sendBody(response.body, outgoing); }
  };
  // A URL or header that `Request` refuses; everything else was answered inside `fetch`.
  answer().catch(() => { if (outgoing.headersSent) outgoing.destroy(); else outgoing.writeHead(400).end(); });
};

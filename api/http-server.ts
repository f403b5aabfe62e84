/** node:http for the API: uploads of any length, subscriptions of any length, and nobody who stays silent. */
import { createServer } from 'node:http';
import { createNodeListener, type Fetch } from './http/node-listener.ts';

export interface HttpServer {
  /** The port; another one than asked only when 0 was asked. */
  readonly listen: (address: { readonly host: string; readonly port: number }) => Promise<number>;
  /** Waits for what is under way, but not for long: uploads can be resumed and subscriptions taken up again. */
  readonly close: (withinMs: number) => Promise<void>;
}

export const createHttpServer = (fetch: Fetch): HttpServer => {
  const listener = createNodeListener(fetch);
  const server = createServer({ headersTimeout: 30_000, maxHeaderSize: 16 * 1024 }, listener.handle);
  // The default (300 s a request) would cut long uploads; a silent socket is closed instead. Subscriptions ping every 12 s.
  server.requestTimeout = 0;
  server.timeout = 120_000;
  server.keepAliveTimeout = 15_000;
  return {
    listen: ({ host, port }) => new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, () => {
        server.off('error', reject);
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    }),
    close: (withinMs) => new Promise((resolve) => {
      const timer = setTimeout(() => { server.closeAllConnections(); }, withinMs);
      server.close(() => { clearTimeout(timer); resolve(); });
      listener.cutStreams();
      server.closeIdleConnections();
    }),
  };
};

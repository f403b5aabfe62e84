/** node:http for the API: uploads of any length, subscriptions of any length, and nobody who stays silent. */
import { createServer, type Server } from 'node:http';
import { createNodeListener, type Fetch } from './http/node-listener.ts';

export const createHttpServer = (fetch: Fetch): Server => {
  const server = createServer({ headersTimeout: 30_000, maxHeaderSize: 16 * 1024 }, createNodeListener(fetch));
  // The default (300 s a request) would cut long uploads; a silent socket is closed instead. Subscriptions ping every 12 s.
  server.requestTimeout = 0;
  server.timeout = 120_000;
  server.keepAliveTimeout = 15_000;
  return server;
};

export const listen = (server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

/** Waits for what is under way, but not for long: uploads can be resumed and subscriptions taken up again. */
export const closeServer = (server: Server, withinMs: number): Promise<void> => new Promise((resolve) => {
  const timer = setTimeout(() => { server.closeAllConnections(); }, withinMs);
  server.close(() => { clearTimeout(timer); resolve(); });
  server.closeIdleConnections();
});

/**
 * A free port of 127.0.0.1. Taken from below the kernel's ephemeral range (32768 and up on Linux): a persisted port from inside it could
 * be some outgoing connection's own end when the stack starts again.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { WaybillError } from '../contracts/errors.ts';

const lowest = 20_000;
const highest = 32_000;

export const portIsFree = (port: number): Promise<boolean> => new Promise((resolve) => {
  const server = createServer();
  server.once('error', () => { resolve(false); });
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => { server.close(() => { resolve(true); }); });
});

/** `taken`: ports that were just handed out and are not in use yet. */
export const freePort = async (taken: ReadonlySet<number> = new Set()): Promise<number> => {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (!taken.has(port) && await portIsFree(port)) return port;
  }
  throw new WaybillError('STACK_FAILED', `No free port between ${lowest} and ${highest} on 127.0.0.1.`);
};

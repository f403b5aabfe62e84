import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { freePort, portIsFree } from '../../temporal-config/free-port.ts';

describe('a free port', () => {
  it('can be listened on, and is not free while somebody does', async () => {
    const port = await freePort();
    expect(await portIsFree(port)).toBe(true);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect(await portIsFree(port)).toBe(false);
    server.close();
    await once(server, 'close');
  });

  it('lies below the range from which outgoing connections take theirs', async () => {
    const taken = new Set<number>();
    for (let index = 0; index < 20; index += 1) taken.add(await freePort(taken));
    expect(taken.size).toBe(20);
    expect(Math.max(...taken)).toBeLessThan(32_768);
  });
});

/**
 * The memory of a virtual machine may be its host's until it is touched: the first write to such a page costs six times a write to one that was
 * in use before (0.4 against 2.6 GB/s where this was measured), and what is freed goes back. A load of 1 M rows lives on pages that were in
 * use a moment ago, one of 10 M rows does not, so their ratio would tell of the host. A server that has been up for a day has its memory full of
 * cached files: this brings the machine there, with the cached pages of an empty file.
 */
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Left free, so that nothing has to wait for memory. */
const leftFree = 1024 ** 3;
const blockBytes = 4 * 1024 ** 2;

/** Bytes that nothing uses, not even as a cache; 0 where the system does not tell. */
const freeBytes = async (): Promise<number> => {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  return Number(/^MemFree:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
};

/** Runs `work` while the machine's free memory holds the pages of a file of holes: it takes no disk, and they are given up to whoever needs them. */
export const withTouchedMemory = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-bench-memory-'));
  try {
    await readHoles(join(folder, 'holes'), Math.max(0, await freeBytes() - leftFree));
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const readHoles = async (path: string, bytes: number): Promise<void> => {
  const file = await open(path, 'w+');
  try {
    await file.truncate(bytes);
    const block = Buffer.allocUnsafeSlow(blockBytes);
    let left = bytes;
    while (left > 0) {
      const { bytesRead } = await file.read(block, 0, blockBytes);
      if (bytesRead === 0) return;
      left -= bytesRead;
    }
  } finally {
    await file.close();
  }
};

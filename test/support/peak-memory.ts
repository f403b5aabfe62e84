import { readFile } from 'node:fs/promises';

/** VmHWM: the most physical memory that the process ever had, in bytes. Linux only, as the tests that ask. */
export const peakMemoryOf = async (pid: number | undefined): Promise<number> => {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
};

import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Receipt } from '../contracts/receipt.ts';

/** For people; the database has it too. */
export const writeReceiptFile = async (folder: string, receipt: Receipt): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${receipt.body.jobId}.json`);
  // Two attempts may write it at once; each has a draft of its own.
  const draft = `${path}.${randomUUID()}.part`;
  await writeFile(draft, `${JSON.stringify(receipt, null, 2)}\n`);
  await rename(draft, path);
};

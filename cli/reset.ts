/** `waybill reset`: forgets everything that a local stack keeps. Removes what Waybill made, by name, and the folder only when nothing else is in it. */
import { rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { withStoppedStack } from './with-stopped-stack.ts';
import type { DataFolder } from '../temporal-config/data-folder.ts';

const removeIfEmpty = (path: string): Promise<void> => rmdir(path).catch(() => undefined);

export const removeData = async (folder: DataFolder): Promise<void> => {
  const { root, cluster, archive, keys, receipts, logs, engineFile, ...files } = folder;
  const { stackFile, settingsFile, tokenFile, ownerPasswordFile, runtimePasswordFile } = files;
  await withStoppedStack(folder, async () => {
    for (const path of [
      cluster, `${cluster}.draft`, archive, keys, receipts, logs, dirname(engineFile),
      stackFile, settingsFile, tokenFile, ownerPasswordFile, runtimePasswordFile,
    ]) await rm(path, { recursive: true, force: true });
  });
  await removeIfEmpty(dirname(cluster));
  await removeIfEmpty(root);
};

import { endLeftovers } from '../temporal-config/leftovers.ts';
import { lockStack } from '../temporal-config/stack-lock.ts';
import { removeStackFile } from '../temporal-config/stack-files.ts';
import type { DataFolder } from '../temporal-config/data-folder.ts';

/** Holds the stack's lock, so that none runs or starts meanwhile (STACK_LOCKED says which does); what a killed one left is ended. */
export const withStoppedStack = async <T>(folder: DataFolder, work: () => Promise<T>): Promise<T> => {
  const lock = await lockStack(folder);
  try {
    await endLeftovers(folder);
    await removeStackFile(folder);
    return await work();
  } finally {
    await lock.release();
  }
};

import { chunksInFlight } from './activity-options.ts';

/**
 * So many lanes side by side; each goes on until it has nothing more to do or `failed` says that another one broke off. All of them are waited
 * for before the first failure is thrown, so that none is left running unseen.
 */
export const inLanes = async (goAlong: (failed: () => boolean) => Promise<void>): Promise<void> => {
  let failed = false;
  const stopOthers = (error: unknown): never => { failed = true; throw error; };
  const ends = await Promise.allSettled(Array.from({ length: chunksInFlight }, async () => goAlong(() => failed).catch(stopOthers)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
};

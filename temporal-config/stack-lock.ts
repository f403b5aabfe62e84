/** One stack a data folder: two supervisors on one folder would fight over its database. The lock of a supervisor that was killed is taken over. */
import { WaybillError } from '../contracts/errors.ts';
import { isLock, tryLock } from './file-lock.ts';
import type { DataFolder } from './data-folder.ts';
import type { FileLock } from './file-lock.ts';

export const lockStack = async (folder: DataFolder): Promise<FileLock> => {
  const answer = await tryLock(folder.lockFile);
  if (isLock(answer)) return answer;
  throw new WaybillError('STACK_LOCKED', `A stack runs on ${folder.root} (process ${answer.pid}).`, { pid: answer.pid });
};

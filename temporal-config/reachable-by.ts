/**
 * PostgreSQL refuses to run as root, so under root it runs as another user, and that user must be able to enter every folder above its
 * files: a home of mode 0700 gives EACCES (design, section 6).
 */
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

const enterBits = { user: 0o100, group: 0o010, other: 0o001 } as const;

const mayEnter = async (folder: string, { uid, gid }: Identity): Promise<boolean> => {
  const found = await stat(folder).catch(() => null);
  if (found === null) return true;
  const bit = found.uid === uid ? enterBits.user : found.gid === gid ? enterBits.group : enterBits.other;
  return (found.mode & bit) !== 0;
};

/** Whether the folders above `path` can be entered; `path` itself is given to the user later. Folders that do not exist yet count as open. */
export const isReachableBy = async (path: string, identity: Identity): Promise<boolean> => {
  let folder = dirname(resolve(path));
  for (;;) {
    if (!await mayEnter(folder, identity)) return false;
    const parent = dirname(folder);
    if (parent === folder) return true;
    folder = parent;
  }
};

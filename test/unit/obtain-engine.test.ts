import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { obtainEngine } from '../../temporal-config/obtain-engine.ts';
import type { WayToObtain } from '../../temporal-config/obtain-engine.ts';

let home = '';
let onPath = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'waybill-engine-'));
  onPath = join(home, 'path');
  await mkdir(onPath);
  vi.stubEnv('HOME', home);
  vi.stubEnv('PATH', `${onPath}:/usr/bin:/bin`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

/** A program that answers `--version` as the engine's does. */
const makeProgram = async (folder: string, server: string): Promise<string> => {
  const path = join(folder, 'temporal');
  await mkdir(folder, { recursive: true });
  await writeFile(path, `#!/bin/sh\necho 'temporal version 1.5.1 (Server ${server}, UI 2.42.1)'\n`);
  await chmod(path, 0o755);
  return path;
};
const cacheFolder = (): string => join(home, '.cache', 'waybill', 'bin');
const silent = (): void => undefined;
const fails: WayToObtain = { name: 'first way', say: 'trying the first way', obtain: () => Promise.reject(new TypeError('out of reach')) };
const works: WayToObtain = { name: 'second way', say: 'trying the second way', obtain: async (into) => { await makeProgram(into, '1.29.1'); } };

describe('the engine’s program', () => {
  it('is the one on PATH', async () => {
    const path = await makeProgram(onPath, '1.29.1');
    expect(await obtainEngine(silent, [])).toBe(path);
  });

  it('is not one on PATH that is too old', async () => {
    await makeProgram(onPath, '1.20.0');
    const cached = await makeProgram(cacheFolder(), '1.29.1');
    expect(await obtainEngine(silent, [])).toBe(cached);
  });

  it('is obtained by the next way when one fails, and kept', async () => {
    const said: string[] = [];
    const path = await obtainEngine((line) => { said.push(line); }, [fails, works]);
    expect(path).toBe(join(cacheFolder(), 'temporal'));
    expect(said).toEqual(['trying the first way', 'trying the second way']);
    expect(await obtainEngine(silent, [])).toBe(path);
    expect(await readdir(cacheFolder())).toEqual(['temporal']);
  });

  it('is obtained once by many that want it at once', async () => {
    let count = 0;
    const slow: WayToObtain = { ...works, obtain: async (into) => { count += 1; await works.obtain(into); await new Promise((resolve) => setTimeout(resolve, 200)); } };
    const paths = await Promise.all(Array.from({ length: 5 }, () => obtainEngine(silent, [slow])));
    expect(new Set(paths).size).toBe(1);
    expect(count).toBe(1);
  });

  it('is not kept when it does not run here', async () => {
    const broken: WayToObtain = { ...works, obtain: async (into) => { await writeFile(join(into, 'temporal'), 'not a program'); } };
    await expect(obtainEngine(silent, [broken])).rejects.toMatchObject({ code: 'ENGINE_MISSING' });
    expect(await readdir(cacheFolder())).toEqual([]);
  });

  it('says what was tried, and the remedy, when it cannot be had', async () => {
    await expect(obtainEngine(silent, [fails, fails])).rejects.toMatchObject({
      code: 'ENGINE_MISSING', message: expect.stringContaining('first way: out of reach') as string, remedy: expect.stringContaining('Install Go') as string,
    });
  });
});

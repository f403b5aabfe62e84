/**
 * pyarrow and DuckDB, the readers that most people have: in an environment of Python that is made once a user, in the cache, from PyPI. Where
 * there is no Python or no PyPI the tests that ask say so and are skipped.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const packages = ['pyarrow==26.0.1', 'duckdb==2.0.1'];
const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
const place = join(cache, 'waybill', 'python-peers-1');

/** The interpreter, or why there is none. */
export type PythonPeers = { readonly python: string; readonly missing: null } | { readonly python: null; readonly missing: string };

const isThere = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

export const findPythonPeers = async (): Promise<PythonPeers> => {
  const python = join(place, 'bin', 'python');
  if (await isThere(python)) return { python, missing: null };
  const making = `${place}.${process.pid}`;
  try {
    await mkdir(join(cache, 'waybill'), { recursive: true });
    await run('python3', ['-m', 'venv', making]);
    await run(join(making, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages], { timeout: 300_000 });
    // An environment may be moved as long as its interpreter is called by path. Whoever comes first has made it.
    await rename(making, place).catch(async (error: unknown) => { if (!await isThere(python)) throw error; });
    return { python, missing: null };
  } catch {
    return { python: null, missing: 'python3 with venv, or PyPI, is not to be had' };
  } finally {
    await rm(making, { recursive: true, force: true });
  }
};

/** What a script prints, as JSON. */
export const askPython = async (python: string, script: string, file: string): Promise<unknown> => {
  const { stdout } = await run(python, ['-c', script, file], { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as unknown;
};

/**
 * The engine's program: on PATH, in the per-user cache, by the official download, or built with Go (design, section 7). The cache lies
 * outside the checkout, so that a clean checkout does not build it again.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, constants, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { WaybillError } from '../contracts/errors.ts';
import { waitForLock } from './file-lock.ts';

/** 1.9.1 cannot be installed by Go, because its go.mod has a `replace`. */
const version = '1.5.1';
/** The oldest server that carries everything in use (Update with start, Keyword attributes by flag). */
const oldestServer = { major: 1, minor: 25 } as const;
const cacheFolder = (): string => join(homedir(), '.cache', 'waybill', 'bin');
const headersWithinMs = 5_000;
const bodyWithinMs = 300_000;

const runFile = promisify(execFile);
type Say = (line: string) => void;

/** Answers, and is new enough; a build by Go calls itself 0.0.0, hence the server's version. */
const works = async (path: string): Promise<boolean> => {
  try {
    const { stdout } = await runFile(path, ['--version'], { timeout: 20_000 });
    const [, major, minor] = /Server (\d+)\.(\d+)/.exec(stdout) ?? [];
    return Number(major) > oldestServer.major || (Number(major) === oldestServer.major && Number(minor) >= oldestServer.minor);
  } catch { return false; }
};

const findOnPath = async (): Promise<string | null> => {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'temporal');
    const executable = folder !== '' && await access(path, constants.X_OK).then(() => true, () => false);
    if (executable && await works(path)) return path;
  }
  return null;
};

const fetchBytes = async (url: string): Promise<Buffer> => {
  const controller = new AbortController();
  let timer = setTimeout(() => { controller.abort(); }, headersWithinMs);
  try {
    const response = await fetch(url, { signal: controller.signal });
    if (!response.ok) throw new WaybillError('ENGINE_MISSING', `the download answered ${response.status}`);
    clearTimeout(timer);
    timer = setTimeout(() => { controller.abort(); }, bodyWithinMs);
    return Buffer.from(await response.arrayBuffer());
  } finally {
    clearTimeout(timer);
  }
};

const releaseFolder = `https://github.com/temporalio/cli/releases/download/v${version}`;
const archiveName = (): string => {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  return `temporal_cli_${version}_${process.platform}_${arch}.tar.gz`;
};

const expectedHash = async (): Promise<string> => {
  const list = (await fetchBytes(`${releaseFolder}/checksums.txt`)).toString('utf8');
  const line = list.split('\n').find((entry) => entry.trim().endsWith(archiveName()));
  if (line === undefined) throw new WaybillError('ENGINE_MISSING', 'the release lists no such archive');
  return line.trim().split(/\s+/)[0] ?? '';
};

/** Nothing that does not match the release's own checksum is run. */
const download = async (into: string): Promise<void> => {
  const expected = await expectedHash();
  const archive = await fetchBytes(`${releaseFolder}/${archiveName()}`);
  if (createHash('sha256').update(archive).digest('hex') !== expected)
    throw new WaybillError('ENGINE_MISSING', 'the download does not match its checksum');
  const path = join(into, 'engine.tar.gz');
  await writeFile(path, archive);
  await runFile('tar', ['-xzf', path, '-C', into, 'temporal']);
};

const buildWithGo = async (into: string): Promise<void> => {
  await runFile('go', ['install', `github.com/temporalio/cli/cmd/temporal@v${version}`], {
    env: { ...process.env, GOBIN: into }, maxBuffer: 64 * 1024 * 1024,
  });
};

const reasonOf = (error: unknown): string => {
  if (error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' && error.stderr.trim() !== '')
    return error.stderr.trim().split('\n').slice(-2).join(' ');
  return error instanceof Error ? error.message : 'unknown';
};

export interface WayToObtain {
  readonly name: string;
  readonly say: string;
  /** Leaves the program as `temporal` in the folder, or throws. */
  readonly obtain: (into: string) => Promise<void>;
}

const officialWays: readonly WayToObtain[] = [
  { name: 'download', say: `Downloading the Temporal engine ${version} (once) …`, obtain: download },
  { name: 'go install', say: `The download is out of reach; building the Temporal engine ${version} with Go (about 4 minutes, once) …`, obtain: buildWithGo },
];

/** Into a folder beside the cache and renamed: a cached engine is always whole. */
const obtain = async (cached: string, say: Say, ways: readonly WayToObtain[]): Promise<void> => {
  const reasons: string[] = [];
  for (const way of ways) {
    const folder = await mkdtemp(join(cacheFolder(), '.draft-'));
    try {
      say(way.say);
      await way.obtain(folder);
      const made = join(folder, 'temporal');
      await chmod(made, 0o755);
      if (!await works(made)) throw new WaybillError('ENGINE_MISSING', 'the program does not run on this machine');
      await rename(made, cached);
      return;
    } catch (error) {
      reasons.push(`${way.name}: ${reasonOf(error)}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  throw new WaybillError('ENGINE_MISSING',
    `The Temporal engine could not be obtained (${reasons.join('; ')}).`);
};

/** Path of a `temporal` that works. */
export const obtainEngine = async (say: Say, ways = officialWays): Promise<string> => {
  const onPath = await findOnPath();
  if (onPath !== null) return onPath;
  const cached = join(cacheFolder(), 'temporal');
  if (await works(cached)) return cached;
  await mkdir(cacheFolder(), { recursive: true });
  const lock = await waitForLock(join(cacheFolder(), 'engine.lock'), () => { say('Another stack obtains the Temporal engine; waiting for it …'); });
  try {
    if (!await works(cached)) await obtain(cached, say, ways);
    return cached;
  } finally {
    await lock.release();
  }
};

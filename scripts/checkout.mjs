/**
 * What has to be true before anything of Waybill can run: dependencies installed, bundles built. Plain Node built-ins only, because
 * this runs on a fresh clone. Says nothing when there is nothing to do, and then costs a few milliseconds of `stat`.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const checkoutFolder = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const inCheckout = (...parts) => join(checkoutFolder, ...parts);
const installedStamp = inCheckout('node_modules', '.waybill-lock');
const builtStamp = inCheckout('dist', '.stamp');

/** Folders whose TypeScript ends in a bundle. */
const sourceFolders = ['contracts', 'core', 'db', 'storage', 'workflows', 'activities', 'worker', 'api', 'cli', 'temporal-config', 'bench'];

const modifiedMs = (path) => { try { return statSync(path).mtimeMs; } catch { return null; } };

const lockFileHash = () => createHash('sha256').update(readFileSync(inCheckout('package-lock.json'))).digest('hex');

/** Installed by us from this very lock file, or by hand after it was last written. */
const dependenciesAreInstalled = () => {
  const byHand = modifiedMs(inCheckout('node_modules', '.package-lock.json'));
  if (byHand === null) return false;
  if (byHand >= (modifiedMs(inCheckout('package-lock.json')) ?? 0)) return true;
  try { return readFileSync(installedStamp, 'utf8') === lockFileHash(); } catch { return false; }
};

const describeFolder = (folder, lines) => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) describeFolder(path, lines);
    else if (/\.(ts|graphql)$/.test(entry.name)) { const { size, mtimeMs } = statSync(path); lines.push(`${path} ${size} ${mtimeMs}`); }
  }
};

/** Changes when a source of these folders, the build script or the lock file does. */
export const sourceStamp = (folders = sourceFolders) => {
  const lines = [];
  for (const folder of folders) if (existsSync(inCheckout(folder))) describeFolder(inCheckout(folder), lines);
  for (const file of ['scripts/build.mjs', 'package-lock.json']) lines.push(`${file} ${modifiedMs(inCheckout(file))}`);
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
};

const bundlesAreBuilt = () => { try { return readFileSync(builtStamp, 'utf8') === sourceStamp(); } catch { return false; } };

const isAlive = (pid) => { try { process.kill(pid, 0); return true; } catch (error) { return error.code === 'EPERM'; } };
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** Two commands on a fresh clone must not install over each other. Outside the checkout, so that it never ends in a commit. */
const withLock = (work) => {
  const user = process.getuid?.() ?? 0;
  const path = join(tmpdir(), `waybill-set-up-${user}-${createHash('sha256').update(checkoutFolder).digest('hex').slice(0, 12)}.lock`);
  for (;;) {
    try {
      const file = openSync(path, 'wx', 0o600);
      writeSync(file, String(process.pid));
      closeSync(file);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      let holder = 0;
      try { holder = Number(readFileSync(path, 'utf8')); } catch { /* just released */ }
      const abandoned = holder === 0 ? Date.now() - (modifiedMs(path) ?? Date.now()) > 5_000 : !isAlive(holder);
      if (abandoned) rmSync(path, { force: true }); else sleep(100);
    }
  }
  // `process.exit` of a set-up that failed runs no `finally`.
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try { return work(); } finally { release(); process.off('exit', release); }
};

const say = (line) => process.stderr.write(`${line}\n`);
const run = (command, args) =>
  spawnSync(command, args, { cwd: checkoutFolder, stdio: ['ignore', 2, 2], env: process.env }).status ?? 1;

const installDependencies = () => {
  say('Installing dependencies (once) …');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const status = npm !== undefined && npm.endsWith('.js') ? run(process.execPath, [npm, ...args]) : run('npm', args);
  if (status !== 0) { say('Waybill: `npm ci` failed (see above). Remedy: make the npm registry reachable, then run the same command again.'); process.exit(status); }
  writeFileSync(installedStamp, lockFileHash());
};

const buildBundles = () => {
  if (!existsSync(builtStamp)) say('Building (once) …');
  const status = run(process.execPath, [inCheckout('scripts', 'build.mjs'), '--quiet']);
  if (status !== 0) { say('Waybill: the build failed (see above).'); process.exit(status); }
};

/** Installs and builds what is missing or out of date. */
export const prepareCheckout = ({ build = true } = {}) => {
  const ready = () => dependenciesAreInstalled() && (!build || bundlesAreBuilt());
  if (ready()) return;
  withLock(() => {
    if (!dependenciesAreInstalled()) installDependencies();
    if (build && !bundlesAreBuilt()) buildBundles();
  });
};

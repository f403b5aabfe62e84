/**
 * Bundles the processes (esbuild) and the workflows (the SDK's own bundler, so that workers start from a prebuilt bundle).
 * Incremental by a stamp of the sources; every file is put in place by a rename, so that a process that starts meanwhile never reads
 * half a bundle. Entry points whose source does not exist are skipped.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutFolder, sourceStamp } from './checkout.mjs';

const dist = join(checkoutFolder, 'dist');
const entryPoints = {
  cli: 'cli/main.ts',
  worker: 'worker/main.ts',
  'stage-thread': 'worker/stage-thread.ts',
  'workbook-thread': 'worker/workbook-thread.ts',
  api: 'api/main.ts',
  bench: 'bench/main.ts',
};
const workflowEntry = 'workflows/index.ts';
const dayMs = 86_400_000;

const quiet = process.argv.includes('--quiet');
const readStamp = (name) => { try { return readFileSync(join(dist, name), 'utf8'); } catch { return ''; } };
const writeStamp = (name, stamp) => putInPlace(name, stamp);

const putInPlace = (name, content) => {
  const draft = join(dist, `.${name}.${process.pid}.draft`);
  writeFileSync(draft, content);
  renameSync(draft, join(dist, name));
};

const bundleProcesses = async () => {
  const { build } = await import('esbuild');
  const present = Object.fromEntries(Object.entries(entryPoints).filter(([, path]) => existsSync(join(checkoutFolder, path))));
  if (Object.keys(present).length === 0) return;
  const result = await build({
    absWorkingDir: checkoutFolder,
    entryPoints: present,
    outdir: dist,
    outExtension: { '.js': '.mjs' },
    bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20', sourcemap: 'linked',
    // Splitting keeps a lazily imported command's packages out of the start of `waybill --help`.
    splitting: true, chunkNames: 'chunk-[hash]',
    write: false, logLevel: 'warning',
  });
  // Chunks before the entry points that name them.
  const files = [...result.outputFiles].sort((a, b) => Number(b.path.includes('chunk-')) - Number(a.path.includes('chunk-')));
  for (const file of files) putInPlace(file.path.slice(dist.length + 1), file.contents);
  removeOldChunks(new Set(files.map((file) => file.path)));
};

/** A running process may still import a chunk of the build before: only those that nobody can want any more go. */
const removeOldChunks = (current) => {
  for (const name of readdirSync(dist)) {
    const path = join(dist, name);
    const leftOver = name.startsWith('chunk-') || name.endsWith('.draft');
    if (leftOver && !current.has(path) && Date.now() - statSync(path).mtimeMs > dayMs) rmSync(path, { force: true });
  }
};

const bundleWorkflows = async () => {
  if (!existsSync(join(checkoutFolder, workflowEntry))) return;
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const ignore = () => undefined;
  const logger = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: console.warn, error: console.error };
  const { code } = await bundleWorkflowCode({ workflowsPath: join(checkoutFolder, workflowEntry), logger });
  putInPlace('workflow-bundle.js', code);
};

const buildAll = async (stamp) => {
  const started = Date.now();
  // The workflows' closure is `workflows` and `contracts` (the import rules hold it to that).
  const workflowStamp = sourceStamp(['workflows', 'contracts']);
  mkdirSync(dist, { recursive: true });
  await bundleProcesses();
  if (readStamp('.workflow-stamp') !== workflowStamp) {
    await bundleWorkflows();
    writeStamp('.workflow-stamp', workflowStamp);
  }
  writeStamp('.stamp', stamp);
  if (!quiet) console.log(`Built dist/ in ${Date.now() - started} ms`);
};

const stamp = sourceStamp();
if (readStamp('.stamp') === stamp) {
  if (!quiet) console.log('dist/ is up to date');
} else {
  try { await buildAll(stamp); } catch (error) {
    // esbuild has said where already; its error would say it again, with a stack.
    if (!Array.isArray(error?.errors)) console.error(error);
    process.exitCode = 1;
  }
}

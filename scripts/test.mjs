/**
 * `npm test`: lint, types and every test, with one plain line at the end: `N passed, N failed`. Lint and types count as a check each.
 * With arguments (`npm test -- test/unit/books.test.ts`) only those tests run.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkoutFolder } from './checkout.mjs';

const bin = (name) => join(checkoutFolder, 'node_modules', '.bin', name);
const run = (program, args, env = {}) => new Promise((resolve) => {
  const child = spawn(program, args, { cwd: checkoutFolder, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
  child.on('error', () => resolve(1));
  child.on('exit', (code) => resolve(code ?? 1));
});

const check = async (title, program, args) => {
  const ok = (await run(program, args)) === 0;
  console.log(`${ok ? '✓' : '✗'} ${title}`);
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
};

const runTests = async (args) => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-tally-'));
  const tallyFile = join(folder, 'tally.json');
  try {
    const code = await run(bin('vitest'), ['run', ...args], { WAYBILL_TALLY: tallyFile });
    const tally = JSON.parse(readFileSync(tallyFile, 'utf8'));
    // vitest fails for reasons that no test carries, e.g. a filter that matches nothing.
    return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const args = process.argv.slice(2);
process.on('SIGINT', () => undefined);
const results = args.length > 0
  ? [await runTests(args)]
  : [
    ...await Promise.all([
      check('lint', bin('eslint'), ['.', '--max-warnings', '0']),
      check('types', bin('tsc'), ['--noEmit']),
    ]),
    await runTests([]),
  ];
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
console.log(`\n${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') === 0 ? 0 : 1;

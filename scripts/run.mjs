// `npm run demo | start | test | bench`: the set-up first (a fresh clone has nothing), then the command. Plain Node built-ins only.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { checkoutFolder, prepareCheckout } from './checkout.mjs';

const [command = '', ...args] = process.argv.slice(2);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Waybill needs Node 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(2);
}

/**
 * Runs a child and ends as it ended. Ctrl-C reaches the child by itself (it is in the terminal's foreground group), so this process only
 * has to stay until the child has stopped in good order; a SIGTERM sent to this process alone is passed on.
 */
const become = (program, programArgs) => {
  const child = spawn(program, programArgs, { cwd: checkoutFolder, stdio: 'inherit', env: process.env });
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => { process.stderr.write(`${program}: ${error.message}\n`); process.exit(1); });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
};

const dist = (name) => join(checkoutFolder, 'dist', name);
const commands = {
  demo: () => become(process.execPath, [dist('cli.mjs'), 'demo', ...args]),
  start: () => become(process.execPath, [dist('cli.mjs'), 'up', ...args]),
  test: () => become(process.execPath, [join(checkoutFolder, 'scripts', 'test.mjs'), ...args]),
  bench: () => become(process.execPath, ['--enable-source-maps', dist('bench.mjs'), ...args]),
};
const chosen = commands[command];
if (chosen === undefined) {
  process.stderr.write(`Usage: node scripts/run.mjs ${Object.keys(commands).join(' | ')}\n`);
  process.exit(2);
}
prepareCheckout();
chosen();

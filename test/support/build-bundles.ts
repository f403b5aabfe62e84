import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';

/** What the tests start as processes is what the sources say now; nothing is done when they did not change. */
export const buildBundles = async (): Promise<void> => {
  await promisify(execFile)(process.execPath, [join(checkoutFolder, 'scripts', 'build.mjs'), '--quiet']);
};

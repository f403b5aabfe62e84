/** A thread's bundle for tests that run without dist/: beside the packages, where it finds them. */
import { mkdirSync } from 'node:fs';
import { build } from 'esbuild';

export const buildThread = async (source: string): Promise<URL> => {
  const folder = new URL('../../node_modules/.cache/waybill-test/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const entry = new URL(`${source.replaceAll(/[^a-z]+/g, '-')}-${process.pid}.mjs`, folder);
  await build({ entryPoints: [new URL(`../../${source}`, import.meta.url).pathname], outfile: entry.pathname, bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' });
  return entry;
};

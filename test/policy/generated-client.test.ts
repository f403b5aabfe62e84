import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the generated client', () => {
  it('is what the schema and the operations of today give', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/generate-graphql.mjs', '--check'], { cwd: root, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
  it('needs no GraphQL library at run time', () => {
    const imports = readFileSync(`${root}/cli/generated/operations.ts`, 'utf8').match(/^import .*$/gm);
    expect(imports).toEqual(["import type { TypedDocument } from '../typed-document.ts';"]);
  });
});

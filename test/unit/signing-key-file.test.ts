import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signText, signingKeyOf, verifyText } from '../../core/receipt/signing-key.ts';
import { loadOrCreateSigningKey, signingKeyFileName } from '../../storage/signing-key-file.ts';

let root = '';
beforeEach(async () => { root = await mkdtemp(join(tmpdir(), 'waybill-keys-')); });
afterEach(() => rm(root, { recursive: true, force: true }));

describe('the signing key’s file', () => {
  it('is made once, private, and is the same from then on', async () => {
    const folder = join(root, 'keys');
    const first = await loadOrCreateSigningKey(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(first.path)).mode & 0o777).toBe(0o600);
    expect(await loadOrCreateSigningKey(folder)).toEqual(first);
    expect(await readdir(folder)).toHaveLength(2);
    expect(await readFile(first.publicPath, 'utf8')).toContain('PUBLIC KEY');
    const key = signingKeyOf(first.privatePem);
    expect(verifyText('x', signText('x', key), key.publicRawBase64)).toBe(true);
  });
  it('is one key for many that start at once', async () => {
    const files = await Promise.all(Array.from({ length: 12 }, () => loadOrCreateSigningKey(root)));
    expect(new Set(files.map((file) => file.privatePem)).size).toBe(1);
    expect(await readdir(root)).toHaveLength(2);
  });
  it('is closed to others again when somebody opened it', async () => {
    const { path } = await loadOrCreateSigningKey(root);
    await chmod(path, 0o644);
    await loadOrCreateSigningKey(root);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
  it('is never replaced when it is damaged', async () => {
    await writeFile(join(root, signingKeyFileName), 'not a key');
    await expect(loadOrCreateSigningKey(root)).rejects.toMatchObject({ code: 'RECEIPT_INVALID' });
    expect(await readFile(join(root, signingKeyFileName), 'utf8')).toBe('not a key');
  });
});

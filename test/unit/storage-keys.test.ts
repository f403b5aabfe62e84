import fc from 'fast-check';
import { expect, test } from 'vitest';
import { archiveKey, isStorageKey, spoolKey, uploadKey } from '../../storage/storage-keys.ts';

const hash = fc.stringMatching(/^[0-9a-f]{64}$/);

test('an archive key spreads over two levels and ends in the hash', () => {
  fc.assert(fc.property(hash, (sha256) => {
    expect(archiveKey(sha256)).toBe(`archive/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`);
    expect(isStorageKey(archiveKey(sha256))).toBe(true);
  }));
});

test('an id that is not one never becomes a key', () => {
  for (const make of [archiveKey, spoolKey, uploadKey])
    for (const bad of ['', '..', '../../etc/passwd', 'A'.repeat(64), 'x/y', `${'a'.repeat(64)}\n`]) expect(() => make(bad)).toThrow(/malformed/);
});

test('no accepted key has an empty part, a part that starts with a dot, or a character that means something to a path', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'Z', '0', '.', '/', '\\', '-', '_', '\0', ' ', 'é', '~'), maxLength: 20 }), (key) => {
    if (!isStorageKey(key)) return;
    for (const part of key.split('/')) expect(part).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
  }), { numRuns: 2_000 });
});

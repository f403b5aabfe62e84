import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyHasher, type KeyHasher } from '../../core/types/derived-key.ts';

const keyOf = (hasher: KeyHasher, cells: readonly (string | null)[]): string => {
  for (const cell of cells) {
    const bytes = Buffer.from(`<${cell ?? ''}>`, 'utf8');
    if (cell === null) hasher.nullCell();
    else hasher.cell(bytes, 1, bytes.length - 1);
  }
  return hasher.hex();
};
const byHand = (cells: readonly (string | null)[]): string =>
  createHash('sha256').update(cells.map((cell) => (cell === null ? '-' : `${Buffer.byteLength(cell)}:${cell}`)).join(''), 'utf8').digest('hex');

describe('a derived key', () => {
  it('is the SHA-256 that anyone can recompute', () => {
    expect(keyOf(createKeyHasher(), ['AB', null, ''])).toBe(byHand(['AB', null, '']));
    expect(byHand(['AB', null, ''])).toBe(createHash('sha256').update('2:AB-0:').digest('hex'));
  });

  it('begins anew after each row and tells apart rows whose cells run together', () => {
    const hasher = createKeyHasher();
    const cells = fc.array(fc.option(fc.string({ unit: 'grapheme', maxLength: 50 })), { maxLength: 6 });
    fc.assert(fc.property(cells, cells, (a, b) => {
      expect(keyOf(hasher, a)).toBe(byHand(a));
      expect(keyOf(hasher, a) === keyOf(hasher, b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }));
    expect(keyOf(hasher, ['a', 'bc'])).not.toBe(keyOf(hasher, ['ab', 'c']));
    expect(keyOf(hasher, ['-'])).not.toBe(keyOf(hasher, [null]));
    expect(keyOf(hasher, [''])).not.toBe(keyOf(hasher, [null]));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWaybillError } from '../../contracts/errors.ts';
import type { Detection, ParseOptions, ParseOverrides } from '../../contracts/parse-options.ts';
import { detectSource } from '../../core/detect/detect-source.ts';
import { readRows, type Cutting } from '../support/read-rows.ts';

const detect = (text: string, overrides: ParseOverrides = {}): Detection =>
  detectSource({ samples: [{ offset: 0, bytes: Buffer.from(text) }], totalBytes: Buffer.byteLength(text), overrides });
const readAll = (text: string, options: ParseOptions, cutting?: Cutting) => readRows(Buffer.from(text), options, cutting);
const padded = (rows: readonly (readonly string[])[], widths: readonly number[], end = '\n'): string =>
  rows.map((row) => row.map((cell, at) => cell + ' '.repeat(Math.max(0, (widths[at] ?? 0) - [...cell].length))).join('').trimEnd() + end).join('');

describe('text of fixed width', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '日', '😀', '1', '-', '.'), minLength: 1, maxLength: 6 });

  it('gives back what was padded, by characters and not by bytes, however it is cut', () => {
    fc.assert(fc.property(fc.array(fc.tuple(cell, fc.oneof(cell, fc.constant('')), cell), { minLength: 1, maxLength: 10 }), fc.constantFrom('\n', '\r\n'), fc.integer({ min: 1, max: 20 }), (rows, end, size) => {
      const text = padded(rows, [8, 7, 6], end);
      const { options } = detect(text, { widths: [8, 7, 6], header: false });
      expect(readAll(text, options, { chunkBytes: size, pieceBytes: size }).map(({ cells }) => cells)).toEqual(rows);
    }), { numRuns: 500 });
  });

  it('is found by the blanks between its columns, and a row with text across a border of these is not trusted', () => {
    const rows = Array.from({ length: 60 }, (_, index): readonly string[] => [`${'name of some length'.slice(0, 3 + (index % 7))}`, String(index * 7).padStart(4), 'x'.repeat((index % 5) + 1)]);
    const text = padded(rows, [12, 8, 6]);
    const { options, guesses } = detect(text);
    expect(options.format).toBe('fixed');
    expect(guesses.format?.confidence).toBeGreaterThanOrEqual(0.85);
    const whole = readAll(text, options);
    expect(whole.map(({ cells }) => cells[1])).toEqual(rows.map((row) => row[1]?.trim()));
    const odd = readAll(`${'n'.repeat(24)}\nname          12    ${'x'.repeat(50)}\n`, options);
    expect(odd.map(({ findings }) => findings)).toEqual([['ROW_COLUMNS_OVERLAP'], []]);
    expect(odd[1]?.cells[2]).toBe('x'.repeat(50));
  });

  it('is not found where a delimiter fits', () => {
    const rows = Array.from({ length: 30 }, (_, index) => `${String(index).padEnd(5)}, ${'name'.padEnd(10)}, ${String(index * 3).padStart(6)}`).join('\n');
    expect(detect(rows).options).toMatchObject({ format: 'csv', delimiter: ',' });
  });

  it('ends with rows or a coded refusal for any text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '  ', '\n', '\r\n', '\t', 'é', '-', '1', ','), maxLength: 200 });
    fc.assert(fc.property(text, fc.option(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }), { nil: undefined }), fc.integer({ min: 1, max: 30 }), (content, widths, size) => {
      try {
        const { options } = detect(content, widths === undefined ? { format: 'fixed' } : { widths });
        expect(readAll(content, options, { chunkBytes: size, pieceBytes: size })).toEqual(readAll(content, options));
      } catch (error) { if (!isWaybillError(error)) throw error; }
    }), { numRuns: 2_000 });
  });
});

import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { BytePattern, isNotPattern, isPattern, undecided } from '../../core/transform/byte-pattern.ts';

const alphabet = ['a', 'b', 'c', 'Z', '0', '7', '_', '-', ' ', '.', '/', '\t'];
const atom = fc.constantFrom('a', 'b', 'c', 'Z', '0', '7', '_', '-', ' ', '\\.', '\\-', '.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '[a-c]', '[^a-c0]', '[\\d_]', '[b-]', '[^\\s]', '[A-Z0-9/]', '()', '(?:)');
const count = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '{3}', '{0}');
const pattern = fc.letrec<{ node: string; either: string; repeated: string; sequence: string }>((tie) => ({
  node: fc.oneof({ maxDepth: 3 }, atom, tie('either').map((inner) => `(${inner})`), tie('either').map((inner) => `(?:${inner})`)),
  repeated: fc.tuple(tie('node'), count).map(([inner, times]) => inner + times),
  sequence: fc.array(tie('repeated'), { maxLength: 4 }).map((parts) => parts.join('')),
  either: fc.oneof(tie('sequence'), fc.tuple(tie('sequence'), tie('sequence')).map((sides) => sides.join('|'))),
})).either;
const cell = fc.array(fc.constantFrom(...alphabet), { maxLength: 8 }).map((letters) => letters.join(''));

const asked = (text: string, of: BytePattern): number => {
  const bytes = Buffer.from(`x${text}y`);
  return of.test(bytes, 1, bytes.length - 1);
};

describe('patterns that are told from bytes', () => {
  test('answer as RE2 does, whatever the pattern of the plain part and the cell', () => {
    fc.assert(fc.property(pattern, fc.array(cell, { minLength: 1, maxLength: 12 }), (text, cells) => {
      const exact = RE2JS.compile(text), fast = BytePattern.of(text);
      expect(fast).not.toBeNull();
      for (const each of cells) expect(fast === null ? null : asked(each, fast)).toBe(exact.testExact(each) ? isPattern : isNotPattern);
    }), { numRuns: 2_000 });
  });

  test('answer as RE2 does or not at all, whatever is written for a pattern', () => {
    const written = fc.array(fc.constantFrom('a', 'b', '0', '[', ']', '^', '$', '-', '(', ')', '?', ':', '*', '+', '{', '}', ',', '2', '|', '\\', 'd', '.', 'é'), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(fc.property(written, fc.array(cell, { minLength: 1, maxLength: 6 }), (text, cells) => {
      let exact: RE2JS;
      try { exact = RE2JS.compile(text); } catch { return; }
      const fast = BytePattern.of(text);
      if (fast === null) return;
      for (const each of cells) expect(asked(each, fast)).toBe(exact.testExact(each) ? isPattern : isNotPattern);
    }), { numRuns: 5_000 });
  });

  test('leave to RE2 what is not plain: other characters, escapes of the cell, assertions, flags, names of classes', () => {
    const fast = BytePattern.of('R[0-9]{10}') as BytePattern;
    expect([asked('R0123456789', fast), asked('R012345678', fast), asked('Ré', fast), asked('R\\n', fast)]).toEqual([isPattern, isNotPattern, undecided, undecided]);
    for (const text of ['é', '^a$', '\\bx', '(?i)a', '[[:alpha:]]', '\\pL', 'a+?', 'a**', '\\x41', '(?:a{1000}){2}(a{900})']) expect(BytePattern.of(text), text).toBeNull();
  });

  test('leave a pattern with too many states to RE2 where it comes to them', () => {
    const fast = BytePattern.of('(a|b)*a(a|b){12}') as BytePattern, exact = RE2JS.compile('(a|b)*a(a|b){12}');
    for (let n = 0; n < 5_000; n += 1) {
      const text = (n * 7919 + 13).toString(2).replaceAll('0', 'a').replaceAll('1', 'b'), answer = asked(text, fast);
      if (answer !== undecided) expect(answer).toBe(exact.testExact(text) ? isPattern : isNotPattern);
    }
  });
});

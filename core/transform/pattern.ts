/**
 * Operators' patterns, by RE2: matching takes time in proportion to the text, whatever the pattern (github.com/google/re2, WhyRE2). There is
 * no backtracking, so there are no back references and no look-around.
 */
import { RE2JS } from 're2js';
import { transformInvalid } from '../../contracts/transform.ts';

/** Instructions of the compiled pattern; `(a{100}){100}` would have ten thousand, and each character may cost as many steps. */
const mostInstructions = 5_000;

export const compilePattern = (pattern: string): RE2JS => {
  const compiled = tryCompile(pattern);
  if (compiled === null) throw transformInvalid('RE2 cannot read its pattern (there are no back references and no look-around; see github.com/google/re2/wiki/Syntax).');
  if (compiled.programSize() > mostInstructions) throw transformInvalid('its pattern repeats so much that it would be too slow; use smaller repetitions.');
  return compiled;
};

const tryCompile = (pattern: string): RE2JS | null => {
  try { return RE2JS.compile(pattern); } catch { return null; }
};

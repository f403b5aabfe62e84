/** What a pattern matches first: its first group, or all of it when it has none. */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { transformInvalid, type StepOf } from '../../contracts/transform.ts';
import { compilePattern } from './pattern.ts';
import type { Outcome, TextStep } from './step.ts';

const noMatch = issueNumber('TRANSFORM_NO_MATCH');

export const extract = ({ pattern, group, unmatched }: StepOf<'extract'>): TextStep => {
  const compiled = compilePattern(pattern);
  const groups = compiled.groupCount();
  const wanted = group ?? Math.min(1, groups);
  if (wanted > groups) throw transformInvalid('its pattern does not have so many groups.');
  const otherwise = (text: string): Outcome => (unmatched === 'keep' ? text : unmatched === 'null' ? null : noMatch);
  return {
    kind: 'text',
    apply: (text) => {
      const matcher = compiled.matcher(text);
      return matcher.find() ? matcher.group(wanted) : otherwise(text);
    },
  };
};

/** Replaces what a pattern matches, each time or the first; `$1` is the first group, `$$` a dollar sign. */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { transformInvalid, type StepOf } from '../../contracts/transform.ts';
import { compilePattern } from './pattern.ts';
import type { TextStep } from './step.ts';

const tooLong = issueNumber('TEXT_TOO_LONG');
/** Characters that a result may have: 16 MiB cells with a long replacement at each character would not fit the memory. */
const mostCharacters = 32 * 1024 * 1024;

/** Texts and numbers of groups in turn. */
const partsOf = (replacement: string, groups: number): readonly (string | number)[] =>
  replacement.split(/(\$\$|\$\d{1,2}|\$)/).filter((part) => part !== '').map((part) => {
    if (!part.startsWith('$')) return part;
    if (part === '$$') return '$';
    const group = Number(part.slice(1));
    if (part === '$' || group > groups) throw transformInvalid('its replacement names a group that the pattern does not have; write $$ for a dollar sign.');
    return group;
  });

export const replace = ({ pattern, with: replacement, first }: StepOf<'replace'>): TextStep => {
  const compiled = compilePattern(pattern);
  const parts = partsOf(replacement, compiled.groupCount());
  return {
    kind: 'text',
    apply: (text) => {
      if ((text.length + 1) * (replacement.length + 1) > mostCharacters) return tooLong;
      const matcher = compiled.matcher(text);
      let result = '', from = 0;
      while (matcher.find()) {
        result += text.slice(from, matcher.start());
        for (const part of parts) result += typeof part === 'string' ? part : matcher.group(part) ?? '';
        from = matcher.end();
        if (first) break;
      }
      return result + text.slice(from);
    },
  };
};

/** Replaces what a pattern matches, each time or the first; `$1` is the first group, `$$` a dollar sign. */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { transformInvalid, type StepOf } from '../../contracts/transform.ts';
import { compilePattern } from './pattern.ts';
import { parseSimplePattern } from './simple-pattern.ts';
import { declined, done, nothing, type TextStep } from './step.ts';

const tooLong = issueNumber('TEXT_TOO_LONG');
/** Characters that a result may have: 16 MiB cells with a long replacement at each character would not fit the memory. */
const mostCharacters = 32 * 1024 * 1024;

/** Longer cells go the way over texts, which knows when a result is too long. */
const longestCell = 4_096, longestReplacement = 64;

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
    ...plainBytes(pattern, parts, first),
  };
};

/** A pattern of one plain character, or a class of them, as most are that tidy numbers and codes: no part of it is ever part of another character. */
const plainBytes = (pattern: string, parts: readonly (string | number)[], first: boolean): Pick<TextStep, 'bytes'> => {
  const node = parseSimplePattern(pattern), only = node?.kind === 'sequence' && node.parts.length === 1 ? node.parts[0] : undefined;
  const many = only?.kind === 'repeat' && only.least === 1 && only.most === Infinity;
  const one = many ? only.part : only;
  if (one?.kind !== 'set' || one.set.wide || !parts.every((part) => typeof part === 'string')) return {};
  const written = Buffer.from(parts.join(''), 'utf8'), members = new Uint8Array(256);
  members.set(one.set.members);
  return written.length > longestReplacement ? {} : { bytes: replacing(members, written, { many, first }) };
};

const replacing = (members: Uint8Array, written: Buffer, { many, first }: { readonly many: boolean; readonly first: boolean }): NonNullable<TextStep['bytes']> =>
  (cell) => {
    const { bytes, start, end, arena } = cell;
    let at = start;
    while (at < end && members[bytes[at] as number] !== 1) at += 1;
    if (at === end) return done;
    if (end - start > longestCell) return declined;
    const from = arena.room((end - start) * Math.max(written.length, 1)), room = arena.bytes;
    let to = from, left = first ? 1 : Infinity, inRun = false;
    for (at = start; at < end; at += 1) {
      const byte = bytes[at] as number, found: boolean = members[byte] === 1 && (left > 0 || inRun);
      if (!found) room[to++] = byte;
      else if (!inRun) { for (let index = 0; index < written.length; index += 1) room[to++] = written[index] as number; left -= 1; }
      inRun = found && many;
    }
    if (to === from) return nothing;
    cell.moveTo(from, to);
    return done;
  };

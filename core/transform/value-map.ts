/** A lookup table: codes of the sender become values of the field. What is not in the table is treated by the policy that the mapping names. */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { transformInvalid, type StepOf } from '../../contracts/transform.ts';
import { foldWord } from './fold-word.ts';
import type { Outcome, TextStep } from './step.ts';

const unknownCode = issueNumber('VALUE_UNKNOWN'), blockingCode = issueNumber('VALUE_UNKNOWN_BLOCKS');

export const valueMap = ({ table, unknown, value, fold }: StepOf<'map'>): TextStep => {
  const key = fold ? foldWord : (text: string): string => text;
  const known = new Map<string, string | null>();
  for (const [code, mapped] of Object.entries(table)) {
    // Said of places only: codes are values of cells.
    if (known.has(key(code)) && known.get(key(code)) !== mapped) throw transformInvalid('two codes of its table are one after folding, and mean different values.');
    known.set(key(code), mapped === '' ? null : mapped);
  }
  if ((unknown === 'set') !== (value !== undefined)) throw transformInvalid('"value" and the policy "set" need each other.');
  const otherwise = (text: string): Outcome => {
    switch (unknown) {
      case 'keep': return text;
      case 'null': return null;
      case 'set': return value ?? null;
      case 'quarantine': return unknownCode;
      case 'block': return blockingCode;
    }
  };
  return {
    kind: 'text',
    apply: (text) => {
      const code = key(text), mapped = known.get(code);
      if (code === '') return mapped ?? null;
      return mapped === undefined ? otherwise(text) : mapped;
    },
    // An empty cell is no unknown code: "unknown" and "not provided" are two things.
    ofNothing: known.get('') ?? null,
  };
};

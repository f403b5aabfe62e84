/** Unicode's normal forms: NFC makes é of e and its accent; NFKC also digits of full width and ligatures plain ones. */
import type { StepOf } from '../../contracts/transform.ts';
import { declined, done, type TextStep } from './step.ts';

export const normalize = ({ form }: StepOf<'normalize'>): TextStep => ({
  kind: 'text',
  apply: (text) => text.normalize(form),
  bytes: plainBelow(form === 'NFC' ? 0xcc : 0x80),
});

/** Below U+0300 (cc 80) every character is its own normal form C, and below U+0080 each other one too. */
const plainBelow = (least: number): NonNullable<TextStep['bytes']> => ({ bytes, start, end }) => {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= least && byte >= 0xc0) return declined;
    if (least === 0x80 && byte >= 0x80) return declined;
  }
  return done;
};

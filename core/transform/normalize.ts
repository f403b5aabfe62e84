/** Unicode's normal forms: NFC makes é of e and its accent; NFKC also digits of full width and ligatures plain ones. */
import type { StepOf } from '../../contracts/transform.ts';
import { declined, done, type TextStep } from './step.ts';

export const normalize = ({ form }: StepOf<'normalize'>): TextStep => ({
  kind: 'text',
  apply: (text) => text.normalize(form),
  bytes: ({ bytes, start, end }) => {
    for (let at = start; at < end; at += 1) if ((bytes[at] as number) >= 0x80) return declined;
    return done;
  },
});

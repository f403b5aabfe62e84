/** Family and given names apart: by the comma of `GARCÍA LÓPEZ, Ana`, else the last word with the particles before it (`van Beethoven`). */
import type { StepOf } from '../../contracts/transform.ts';
import type { TextStep } from './step.ts';

const particles = new Set(['van', 'von', 'vom', 'zu', 'zum', 'zur', 'de', 'da', 'do', 'das', 'dos', 'du', 'des', 'del', 'della', 'di', 'la', 'le', 'las', 'los', 'den', 'der', 'ten', 'ter', 'y', 'e', 'el', 'al', 'bin', 'ibn', 'af', 'av']);

interface Parts { readonly family: string; readonly given: string }

const byComma = (text: string): Parts => {
  const at = text.indexOf(',');
  return { family: text.slice(0, at).trim(), given: text.slice(at + 1).trim() };
};

/** Particles count in small letters only: `De` may be a name of its own. The first word is given, whatever it is. */
const byLastWord = (text: string): Parts => {
  const words = text.trim().split(/\s+/u);
  let first = words.length - 1;
  while (first > 1 && particles.has(words[first - 1] ?? '')) first -= 1;
  return { family: words.slice(first).join(' '), given: words.slice(0, first).join(' ') };
};

export const personName = ({ part, by }: StepOf<'name'>): TextStep => ({
  kind: 'text',
  apply: (text) => (by === 'comma' || (by === 'auto' && text.includes(',')) ? (text.includes(',') ? byComma(text) : { family: text.trim(), given: '' }) : byLastWord(text))[part],
});

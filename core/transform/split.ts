/** Part n of a text between separators: from 1 at the front, from -1 at the end. A part that is not there is nothing. */
import type { StepOf } from '../../contracts/transform.ts';
import { declined, done, nothing, type TextStep } from './step.ts';
import { mayBeBlank, mayEndInBlank, trimText } from './trim.ts';

const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

export const split = ({ separator, part }: StepOf<'split'>): TextStep => {
  const code = separator.length === 1 ? separator.charCodeAt(0) : 0x80;
  return {
    kind: 'text',
    apply: (text) => {
      const parts = text.split(separator);
      const found = parts[part > 0 ? part - 1 : parts.length + part];
      return found === undefined ? null : trimText(found);
    },
    ...(code < 0x80 && part > 0 ? { bytes: takePart(code, part) } : {}),
  };
};

const takePart = (code: number, part: number): NonNullable<TextStep['bytes']> => (cell) => {
  const { bytes, end } = cell;
  let { start } = cell;
  let at = start, number = 1;
  for (; at < end; at += 1) {
    if (bytes[at] !== code) continue;
    if (number === part) break;
    number += 1;
    start = at + 1;
  }
  if (number < part) return nothing;
  let last = at;
  while (start < last && isBlank(bytes[start] as number)) start += 1;
  while (last > start && isBlank(bytes[last - 1] as number)) last -= 1;
  if (start === last) return nothing;
  if (mayBeBlank(bytes, start) || mayEndInBlank(bytes, start, last)) return declined;
  cell.start = start;
  cell.end = last;
  return done;
};

/** Characters (code points) from `start` on: from 1 at the front, from -1 at the end. */
import type { StepOf } from '../../contracts/transform.ts';
import { declined, done, nothing, type TextStep } from './step.ts';

export const substring = ({ start, length }: StepOf<'substring'>): TextStep => {
  const cut = (count: number): readonly [number, number] => {
    const from = start > 0 ? start - 1 : Math.max(0, count + start);
    return [from, length === undefined ? count : Math.min(count, from + length)];
  };
  return {
    kind: 'text',
    apply: (text) => {
      const characters = [...text];
      return characters.slice(...cut(characters.length)).join('');
    },
    bytes: (cell) => {
      const { bytes, start: first, end } = cell;
      for (let at = first; at < end; at += 1) if ((bytes[at] as number) >= 0x80) return declined;
      const [from, to] = cut(end - first);
      if (from >= to) return nothing;
      cell.start = first + from;
      cell.end = first + to;
      return done;
    },
  };
};

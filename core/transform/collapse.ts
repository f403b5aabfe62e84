/** Each run of blanks, tabs and line ends becomes one blank; outer ones go. */
import type { ByteCell } from './byte-cell.ts';
import { declined, done, nothing, type TextStep } from './step.ts';
import { mayBeBlank, trimText } from './trim.ts';

const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

export const collapse = (): TextStep => ({
  kind: 'text',
  apply: (text) => trimText(text).replace(/[\s\u200b\u2060\ufeff]+/gu, ' '),
  bytes: (cell) => {
    const { bytes, start, end } = cell;
    // Most cells need nothing: no blank at an end, and single ones inside.
    let at = start, blank = true;
    for (; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte >= 0xc2 && mayBeBlank(bytes, at)) return declined;
      const isSpace = byte === 0x20;
      if ((isSpace && blank) || (byte >= 0x09 && byte <= 0x0d)) break;
      blank = isSpace;
    }
    return at === end && !blank ? done : rewrite(cell);
  },
});

const rewrite = (cell: ByteCell): number => {
  const { bytes, start, end, arena } = cell;
  const first = arena.room(end - start), room = arena.bytes;
  let to = first, blank = false;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= 0xc2 && mayBeBlank(bytes, at)) return declined;
    if (isBlank(byte)) { blank = to > first; continue; }
    if (blank) { room[to++] = 0x20; blank = false; }
    room[to++] = byte;
  }
  if (to === first) return nothing;
  cell.moveTo(first, to);
  return done;
};

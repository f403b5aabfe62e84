/** Each run of blanks, tabs and line ends becomes one blank; outer ones go. */
import { trimText } from './trim.ts';
import { declined, done, nothing, type TextStep } from './step.ts';

const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

export const collapse = (): TextStep => ({
  kind: 'text',
  apply: (text) => trimText(text).replace(/[\s\u200b\u2060\ufeff]+/gu, ' '),
  bytes: (cell) => {
    const { bytes, start, end } = cell;
    const room = cell.room(end - start);
    let length = 0, blank = false;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      // Only these begin the white space beyond ASCII.
      if (byte === 0xc2 || byte === 0xe1 || byte === 0xe2 || byte === 0xe3 || byte === 0xef) return declined;
      if (isBlank(byte)) { blank = length > 0; continue; }
      if (blank) { room[length++] = 0x20; blank = false; }
      room[length++] = byte;
    }
    if (length === 0) return nothing;
    cell.moveTo(room, length);
    return done;
  },
});

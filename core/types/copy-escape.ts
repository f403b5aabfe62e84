/**
 * Escapes of COPY's text format: backslash, tab, newline, carriage return. PostgreSQL: "COPY", section "Text Format".
 * `\N` and `\.` in a cell are thereby ordinary text.
 */
import type { CopyBuffer } from './copy-buffer.ts';

const backslash = 0x5c;
/** For each byte: 0 copies it, 1 is NUL (cannot be stored), else the letter after the backslash. */
const escapes = new Uint8Array(256);
escapes[0x00] = 1;
escapes[0x09] = 0x74;
escapes[0x0a] = 0x6e;
escapes[0x0d] = 0x72;
escapes[backslash] = backslash;

/** False when the bytes hold a NUL; what was appended until then stays. */
export const appendEscaped = (bytes: Uint8Array, start: number, end: number, out: CopyBuffer): boolean => {
  out.ensure((end - start) * 2);
  const target = out.bytes;
  let at = out.length;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    const escape = escapes[byte] as number;
    if (escape === 0) {
      target[at++] = byte;
      continue;
    }
    if (escape === 1) {
      out.length = at;
      return false;
    }
    target[at++] = backslash;
    target[at++] = escape;
  }
  out.length = at;
  return true;
};

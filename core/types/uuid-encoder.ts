/** UUIDs in every form that PostgreSQL reads: braces or none, a hyphen after any group of four digits or none. As they stood. */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { trimmedEnd, trimmedStart } from './cell-edges.ts';
import type { CopyBuffer } from './copy-buffer.ts';
import { blankCell, type CellEncoder } from './encoder.ts';

const uuidInvalid = issueNumber('UUID_INVALID');

/** 1 for the bytes of hexadecimal digits. */
const hexDigits = new Uint8Array(256);
for (const digit of Buffer.from('0123456789abcdefABCDEF', 'latin1')) hexDigits[digit] = 1;

const isUuid = (bytes: Uint8Array, start: number, end: number): boolean => {
  let digits = 0;
  let lastHyphenAt = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (hexDigits[byte] === 1) digits++;
    else if (byte === 0x2d && (digits & 3) === 0 && digits > lastHyphenAt && digits < 32) lastHyphenAt = digits;
    else return false;
  }
  return digits === 32;
};

export class UuidEncoder implements CellEncoder {
  readonly evidence = null;

  encode(bytes: Uint8Array, cellStart: number, cellEnd: number, out: CopyBuffer): number {
    const start = trimmedStart(bytes, cellStart, cellEnd);
    const end = trimmedEnd(bytes, start, cellEnd);
    if (start === end) return blankCell;
    const braced = bytes[start] === 0x7b && bytes[end - 1] === 0x7d;
    if (!isUuid(bytes, braced ? start + 1 : start, braced ? end - 1 : end)) return uuidInvalid;
    out.raw(bytes, start, end);
    return 0;
  }
}

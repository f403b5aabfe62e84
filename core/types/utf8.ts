/** Strict UTF-8, as PostgreSQL wants it: no overlong forms, no surrogates, nothing above U+10FFFF. */
import { isUtf8 } from 'node:buffer';

export const isValidUtf8 = (bytes: Uint8Array, start: number, end: number): boolean => isUtf8(bytes.subarray(start, end));

/** Code points, which is how PostgreSQL counts the characters of varchar(n). */
export const characterCount = (bytes: Uint8Array, start: number, end: number): number => {
  let count = 0;
  for (let i = start; i < end; i++) if (((bytes[i] as number) & 0xc0) !== 0x80) count++;
  return count;
};

export const utf8Text = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');

/** true/false, t/f, yes/no, y/n, on/off, 1/0 in any case. Unlike PostgreSQL no other prefixes (`tr`, `fal`): they are typing errors. */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { trimmedEnd, trimmedStart } from './cell-edges.ts';
import type { CopyBuffer } from './copy-buffer.ts';
import { blankCell, type CellEncoder } from './encoder.ts';

const booleanInvalid = issueNumber('BOOLEAN_INVALID');
const letterT = 0x74;
const letterF = 0x66;
const longestWord = 5;

/** A word of up to 5 bytes as one number, letters in lower case. */
const wordNumber = (bytes: Uint8Array, start: number, end: number): number => {
  let number = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    number = number * 256 + (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);
  }
  return number;
};
const wordOf = (text: string): number => wordNumber(Buffer.from(text, 'latin1'), 0, text.length);

const words = new Map<number, number>([
  ...['true', 't', 'yes', 'y', 'on', '1'].map((word) => [wordOf(word), letterT] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map((word) => [wordOf(word), letterF] as const),
]);

export class BooleanEncoder implements CellEncoder {
  readonly evidence = null;

  encode(bytes: Uint8Array, cellStart: number, cellEnd: number, out: CopyBuffer): number {
    const start = trimmedStart(bytes, cellStart, cellEnd);
    const end = trimmedEnd(bytes, start, cellEnd);
    if (start === end) return blankCell;
    if (end - start > longestWord) return booleanInvalid;
    const letter = words.get(wordNumber(bytes, start, end));
    if (letter === undefined) return booleanInvalid;
    out.byte(letter);
    return 0;
  }
}

/** Levels as a page of the first kind has them: their length, then one run of the same level or bits packed in eights (Encodings.md, "RLE"). */

export interface LevelRange {
  readonly from: number;
  readonly to: number;
  /** Bits of a level. */
  readonly width: 1 | 2;
}

export const packLevels = (levels: Uint8Array, { from, to, width }: LevelRange): Uint8Array => {
  const count = to - from, groups = Math.ceil(count / 8);
  const isOneRun = isSame(levels, from, to);
  const packed = Buffer.alloc(4 + 5 + (isOneRun ? 1 : groups * width));
  let at = 4;
  for (let head = isOneRun ? count * 2 : groups * 2 + 1; ; head >>>= 7) { if (head < 128) { packed[at++] = head; break; } packed[at++] = head & 127 | 128; }
  if (isOneRun) packed[at++] = levels[from] ?? 0;
  else {
    // Neither width lets a level lie in two bytes.
    for (let index = 0, bit = 0; index < count; index += 1, bit += width) packed[at + (bit >> 3)] = (packed[at + (bit >> 3)] as number) | (levels[from + index] as number) << (bit & 7);
    at += groups * width;
  }
  packed.writeUInt32LE(at - 4, 0);
  return packed.subarray(0, at);
};

const isSame = (levels: Uint8Array, from: number, to: number): boolean => {
  for (let index = from + 1; index < to; index += 1) if (levels[index] !== levels[from]) return false;
  return true;
};

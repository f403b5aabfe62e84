import type { Compression } from '../../contracts/parse-options.ts';

interface Signature {
  readonly compression: Compression;
  /** From the start; null: any byte. */
  readonly bytes: readonly (number | null)[];
}

/** By how a file begins (https://en.wikipedia.org/wiki/List_of_file_signatures). */
const signatures: readonly Signature[] = [
  { compression: 'gzip', bytes: [0x1f, 0x8b] },
  { compression: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  // A frame to be skipped may come first (RFC 8878, 3.1.2): 0x50 to 0x5f.
  ...Array.from({ length: 16 }, (_, low): Signature => ({ compression: 'zstd', bytes: [0x50 + low, 0x2a, 0x4d, 0x18] })),
  { compression: 'bzip2', bytes: [0x42, 0x5a, 0x68, null, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59] },
  // Of nothing.
  { compression: 'bzip2', bytes: [0x42, 0x5a, 0x68, null, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90] },
  { compression: 'xz', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { compression: 'zip', bytes: [0x50, 0x4b, 0x03, 0x04] },
  // Without an entry.
  { compression: 'zip', bytes: [0x50, 0x4b, 0x05, 0x06] },
];

export const signatureBytes = 16;

export const compressionOf = (start: Uint8Array): Compression | null =>
  signatures.find(({ bytes }) => bytes.every((byte, at) => byte === null || start[at] === byte))?.compression ?? null;

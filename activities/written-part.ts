/** A part of an export as it was written, read for the file that it goes into. */
import { crc32 } from 'node:zlib';
import type { ExportPartKey } from '../contracts/export-request.ts';
import type { WrittenPart } from '../core/formats/file-writer.ts';
import type { ExportPart } from '../db/export-parts.ts';
import { exportPartKey } from '../storage/storage-keys.ts';
import type { Storage } from '../storage/storage.ts';

/** A part that is not as it was written: a crash of the machine took what was not yet on the disk. */
export class PartTorn extends Error {
  override readonly name = 'PartTorn';
}

/** Read whole, a piece is to be used before the next is asked for. */
export const writtenPart = (storage: Storage, part: ExportPart, key: ExportPartKey): WrittenPart => {
  const storageKey = exportPartKey(key);
  const bytes = part.bytes ?? 0;
  let isSound = false;
  async function* whole(): AsyncGenerator<Uint8Array> {
    if ((await storage.stat(storageKey))?.bytes !== bytes) throw new PartTorn('a part is gone or short');
    let sum = 0;
    for await (const piece of storage.scan(storageKey)) { sum = crc32(piece, sum); yield piece; }
    if (part.crc32 !== null && sum !== part.crc32) throw new PartTorn('a part has another checksum');
    isSound = true;
  }
  return {
    bytes, firstRow: part.firstRow, rows: part.rowCount,
    async *read(start = 0, endExclusive = bytes) {
      if (start === 0 && endExclusive === bytes) { yield* whole(); return; }
      // Looked through once before ranges of it are read.
      if (!isSound) for await (const piece of whole()) void piece;
      yield* storage.read(storageKey, start, endExclusive);
    },
  };
};

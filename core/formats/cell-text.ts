import { escapedFlag } from './csv/record-scanner.ts';
import type { RecordReader } from './source-format.ts';

/** A cell of the reader's record as its sender meant it; for the few cells that are looked at one by one. */
export const cellText = (reader: RecordReader, bytes: Buffer, cell: number): string => {
  const start = reader.cellStart[cell] ?? 0, end = reader.cellEnd[cell] ?? start;
  if (((reader.cellFlags[cell] ?? 0) & escapedFlag) === 0) return bytes.toString('utf8', start, end);
  const target = Buffer.allocUnsafe(end - start);
  return target.toString('utf8', 0, reader.unescapeInto(cell, target, 0));
};

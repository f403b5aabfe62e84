/** The cells of one rejected row, as the sender wrote them; of a row that has none its whole text, behind as many empty cells. */
import { escapedFlag } from '../../core/formats/csv/record-scanner.ts';
import type { RecordReader } from '../../core/formats/source-format.ts';

export const createRecordSplitter = (reader: RecordReader, columnCount: number): ((raw: Buffer) => readonly string[]) => (raw) => {
  reader.reset(raw, 0, raw.byteLength, 1);
  if (!reader.next()) return [];
  if (reader.problem !== 0) return [...Array.from({ length: columnCount }, () => ''), raw.toString('utf8')];
  return Array.from({ length: reader.cellCount }, (_, cell) => cellText(reader, raw, cell));
};

export const cellText = (reader: RecordReader, bytes: Buffer, cell: number): string => {
  const start = reader.cellStart[cell] ?? 0, end = reader.cellEnd[cell] ?? start;
  if (((reader.cellFlags[cell] ?? 0) & escapedFlag) === 0) return bytes.toString('utf8', start, end);
  const target = Buffer.allocUnsafe(end - start);
  return target.toString('utf8', 0, reader.unescapeInto(cell, target, 0));
};

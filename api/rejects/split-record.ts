/** The cells of one rejected row, as the sender wrote them; of a row that has none its whole text, behind as many empty cells. */
import { cellText } from '../../core/formats/cell-text.ts';
import type { RecordReader } from '../../core/formats/source-format.ts';

export const createRecordSplitter = (reader: RecordReader, columnCount: number): ((raw: Buffer) => readonly string[]) => (raw) => {
  reader.reset(raw, 0, raw.byteLength, 1);
  if (!reader.next()) return [];
  // A row spool keeps such a row's text in its first cell; everywhere else a row with a problem has no cells.
  if (reader.problem !== 0) return [...Array.from({ length: columnCount }, () => ''), cellText(reader, raw, 0) || raw.toString('utf8')];
  return Array.from({ length: reader.cellCount }, (_, cell) => cellText(reader, raw, cell));
};

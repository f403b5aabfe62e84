/** The cells of one rejected row, as the sender wrote them. */
import { RecordScanner, escapedFlag, type ScanDialect } from '../../core/formats/csv/record-scanner.ts';

export const createRecordSplitter = (dialect: ScanDialect): ((raw: Buffer) => readonly string[]) => {
  const scanner = new RecordScanner(dialect);
  return (raw) => {
    scanner.reset(raw, 0, raw.byteLength, 1);
    if (!scanner.next()) return [];
    return Array.from({ length: scanner.cellCount }, (_, cell) => {
      const start = scanner.cellStart[cell] ?? 0, end = scanner.cellEnd[cell] ?? start;
      if (((scanner.cellFlags[cell] ?? 0) & escapedFlag) === 0) return raw.toString('utf8', start, end);
      const target = Buffer.allocUnsafe(end - start);
      return target.toString('utf8', 0, scanner.unescapeInto(cell, target, 0));
    });
  };
};

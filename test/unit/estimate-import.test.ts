import { describe, expect, it } from 'vitest';
import { estimateImport, refuseWhenDiskWouldFill } from '../../api/inspect/estimate-import.ts';
import type { ImportQuestion } from '../../api/inspect/estimate-import.ts';

const question: ImportQuestion = { bytes: 0, rows: 0, columns: 0, ontoRecords: false, needsSpool: false, databaseSharesDisk: true, bytesFree: null };

/** Bytes of the file, rows, columns, onto records, and the greatest growth that `npm run bench -- disk` saw, in bytes (docs/performance.md). */
const measured = [
  [35.3e6, 200_000, 12, false, 184e6], [35.5e6, 200_000, 12, true, 614e6], [4.9e6, 20_000, 23, false, 25e6], [3.5e6, 400_000, 2, false, 164e6],
  [3.5e6, 400_000, 2, true, 576e6], [2.0e6, 400_000, 1, false, 157e6], [10.2e6, 50_000, 100, false, 148e6], [10.2e6, 50_000, 100, true, 291e6],
] as const;

describe('the estimate of an import', () => {
  it.each(measured)('is more than what was measured, and not absurdly more: %d bytes, %d rows, %d columns, onto records: %s', (...[bytes, rows, columns, ontoRecords, peak]) => {
    const { bytesNeeded } = estimateImport({ ...question, bytes, rows, columns, ontoRecords });
    expect(bytesNeeded).toBeGreaterThan(1.15 * peak);
    expect(bytesNeeded).toBeLessThan(2.5 * peak);
  });

  it('is of the spool alone when the database writes to another disk, and of nothing when there is none', () => {
    expect(estimateImport({ ...question, bytes: 1_000, rows: 10, columns: 2, databaseSharesDisk: false, needsSpool: true }).bytesNeeded).toBe(1_500);
    expect(estimateImport({ ...question, bytes: 1_000, rows: 10, columns: 2, databaseSharesDisk: false, bytesFree: 0 })).toMatchObject({ bytesNeeded: 0, fits: true });
  });

  it('refuses what does not fit beside a reserve, and says how much is missing', () => {
    const tight = estimateImport({ ...question, bytes: 1_000, bytesFree: 256 * 1024 * 1024 + 3_000 });
    expect(() => { refuseWhenDiskWouldFill(tight); }).toThrow(expect.objectContaining({ code: 'DISK_WOULD_FILL', place: expect.objectContaining({ bytesMissing: 1_000 }) as object }) as Error);
    refuseWhenDiskWouldFill(estimateImport({ ...question, bytes: 1_000, bytesFree: 256 * 1024 * 1024 + 4_000 }));
  });
});

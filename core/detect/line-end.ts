import type { Guess } from '../../contracts/parse-options.ts';
import { RecordScanner, type ScanDialect } from '../formats/csv/record-scanner.ts';
import type { Segment } from './sample.ts';

type LineEnd = 'lf' | 'crlf' | 'cr';

/** How records end; line ends inside quoted cells are often others and do not count. */
export function detectLineEnd(segments: readonly Segment[], scan: ScanDialect): Guess<LineEnd | 'mixed'> {
  const counts: Record<LineEnd, number> = { lf: 0, crlf: 0, cr: 0 };
  const scanner = new RecordScanner(scan);
  for (const { bytes, complete } of segments) {
    scanner.reset(bytes, 0, bytes.length, 1);
    while (scanner.next()) {
      const end = scanner.recordEnd;
      if (!complete && end === bytes.length) break;
      if (bytes[end - 1] === 10) counts[bytes[end - 2] === 13 ? 'crlf' : 'lf']++;
      else if (bytes[end - 1] === 13) counts.cr++;
    }
  }
  const [[value, most], [, second]] = Object.entries(counts).sort((a, b) => b[1] - a[1]) as [[LineEnd, number], [LineEnd, number]];
  if (most === 0) return { value: 'lf', confidence: 0.5, why: 'no line end in the samples' };
  if (second > 0) return { value: 'mixed', confidence: 0.95, why: `records end in several ways: LF ${counts.lf}, CRLF ${counts.crlf}, CR ${counts.cr}` };
  return { value, confidence: 0.99, why: `all ${most} sampled records end so` };
}

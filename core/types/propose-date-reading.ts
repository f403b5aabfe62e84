/** The reading that a sample of a column proves; whatever it says, the barrier judges the whole column. */
import type { DateReading } from '../../contracts/plan-document.ts';
import { trimmedEnd, trimmedStart } from './cell-edges.ts';
import { readingOfSample, type DateEvidenceCounts } from './date-evidence.ts';
import { Moment } from './moment.ts';

export const proposeDateReading = (sampleCells: readonly string[]): DateReading => readingOfSample(dateEvidenceOf(sampleCells));

export const dateEvidenceOf = (sampleCells: readonly string[]): DateEvidenceCounts => {
  const moment = new Moment({ reading: { order: null, source: 'assumed' }, zone: 'UTC', withZone: true });
  for (const cell of sampleCells) {
    const bytes = Buffer.from(cell, 'utf8');
    const start = trimmedStart(bytes, 0, bytes.length);
    moment.read(bytes, start, trimmedEnd(bytes, start, bytes.length));
  }
  return moment.resolver.evidence;
};

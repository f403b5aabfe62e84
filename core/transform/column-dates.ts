/**
 * Which of a date step's formats differ in nothing but the order of day and month: what the whole column says decides between them, as it does
 * for dates of a type (types/date-evidence.ts).
 */
import type { DateReading } from '../../contracts/plan-document.ts';
import type { DateEvidence } from '../types/date-evidence.ts';
import type { DateFormat } from './date-format.ts';

/** The column that a step reads. */
export interface ColumnDates { readonly order: DateReading['order']; readonly evidence: DateEvidence }

export interface FormatsByOrder { readonly dmy: readonly DateFormat[]; readonly mdy: readonly DateFormat[]; readonly others: readonly DateFormat[] }

/**
 * Null: no format leaves the order open, or two kinds of format do. What cells of D/M/YYYY show says nothing of YYYY-MM-DD, so formats are of one kind
 * where the year stands at the same place.
 */
export const formatsByOrder = (formats: readonly DateFormat[]): FormatsByOrder | null => {
  const both = [0, 1, 2].filter((place) => (['dmy', 'mdy'] as const).every((order) => formats.some((format) => format.order === order && format.yearPlace === place)));
  const [place] = both;
  if (place === undefined || both.length > 1) return null;
  const ordered = (order: 'dmy' | 'mdy'): readonly DateFormat[] => formats.filter((format) => format.order === order && format.yearPlace === place);
  return { dmy: ordered('dmy'), mdy: ordered('mdy'), others: formats.filter((format) => format.order === null || format.yearPlace !== place) };
};

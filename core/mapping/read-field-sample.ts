/** How many of the sampled values of a mapped field its transforms and its type's reader take. */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import type { DateReading } from '../../contracts/plan-document.ts';
import type { TransformStep } from '../../contracts/transform.ts';
import { readableShare } from './readable-share.ts';
import { compileTransforms } from '../transform/compile-transforms.ts';
import { readingOfSample } from '../types/date-evidence.ts';
import { proposeDateReading } from '../types/propose-date-reading.ts';

export interface FieldSample {
  readonly field: FieldDefinition;
  readonly transforms?: readonly TransformStep[] | undefined;
  /** Of each source column. */
  readonly cells: readonly (readonly string[])[];
  readonly zone: string;
}

export interface SampledField {
  /** From 0 to 1; 1 where there is no value. */
  readonly share: number;
  readonly values: number;
  /** Of dates: what the sample proves. */
  readonly date: DateReading | null;
}

export const readFieldSample = (sample: FieldSample): SampledField => {
  const { field, cells, zone } = sample;
  if (sample.transforms === undefined && cells.length === 2) return { share: readableShare({ field, cells, zone }), values: filledOf(cells[0] ?? []), date: null };
  const { texts, failed, order } = textsOf(sample);
  const date = order ?? (field.type === 'date' || field.type === 'timestamp' ? proposeDateReading(texts) : null);
  const values = filledOf(texts) + failed, read = filledOf(texts);
  const share = values === 0 ? 1 : (read === 0 ? 0 : readableShare({ field, cells: [texts], zone, ...(date === null ? {} : { date: inSomeOrder(date) }) })) * (read / values);
  return { share, values, date };
};

/** That the order is open makes no date of another kind. */
const inSomeOrder = (date: DateReading): DateReading => (date.order === null ? { ...date, order: 'dmy' } : date);

const filledOf = (texts: readonly string[]): number => texts.filter((text) => text.trim() !== '').length;

interface ChangedCells { readonly texts: readonly string[]; readonly failed: number; /** Where a step leaves the order of day and month open: what the sample proves. */ readonly order: DateReading | null }

/** What the transforms make of the cells; those that they refuse are counted. */
const textsOf = ({ field, transforms, cells, zone }: FieldSample, reading: DateReading | null = null): ChangedCells => {
  if (transforms === undefined) return { texts: cells[0] ?? [], failed: 0, order: null };
  const program = compileTransforms(transforms, { type: field.type, columns: cells.length, at: `the field ${field.name}, transforms`, order: reading?.order });
  const outcomes = (cells[0] ?? []).map((_, row) => program.run(cells.map((column) => column[row] || null)));
  const order = program.dates === null ? null : readingOfSample(program.dates);
  // Only now it is known how they are read.
  if (order !== null && reading === null) return textsOf({ field, transforms, cells, zone }, inSomeOrder(order));
  return { order, texts: outcomes.flatMap((outcome) => (typeof outcome === 'string' ? [outcome] : [])), failed: outcomes.filter((outcome) => typeof outcome === 'number').length };
};

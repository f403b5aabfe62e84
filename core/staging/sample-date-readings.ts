/** A first reading of each date column. A sample that starts in mid record may misread a few cells: the barrier judges the whole column anyway. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { ParseOptions } from '../../contracts/parse-options.ts';
import type { DateReading, MappedField } from '../../contracts/plan-document.ts';
import { cellText } from '../formats/cell-text.ts';
import { createReader } from '../formats/formats.ts';
import { sampleRecords, type RecordSample } from '../formats/record-chunks.ts';
import type { RandomAccess } from '../formats/source-format.ts';
import { compileTransforms } from '../transform/compile-transforms.ts';
import { judgedDateStep } from '../transform/judged-date-step.ts';
import type { Outcome } from '../transform/step.ts';
import { isOpenOrder, readingOfSample, type DateEvidence, type DateEvidenceCounts } from '../types/date-evidence.ts';
import { dateEvidenceOf } from '../types/propose-date-reading.ts';

/**
 * A date or timestamp of one column, or of what transforms make of some: its texts are read by the order of their column. And what a step reads
 * by formats that leave the order open, whatever the field's type.
 */
export const readsDates = (definition: DatasetDefinition, { field, columns, transforms }: MappedField): boolean => {
  const type = typeOf(definition, field);
  if (type === undefined) return false;
  if (type === 'date' || type === 'timestamp') return columns.length === 1 || transforms !== undefined;
  return transforms !== undefined && judgedDateStep(transforms, { type, columns: columns.length }) >= 0;
};

const typeOf = (definition: DatasetDefinition, name: string) => definition.fields.find((field) => field.name === name)?.type;

/** How the texts of a date field are had of a record. */
interface DateLane { readonly columns: readonly number[]; readonly change: (cells: readonly (string | null)[]) => Outcome; readonly texts: string[]; /** Where a step leaves the order open. */ readonly dates: DateEvidence | null }

const laneOf = (definition: DatasetDefinition, { field, columns, transforms }: MappedField): DateLane => {
  const program = transforms === undefined ? null : compileTransforms(transforms, { type: typeOf(definition, field) ?? 'date', columns: columns.length, at: `the field ${field}, transforms` });
  return { columns, change: program === null ? ([cell]) => cell ?? null : (cells) => program.run(cells), texts: [], dates: program?.dates ?? null };
};

export interface DateSampling { readonly parse: ParseOptions; readonly definition: DatasetDefinition; readonly mapping: readonly MappedField[] }

/** One reading for each of the mapped fields, which are all such as {@link readsDates} finds. */
export const sampleDateReadings = async (source: RandomAccess, order: DateSampling): Promise<readonly DateReading[]> =>
  (await sampleDates(source, order)).map(readingOfSample);

/** Those of these fields whose samples do not tell how day and month stand, though some of them could be read both ways. */
export const sampleOpenOrders = async (source: RandomAccess, order: DateSampling): Promise<readonly Pick<MappedField, 'field' | 'columns'>[]> => {
  const dates = await sampleDates(source, order);
  return order.mapping.flatMap(({ field, columns }, index) => (isOpenOrder(dates[index] as DateEvidenceCounts) ? [{ field, columns }] : []));
};

const sampleDates = async (source: RandomAccess, { parse, definition, mapping }: DateSampling): Promise<readonly DateEvidenceCounts[]> => {
  if (mapping.length === 0) return [];
  const lanes = mapping.map((mapped) => laneOf(definition, mapped));
  for (const sample of await sampleRecords(source, parse)) if (sample.bytes.length > sample.start) gather(sample, parse, lanes);
  return lanes.map(({ texts, dates }) => dates ?? dateEvidenceOf(texts));
};

const gather = ({ bytes, start, complete }: RecordSample, parse: ParseOptions, lanes: readonly DateLane[]): void => {
  const reader = createReader(parse);
  reader.reset(bytes, start, bytes.length, 1);
  while (reader.next()) {
    // A record that the sample cuts.
    if (!complete && reader.recordEnd === bytes.length) break;
    if (reader.problem !== 0 || reader.cellCount !== parse.columns.length) continue;
    for (const { columns, change, texts } of lanes) {
      const text = change(columns.map((column) => cellText(reader, bytes, column) || null));
      if (typeof text === 'string') texts.push(text);
    }
  }
};

import type { ParseOptions } from '../contracts/parse-options.ts';
import type { DateReading } from '../contracts/plan-document.ts';
import { cellText } from '../core/formats/cell-text.ts';
import { createReader } from '../core/formats/formats.ts';
import { sampleRecords, type RecordSample } from '../core/formats/record-chunks.ts';
import { proposeDateReading } from '../core/types/propose-date-reading.ts';
import type { Storage } from '../storage/storage.ts';
import { openSource } from './import-source.ts';

export interface DateSampleOrder {
  readonly key: string;
  readonly parse: ParseOptions;
  /** Source columns from 0. */
  readonly columns: readonly number[];
}

/** A first reading of each date column. A sample that starts in mid record may misread a few cells: the barrier judges the whole column anyway. */
export const readDateSamples = async (storage: Storage, { key, parse, columns }: DateSampleOrder): Promise<readonly DateReading[]> => {
  if (columns.length === 0) return [];
  const cells: string[][] = columns.map(() => []);
  for (const sample of await sampleRecords(await openSource(storage, key), parse))
    if (sample.bytes.length > sample.start) gather(sample, { parse, columns, cells });
  return cells.map(proposeDateReading);
};

interface Gathering { readonly parse: ParseOptions; readonly columns: readonly number[]; readonly cells: string[][] }

const gather = ({ bytes, start, complete }: RecordSample, { parse, columns, cells }: Gathering): void => {
  const reader = createReader(parse);
  reader.reset(bytes, start, bytes.length, 1);
  while (reader.next()) {
    // A record that the sample cuts.
    if (!complete && reader.recordEnd === bytes.length) break;
    if (reader.problem !== 0 || reader.cellCount !== parse.columns.length) continue;
    columns.forEach((column, at) => {
      cells[at]?.push(cellText(reader, bytes, column));
    });
  }
};

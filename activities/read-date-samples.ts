import type { ParseOptions } from '../contracts/parse-options.ts';
import type { DateReading } from '../contracts/plan-document.ts';
import { cellText } from '../core/formats/cell-text.ts';
import { createReader, firstRecordIn } from '../core/formats/formats.ts';
import { proposeDateReading } from '../core/types/propose-date-reading.ts';
import { readSamples } from '../storage/read-samples.ts';
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
  const { bytes: totalBytes } = await openSource(storage, key);
  for (const sample of await readSamples(storage, key, totalBytes)) {
    const start = sample.offset === 0 ? Math.min(parse.dataStartByte, sample.bytes.length) : firstRecordIn(sample.bytes, parse);
    if (sample.bytes.length > start) gather(sample.bytes, { start, complete: sample.offset + sample.bytes.length === totalBytes }, { parse, columns, cells });
  }
  return cells.map(proposeDateReading);
};

interface Gathering { readonly parse: ParseOptions; readonly columns: readonly number[]; readonly cells: string[][] }

const gather = (bytes: Buffer, { start, complete }: { readonly start: number; readonly complete: boolean }, { parse, columns, cells }: Gathering): void => {
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

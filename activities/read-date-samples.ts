import type { ParseOptions } from '../contracts/parse-options.ts';
import type { DateReading } from '../contracts/plan-document.ts';
import { scanDialectOf } from '../core/formats/csv/scan-dialect-of.ts';
import { RecordScanner } from '../core/formats/csv/record-scanner.ts';
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
    const start = sample.offset === 0 ? Math.min(parse.dataStartByte, sample.bytes.length) : sample.bytes.indexOf(0x0a) + 1;
    const end = sample.bytes.lastIndexOf(0x0a) + 1;
    if (end > start) gather(sample.bytes, { start, end }, { parse, columns, cells });
  }
  return cells.map(proposeDateReading);
};

interface Gathering { readonly parse: ParseOptions; readonly columns: readonly number[]; readonly cells: string[][] }

const gather = (bytes: Buffer, { start, end }: { readonly start: number; readonly end: number }, { parse, columns, cells }: Gathering): void => {
  const scanner = new RecordScanner(scanDialectOf(parse));
  scanner.reset(bytes, start, end, 1);
  while (scanner.next()) {
    if (scanner.cellCount !== parse.columns.length) continue;
    columns.forEach((column, at) => {
      cells[at]?.push(bytes.toString('utf8', scanner.cellStart[column], scanner.cellEnd[column]));
    });
  }
};

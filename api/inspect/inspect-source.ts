/** How a received file is written, and how many rows it has: `waybill inspect` and the estimate before a start. */
import type { Detection, ParseOverrides } from '../../contracts/parse-options.ts';
import { detectDelimited } from '../../core/detect/detect-delimited.ts';
import { readSamples } from '../../storage/read-samples.ts';
import { archiveKey } from '../../storage/storage-keys.ts';
import type { Storage } from '../../storage/storage.ts';
import type { SourceFile } from '../../db/source-files.ts';
import { countRecords, headRecords, readHead } from './sample-records.ts';

export interface InspectInput {
  readonly file: Pick<SourceFile, 'sha256' | 'bytes'>;
  readonly overrides: ParseOverrides;
  /** Read the whole file for the exact number of rows. */
  readonly all: boolean;
}
export interface InspectedSource {
  readonly detection: Detection;
  readonly rows: number;
  readonly rowsExact: boolean;
  readonly sample: readonly (readonly string[])[];
}

const sampleRows = 5;

export const inspectSource = async (storage: Storage, { file, overrides, all }: InspectInput): Promise<InspectedSource> => {
  const key = archiveKey(file.sha256);
  const samples = await readSamples(storage, key, file.bytes);
  const detection = detectDelimited({ samples, totalBytes: file.bytes, overrides });
  const source = { storage, key, detection };
  const head = await readHead(source);
  const { rows: sample, recordCount, recordBytes } = headRecords(head, detection, sampleRows);
  if (all) return { detection, sample, rows: await countRecords(source), rowsExact: true };
  if (head.complete) return { detection, sample, rows: recordCount, rowsExact: true };
  // Decoded text is not as long as its source; the estimate is of an order, not of a row.
  const perRecord = recordCount === 0 ? head.bytes.byteLength : recordBytes / recordCount;
  return { detection, sample, rows: Math.max(recordCount, Math.round((file.bytes - detection.options.dataStartByte) / perRecord)), rowsExact: false };
};

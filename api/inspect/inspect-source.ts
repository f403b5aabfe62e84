/** How a received file is written, and how many rows it has: `waybill inspect` and the estimate before a start. */
import { randomUUID } from 'node:crypto';
import type { Detection, ParseOverrides } from '../../contracts/parse-options.ts';
import { detectSource, markCompressed } from '../../core/detect/detect-source.ts';
import { lookAtSamples } from '../../storage/read-samples.ts';
import { archiveKey, spoolKey } from '../../storage/storage-keys.ts';
import type { Storage } from '../../storage/storage.ts';
import { isGzip, unpackGzip } from '../../storage/unpack-gzip.ts';
import type { SourceFile } from '../../db/source-files.ts';
import { countRecords, headRecords, readHead } from './sample-records.ts';

export interface InspectInput {
  readonly file: Pick<SourceFile, 'sha256' | 'bytes'>;
  readonly fileName?: string | undefined;
  readonly overrides: ParseOverrides;
  /** Read the whole file for the exact number of rows. */
  readonly all: boolean;
}
export interface InspectedSource {
  readonly detection: Detection;
  readonly rows: number;
  readonly rowsExact: boolean;
  readonly sample: readonly (readonly string[])[];
  /** Of the text: more than the file has when it is compressed. */
  readonly bytes: number;
}

const sampleRows = 5;

/** A compressed file is unpacked for the look, so that what is said here is what the import will find. */
export const inspectSource = async (storage: Storage, input: InspectInput): Promise<InspectedSource> => {
  const key = archiveKey(input.file.sha256);
  if (!isGzip(await storage.readRange(key, 0, 2))) return inspectObject(storage, { ...input, key, bytes: input.file.bytes });
  const spool = spoolKey(randomUUID());
  try {
    const { bytes } = await unpackGzip(storage, { from: key, to: spool });
    const found = await inspectObject(storage, { ...input, key: spool, bytes });
    return { ...found, detection: markCompressed(found.detection) };
  } finally {
    await storage.remove(spool);
  }
};

interface ObjectInput extends InspectInput { readonly key: string; readonly bytes: number }

const inspectObject = async (storage: Storage, { key, bytes, fileName, overrides, all }: ObjectInput): Promise<InspectedSource> => {
  const detection = await lookAtSamples(storage, { key, totalBytes: bytes }, (samples) => detectSource({ samples, totalBytes: bytes, overrides, fileName }));
  const source = { storage, key, detection };
  const head = await readHead(source);
  const { rows: sample, recordCount, recordBytes } = headRecords(head, detection, sampleRows);
  if (all) return { detection, sample, bytes, rows: await countRecords(source), rowsExact: true };
  if (head.complete) return { detection, sample, bytes, rows: recordCount, rowsExact: true };
  // Decoded text is not as long as its source; the estimate is of an order, not of a row.
  const perRecord = recordCount === 0 ? head.bytes.byteLength : recordBytes / recordCount;
  return { detection, sample, bytes, rows: Math.max(recordCount, Math.round((bytes - detection.options.dataStartByte) / perRecord)), rowsExact: false };
};

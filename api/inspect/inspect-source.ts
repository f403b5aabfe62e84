/** How a received file is written, and how many rows it has: `waybill inspect` and the estimate before a start. */
import { randomUUID } from 'node:crypto';
import type { Detection, ParseOverrides } from '../../contracts/parse-options.ts';
import { headOfRecords, type ChunkSource } from '../../core/formats/record-chunks.ts';
import type { ReadLegacyWorkbook } from '../../core/formats/xls/xls-workbook.ts';
import { prepareSource } from '../../core/intake/prepare-source.ts';
import { openStored } from '../../core/intake/source-store.ts';
import type { SourceFile } from '../../db/source-files.ts';
import { archiveKey, spoolKey } from '../../storage/storage-keys.ts';
import type { Storage } from '../../storage/storage.ts';
import { countRecords, headBytes, headRecords } from './sample-records.ts';

export interface InspectInput {
  readonly file: Pick<SourceFile, 'sha256' | 'bytes'>;
  readonly fileName?: string | undefined;
  readonly overrides: ParseOverrides;
  /** Read the whole file for the exact number of rows. */
  readonly all: boolean;
  readonly readLegacy?: ReadLegacyWorkbook | undefined;
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

/** What cannot be read at an offset is spooled for the look, so that what is said here is what the import will find. */
export const inspectSource = async (storage: Storage, { file, fileName, overrides, all, readLegacy }: InspectInput): Promise<InspectedSource> => {
  const spool = spoolKey(randomUUID());
  try {
    const { detection, key } = await prepareSource(storage, { key: archiveKey(file.sha256), spool, overrides, fileName, readLegacy });
    const source = await openChunks(storage, key);
    const { options } = detection;
    const head = await headOfRecords(source, options, headBytes);
    const { rows: sample, recordCount, recordBytes } = headRecords(head, options, sampleRows);
    const found = { detection, sample, bytes: head.textBytes ?? source.bytes };
    if (head.rows !== undefined) return { ...found, rows: head.rows, rowsExact: true };
    if (all) return { ...found, rows: await countRecords(source, options), rowsExact: true };
    if (head.complete) return { ...found, rows: recordCount, rowsExact: true };
    const perRecord = recordCount === 0 ? head.bytes.byteLength : recordBytes / recordCount;
    return { ...found, rows: Math.max(recordCount, Math.round((source.bytes - options.dataStartByte) / perRecord)), rowsExact: false };
  } finally {
    await storage.remove(spool);
  }
};

const openChunks = async (storage: Storage, key: string): Promise<ChunkSource> =>
  ({ ...await openStored(storage, key), readInto: (start, target) => storage.readInto(key, start, target) });

/** How a received file is written, and how many rows it has: `waybill inspect` and the estimate before a start. */
import { randomUUID } from 'node:crypto';
import type { Detection, ParseOverrides } from '../../contracts/parse-options.ts';
import { headOfRecords, type ChunkSource } from '../../core/formats/record-chunks.ts';
import type { ReadLegacyWorkbook } from '../../core/formats/xls/xls-workbook.ts';
import { MemorySpool, type LookStore } from '../../core/intake/memory-spool.ts';
import { prepareSource } from '../../core/intake/prepare-source.ts';
import { openStored } from '../../core/intake/source-store.ts';
import type { SourceFile } from '../../db/source-files.ts';
import { archiveKey, spoolKey } from '../../storage/storage-keys.ts';
import { TurnQueue } from './turn-queue.ts';
import { countRecords, headBytes, headRecords } from './sample-records.ts';

export interface InspectInput {
  readonly file: Pick<SourceFile, 'sha256' | 'bytes'>;
  readonly fileName?: string | undefined;
  readonly overrides: ParseOverrides;
  /** `all`: the whole file is read for the exact number of rows; `head`: no more is unpacked or decoded than tells about how much it is. */
  readonly extent: 'all' | 'samples' | 'head';
  readonly readLegacy?: ReadLegacyWorkbook | undefined;
  /** Of the one who asks: nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
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
/** A workbook may take hundreds of megabytes for a moment. */
const looks = new TurnQueue(2);
/** Of a packed file, to tell how much it grows: its start may be denser or emptier than the rest, and a longer one would cost as much as the import. */
const mostHeadBytes = 4 * 1024 * 1024;

/** What cannot be read at an offset is spooled for the look, so that what is said here is what the import will find. */
export const inspectSource = (storage: LookStore, input: InspectInput): Promise<InspectedSource> => looks.run(() => look(storage, input), input.signal);

const look = async (storage: LookStore, { file, fileName, overrides, extent, readLegacy, signal }: InspectInput): Promise<InspectedSource> => {
  const spool = spoolKey(randomUUID());
  const store: LookStore = extent === 'head' ? new MemorySpool(storage, spool) : storage;
  try {
    const order = { key: archiveKey(file.sha256), spool, overrides, fileName, readLegacy, signal, ...(extent === 'head' ? { mostBytes: mostHeadBytes } : {}) };
    const { detection, key, wholeBytes } = await prepareSource(store, order);
    const source = await openChunks(store, key);
    const { options } = detection;
    const head = await headOfRecords(source, options, headBytes);
    const complete = head.complete && wholeBytes === source.bytes;
    const { rows: sample, recordCount, recordBytes } = headRecords({ ...head, complete }, options, sampleRows);
    const found = { detection, sample, bytes: head.textBytes ?? wholeBytes };
    if (head.rows !== undefined) return { ...found, rows: head.rows, rowsExact: true };
    if (extent === 'all') return { ...found, rows: await countRecords(source, options), rowsExact: true };
    if (complete) return { ...found, rows: recordCount, rowsExact: true };
    const perRecord = recordCount === 0 ? head.bytes.byteLength : recordBytes / recordCount;
    return { ...found, rows: Math.max(recordCount, Math.round((wholeBytes - options.dataStartByte) / perRecord)), rowsExact: false };
  } finally {
    await store.remove(spool);
  }
};

const openChunks = async (storage: LookStore, key: string): Promise<ChunkSource> =>
  ({ ...await openStored(storage, key), readInto: (start, target) => storage.readInto(key, start, target) });

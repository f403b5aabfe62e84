/**
 * From a received object to bytes that can be read as records, and how: what is packed is unpacked, what cannot be read at a byte is turned
 * into a spool once (design 10.10). `waybill inspect` and the import go this same way, so what the one says the other finds.
 */
import { WaybillError } from '../../contracts/errors.ts';
import type { Compression, Detection, Encoding, ParseOverrides } from '../../contracts/parse-options.ts';
import { detectSource, markCompressed } from '../detect/detect-source.ts';
import type { ReadLegacyWorkbook } from '../formats/xls/xls-workbook.ts';
import { createSourceDecoder } from '../formats/csv/source-decoder.ts';
import { prepareWorkbook } from './prepare-workbook.ts';
import { lookAtSamples } from './read-samples.ts';
import type { SourceStore } from './source-store.ts';
import { compressionOf, signatureBytes, unpack } from './unpack.ts';

export interface PrepareOrder {
  /** The object as it was received. */
  readonly key: string;
  /** Where a spool may be written. */
  readonly spool: string;
  readonly overrides: ParseOverrides;
  /** Asked only where the content leaves it open; never repeated. */
  readonly fileName?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** On a thread of its own; without it old workbooks are not read. */
  readonly readLegacy?: ReadLegacyWorkbook | undefined;
}

export interface PreparedSource {
  readonly detection: Detection;
  /** Where the records are read: the object itself, or its spool. */
  readonly key: string;
  readonly bytes: number;
}

interface Laid { readonly key: string; readonly bytes: number; readonly compression: Compression | null }

/** Throws what unpacking (unpack.ts) and detection (detect-source.ts) throw. */
export const prepareSource = async (store: SourceStore, order: PrepareOrder): Promise<PreparedSource> => {
  const laid = await layOpen(store, order);
  const { detection, key, bytes } = await prepareWorkbook(store, laid, order) ?? await prepareText(store, laid, order);
  return { detection: laid.compression === null ? detection : markCompressed(detection, laid.compression), key, bytes };
};

const layOpen = async (store: SourceStore, { key, spool, signal }: PrepareOrder): Promise<Laid> => {
  const stat = await store.stat(key);
  if (stat === null) throw new WaybillError('FILE_MISSING', 'The archived copy of the file is not in its place.');
  if (stat.bytes === 0) throw new WaybillError('FILE_EMPTY', 'The file has no bytes.');
  const compression = compressionOf(await store.readRange(key, 0, Math.min(signatureBytes, stat.bytes)));
  if (compression === null) return { key, bytes: stat.bytes, compression };
  const { bytes } = await unpack(store, { from: key, to: spool, compression, signal });
  return { key: spool, bytes, compression };
};

const prepareText = async (store: SourceStore, { key, bytes }: Laid, { spool, overrides, fileName }: PrepareOrder): Promise<PreparedSource> => {
  const detection = await lookAtSamples(store, { key, totalBytes: bytes }, (samples) => detectSource({ samples, totalBytes: bytes, overrides, fileName }));
  if (!detection.needsSpool) return { detection, key, bytes };
  // The spool may be its own source: it is replaced when the decoded one is whole.
  const decoded = await store.write(spool, decodedPieces(store, key, detection.options.encoding));
  return { detection, key: spool, bytes: decoded.bytes };
};

async function* decodedPieces(store: SourceStore, key: string, encoding: Encoding): AsyncGenerator<Uint8Array> {
  const decoder = createSourceDecoder(encoding);
  for await (const piece of store.read(key)) yield decoder.push(piece);
  yield decoder.end();
}

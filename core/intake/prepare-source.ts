/**
 * From a received object to bytes that can be read as records, and how: what is packed is unpacked, what cannot be read at a byte is turned
 * into a spool once (design 10.10). `waybill inspect` and the import go this same way, so what the one says the other finds.
 */
import type { Detection, Encoding, ParseOverrides } from '../../contracts/parse-options.ts';
import { detectSource, markCompressed } from '../detect/detect-source.ts';
import type { ReadLegacyWorkbook } from '../formats/xls/xls-workbook.ts';
import { createSourceDecoder } from '../formats/csv/source-decoder.ts';
import { detectParquet, isParquet, startsAsParquet } from '../formats/parquet/detect-parquet.ts';
import { isExploded } from '../formats/explode/explode-records.ts';
import { explodeSource } from './explode-source.ts';
import { layOpen, type LaidOpen } from './lay-open.ts';
import { startsAsWorkbook, workbookStartBytes } from './open-workbook.ts';
import { prepareWorkbook } from './prepare-workbook.ts';
import { lookAtSamples } from './read-samples.ts';
import { openStored } from './source-store.ts';
import type { SourceStore } from './source-store.ts';

export interface PrepareOrder {
  /** The object as it was received. */
  readonly key: string;
  /** Where a spool may be written. */
  readonly spool: string;
  readonly overrides: ParseOverrides;
  /** Asked only where the content leaves it open; never repeated. */
  readonly fileName?: string | undefined;
  /** For an estimate: no more than about this is unpacked and decoded. */
  readonly mostBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** On a thread of its own; without it old workbooks are not read. */
  readonly readLegacy?: ReadLegacyWorkbook | undefined;
  /** Records of a full sheet; fewer for tests. */
  readonly fullSheet?: number | undefined;
}

export interface PreparedSource {
  readonly detection: Detection;
  /** Where the records are read: the object itself, or its spool. */
  readonly key: string;
  readonly bytes: number;
  /** The same, or an estimate when only the head is there. */
  readonly wholeBytes: number;
}

/** Throws what unpacking (lay-open.ts) and detection (detect-source.ts) throw. */
export const prepareSource = async (store: SourceStore, order: PrepareOrder): Promise<PreparedSource> => {
  const laid = await layWhole(store, order);
  const { detection, ...source } = await prepareWorkbook(store, laid, order) ?? await prepareColumns(store, laid, order) ?? await prepareText(store, laid, order);
  return { ...source, detection: laid.packing === null ? detection : markCompressed(detection, laid.packing) };
};

/** The head of a format that begins to be read at its end says nothing. */
const layWhole = async (store: SourceStore, order: PrepareOrder): Promise<LaidOpen> => {
  const laid = await layOpen(store, order);
  const isHead = laid.packing !== null && order.mostBytes !== undefined;
  if (!isHead) return laid;
  const start = await store.readRange(laid.key, 0, Math.min(workbookStartBytes, laid.bytes));
  return startsAsParquet(start) || startsAsWorkbook(start) ? layOpen(store, { ...order, mostBytes: undefined }) : laid;
};

/** A format that is read where it lies, by its own index. */
const prepareColumns = async (store: SourceStore, { key, bytes, wholeBytes }: LaidOpen, order: PrepareOrder): Promise<PreparedSource | null> => {
  const source = await openStored(store, key);
  return await isParquet(source, order.overrides) ? explodeAsSaid(store, { key, bytes, wholeBytes }, { detection: await detectParquet(source, order.overrides), order }) : null;
};

const prepareText = async (store: SourceStore, { key, bytes, wholeBytes, packing }: LaidOpen, order: PrepareOrder): Promise<PreparedSource> => {
  const { overrides } = order;
  const fileName = packing?.innerName ?? order.fileName;
  const detection = await lookAtSamples(store, { key, totalBytes: bytes }, (samples) => detectSource({ samples, totalBytes: wholeBytes, overrides, fileName }));
  const text = detection.needsSpool ? await decode(store, { key, bytes, wholeBytes, encoding: detection.options.encoding }, order) : { key, bytes, wholeBytes };
  return explodeAsSaid(store, text, { detection, order });
};

interface Text { readonly key: string; readonly bytes: number; readonly wholeBytes: number }

/** The spool may be its own source: it is replaced when the decoded one is whole. */
const decode = async (store: SourceStore, { key, bytes, wholeBytes, encoding }: Text & { readonly encoding: Encoding }, { spool, mostBytes, signal }: PrepareOrder): Promise<Text> => {
  const read = Math.min(bytes, mostBytes ?? bytes);
  const decoded = await store.write(spool, decodedPieces(store.read(key, 0, read), encoding, signal));
  return { key: spool, bytes: decoded.bytes, wholeBytes: Math.round(decoded.bytes * (wholeBytes / read)) };
};

interface Detected { readonly detection: Detection; readonly order: PrepareOrder }

const explodeAsSaid = async (store: SourceStore, text: Text, { detection, order: { spool, mostBytes, signal } }: Detected): Promise<PreparedSource> => {
  const { options } = detection, { key, wholeBytes } = text;
  if (!isExploded(options)) return { detection, ...text };
  const { bytes, share } = await explodeSource(store, { from: key, to: spool, options, mostBytes, signal });
  return {
    detection: { ...detection, options: { ...options, dataStartByte: 0, dataStartLine: 1 }, needsSpool: true } as Detection,
    key: spool, bytes, wholeBytes: Math.round((bytes / share) * (wholeBytes / text.bytes)),
  };
};

async function* decodedPieces(pieces: AsyncIterable<Uint8Array>, encoding: Encoding, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const decoder = createSourceDecoder(encoding);
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    yield decoder.push(piece);
  }
  yield decoder.end();
  signal?.throwIfAborted();
}

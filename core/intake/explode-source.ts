/** A source whose records are taken apart, a row for each element of an array in them, as lines of the row spool. */
import { RecordExploder, recordOptions, type ExplodedOptions } from '../formats/explode/explode-records.ts';
import { createReader } from '../formats/formats.ts';
import { extentOf, loadRecordChunk, planRecordChunks, type ChunkSource } from '../formats/record-chunks.ts';
import { expandsTooMuch, guardGrowth, harmlessBytes } from './growth-guard.ts';
import { openStored, type SourceStore, type StoredSize } from './source-store.ts';

const pieceBytes = 1024 * 1024;
/** What is packed already, as Parquet is, grows more. */
const mostRatio = 200, mostPackedRatio = 500;

export interface ExplodeOrder {
  readonly from: string;
  readonly to: string;
  readonly options: ExplodedOptions;
  /** No more than about this of the source is read. */
  readonly mostBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Size of the spool, and which share of the source it stands for. FILE_NO_RECORDS is the planner's to say. */
export const explodeSource = async (store: SourceStore, { from, to, options, mostBytes, signal }: ExplodeOrder): Promise<StoredSize & { readonly share: number }> => {
  const source = await openForChunks(store, from);
  const progress = { share: 1 };
  const ratio = options.format === 'parquet' ? mostPackedRatio : mostRatio;
  const judge = (grown: number): void => { if (grown > harmlessBytes && grown > source.bytes * ratio) throw expandsTooMuch(source.bytes, ratio); };
  // Of a head the end is not looked at: it may lie anywhere in a record.
  const headBytes = mostBytes === undefined || source.bytes < mostBytes ? Infinity : mostBytes * 0.75;
  const { bytes } = await store.write(to, guardGrowth(store, { pieces: explodedPieces(source, options, { headBytes, progress }), judge, signal }));
  return { bytes, share: progress.share };
};

interface Head { readonly headBytes: number; readonly progress: { share: number } }

async function* explodedPieces(source: ChunkSource, options: ExplodedOptions, { headBytes, progress }: Head): AsyncGenerator<Uint8Array> {
  const own = recordOptions(options);
  const exploder = new RecordExploder(createReader(own), options);
  let [text, read] = ['', 0];
  for await (const chunks of planRecordChunks(source, own, { chunkBytes: pieceBytes })) {
    for (const chunk of chunks) {
      const records = await loadRecordChunk(source, own, chunk, newRoom);
      read += records.length;
      for (const line of exploder.lines(records, chunk.firstLine)) {
        text += line;
        if (text.length < pieceBytes) continue;
        yield Buffer.from(text);
        text = '';
      }
    }
    if (read < headBytes) continue;
    progress.share = (chunks.at(-1)?.byteEnd ?? 0) / await extentOf(source, own);
    break;
  }
  yield Buffer.from(text);
}

const newRoom = (bytes: number): Buffer => Buffer.allocUnsafe(bytes);

const openForChunks = async (store: SourceStore, key: string): Promise<ChunkSource> => {
  const source = await openStored(store, key);
  return { ...source, readInto: async (start, target) => (await source.read(start, start + target.length)).copy(target) };
};

/** A process of its own that reads a Parquet file as the import does, chunk by chunk, and prints how many rows there were and its most memory. */
import { open } from 'node:fs/promises';
import { createReader } from '../../core/formats/formats.ts';
import { detectParquet } from '../../core/formats/parquet/detect-parquet.ts';
import { loadRecordChunk, planRecordChunks } from '../../core/formats/record-chunks.ts';
import type { ChunkSource } from '../../core/formats/record-chunks.ts';
import { peakMemoryOf } from './peak-memory.ts';

const file = await open(process.argv[2] ?? '');
const { size } = await file.stat();
const readInto = async (start: number, target: Uint8Array): Promise<number> => (await file.read(target, 0, target.length, start)).bytesRead;
const source: ChunkSource = {
  bytes: size, readInto,
  read: async (start, end) => { const bytes = Buffer.allocUnsafe(end - start); return bytes.subarray(0, await readInto(start, bytes)); },
};
let room = Buffer.alloc(0);
const roomFor = (length: number): Buffer => { if (room.length < length) room = Buffer.allocUnsafeSlow(length); return room.subarray(0, length); };

const { options } = await detectParquet(source, {});
let [rows, chunks] = [0, 0];
for await (const planned of planRecordChunks(source, options, { chunkBytes: 8 * 1024 * 1024, chunkRows: 125_000 })) for (const chunk of planned) {
  const bytes = await loadRecordChunk(source, options, chunk, roomFor);
  const reader = createReader(options);
  reader.reset(bytes, 0, bytes.length, chunk.firstLine);
  chunks += 1;
  while (reader.next()) rows += 1;
}
process.stdout.write(JSON.stringify({ rows, chunks, peak: await peakMemoryOf(process.pid) }));

/** Chunks of a Parquet file are of the size that was aimed at, however its rows differ. */
import { describe, expect, it } from 'vitest';
import { createReader } from '../../core/formats/formats.ts';
import { detectParquet } from '../../core/formats/parquet/detect-parquet.ts';
import { sampleParquet } from '../../core/formats/parquet/parquet-chunks.ts';
import { loadRecordChunk, planRecordChunks } from '../../core/formats/record-chunks.ts';
import type { OutputRow } from '../../core/formats/format-writer.ts';
import { sourceOf } from '../support/read-parquet.ts';
import { outputFields, writeParquet } from '../support/write-parquet.ts';

const mib = 1024 * 1024;
const fields = outputFields([{ name: 'n', type: 'integer', pgType: 'integer' }, { name: 'text', type: 'text' }]);
const long = 'long '.repeat(600);

const chunksOf = async (rows: readonly OutputRow[], chunkBytes: number, parts = [rows]): Promise<{ readonly rows: number; readonly sizes: readonly number[] }> => {
  const source = sourceOf(await writeParquet(fields, parts));
  const { options } = await detectParquet(source, {});
  let room = Buffer.alloc(0), read = 0;
  const sizes: number[] = [];
  for await (const batch of planRecordChunks(source, options, { chunkBytes })) for (const chunk of batch) {
    const bytes = await loadRecordChunk(source, options, chunk, (length) => { if (room.length < length) room = Buffer.alloc(length); return room.subarray(0, length); });
    sizes.push(bytes.length);
    const reader = createReader(options);
    reader.reset(bytes, 0, bytes.length, chunk.firstLine);
    while (reader.next()) read += 1;
  }
  return { rows: read, sizes };
};

const rowsWith = (count: number, textAt: (index: number) => string | null): readonly OutputRow[] => Array.from({ length: count }, (_, index) => [String(index), textAt(index)]);

describe('chunks of Parquet', () => {
  it('are bounded when a long text of a dictionary stands in nearly every row', async () => {
    const found = await chunksOf(rowsWith(110_000, (index) => (index % 20 === 0 ? `short ${index}` : long)), 16 * mib);
    expect(found.rows).toBe(110_000);
    expect(Math.max(...found.sizes)).toBeLessThan(24 * mib);
    expect(found.sizes.length).toBeLessThan(30);
  });

  it('are few when a long text of a dictionary stands in hardly a row', async () => {
    const found = await chunksOf(rowsWith(110_000, (index) => (index % 10_000 === 7 ? long.repeat(100) : `short ${index % 100}`)), 4 * mib);
    expect(found.rows).toBe(110_000);
    expect(found.sizes.length).toBeLessThan(6);
  });

  it('are bounded when all long texts stand in the last rows, in a dictionary, in none, and behind others without any', async () => {
    for (const textAt of [
      (index: number) => (index < 55_000 ? `a${index % 9}` : long), (index: number) => (index < 55_000 ? `a${index}` : `${index} ${long}`.slice(0, 1_000)), (index: number) => (index < 55_000 ? null : long),
    ]) {
      const rows = rowsWith(60_000, textAt);
      for (const parts of [[rows], [rows.slice(0, 30_000), rows.slice(30_000)]]) {
        const found = await chunksOf(rows, 2 * mib, parts);
        expect(found.rows).toBe(60_000);
        expect(Math.max(...found.sizes)).toBeLessThan(6 * mib);
      }
    }
  });

  it('are looked at in samples that are no larger', async () => {
    const samples = await sampleParquet(sourceOf(await writeParquet(fields, [rowsWith(1_000, (index) => (index < 100 ? `a${index}` : long.repeat(100)))])));
    expect(Math.max(...samples.map(({ bytes }) => bytes.length))).toBeLessThan(3 * mib);
  });
});

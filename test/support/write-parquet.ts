/** Rows written as an export writes them: in parts, then put together. */
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { createFileWriter } from '../../core/export/create-file-writer.ts';
import type { WrittenPart } from '../../core/formats/file-writer.ts';
import type { OutputField, OutputRow } from '../../core/formats/format-writer.ts';

export type WrittenAs = 'none' | 'snappy' | 'gzip' | 'zstd';

export const outputFields = (definitions: readonly object[]): readonly OutputField[] =>
  datasetDefinitionSchema.parse({ name: 'x', fields: definitions }).fields.map((field) => ({ name: field.name, field }));

const collect = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(Uint8Array.from(piece));
  return Buffer.concat(all);
};

async function* batched(rows: readonly OutputRow[], size: number): AsyncGenerator<readonly OutputRow[]> {
  for (let at = 0; at < rows.length; at += size) { await Promise.resolve(); yield rows.slice(at, at + size); }
}

export const writeParquet = async (fields: readonly OutputField[], parts: readonly (readonly OutputRow[])[], compress: WrittenAs = 'snappy'): Promise<Buffer> => {
  const written: WrittenPart[] = [];
  let firstRow = 0;
  for (const rows of parts) {
    const writer = createFileWriter({ dataset: 'x', splitRows: null, format: 'parquet', compress }, fields);
    const bytes = await collect(writer.writePart(batched(rows, 7_001), { firstRow, rows: rows.length }));
    written.push({
      firstRow, rows: rows.length, bytes: bytes.length,
      async *read(start = 0, endExclusive = bytes.length) { await Promise.resolve(); for (let at = start; at < endExclusive; at += 10_007) yield bytes.subarray(at, Math.min(endExclusive, at + 10_007)); },
    });
    firstRow += rows.length;
  }
  return collect(createFileWriter({ dataset: 'x', splitRows: null, format: 'parquet', compress }, fields).assemble(written));
};

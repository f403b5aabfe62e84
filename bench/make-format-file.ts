/** Files of any format that Waybill writes, of about a wished size, by its own writers: for what reading them costs in memory. Kept and made once. */
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fieldDefinitionSchema } from '../contracts/dataset-definition.ts';
import { exportRequestSchema, type ExportRequest } from '../contracts/export-request.ts';
import { createFileWriter } from '../core/export/create-file-writer.ts';
import type { FileWriter, WrittenPart } from '../core/formats/file-writer.ts';
import type { OutputField, OutputRow } from '../core/formats/format-writer.ts';

export const memoryFields = [
  { name: 'record_id', type: 'code', required: true, key: true }, { name: 'narrative', type: 'text' }, { name: 'persons', type: 'integer', pgType: 'integer' },
  { name: 'amount', type: 'number', precision: 12, scale: 2 }, { name: 'occurred_on', type: 'date' }, { name: 'place', type: 'point' },
] as const;

const outputFields: readonly OutputField[] = memoryFields.map((field) => ({ name: field.name, field: fieldDefinitionSchema.parse(field) }));

/** Packs to three quarters, so that a packed file is about as large as what it holds. */
const narrativeBytes = 600;
export const rowBytes = 900;
const partRows = 50_000;
const batchRows = 500;

const rowOf = (row: number): OutputRow => {
  const cells = cellsOf(row);
  return [...cells.slice(0, -1), `(${(row % 360) - 180},${(row % 180) - 90})`];
};

/** As a file has them. */
export const cellsOf = (row: number): readonly string[] => [
  `R${String(row).padStart(9, '0')}`, randomBytes(narrativeBytes).toString('base64'), String(row % 97), `${row % 10_000}.25`,
  `20${String(10 + row % 15)}-0${1 + row % 9}-1${row % 10}`, `POINT(${(row % 360) - 180} ${(row % 180) - 90})`,
];

async function* batches(first: number, rows: number): AsyncGenerator<readonly OutputRow[]> {
  for (let at = first; at < first + rows; at += batchRows) yield Array.from({ length: Math.min(batchRows, first + rows - at) }, (_, index) => rowOf(at + index));
}

export interface FormatFile { readonly path: string; readonly rows: number; readonly bytes: number }
export type FormatOrder = Pick<ExportRequest, 'format' | 'compress'>;

export const makeFormatFile = async (order: FormatOrder, bytes: number, folder: string): Promise<FormatFile> => {
  const request = exportRequestSchema.parse({ dataset: 'memory', ...order });
  const rows = Math.ceil(bytes / rowBytes);
  const path = join(folder, `memory-${order.format}-${order.compress}-${rows}`);
  const known = await stat(path).catch(() => null);
  if (known !== null) return { path, rows, bytes: known.size };
  await mkdir(folder, { recursive: true });
  const parts = await writeParts(createFileWriter(request, outputFields), rows, path);
  await pipeline(createFileWriter(request, outputFields).assemble(parts), createWriteStream(`${path}.draft`));
  for (const [index] of parts.entries()) await rm(`${path}.part-${index}`);
  await rename(`${path}.draft`, path);
  return { path, rows, bytes: (await stat(path)).size };
};

const writeParts = async (writer: FileWriter, rows: number, path: string): Promise<readonly WrittenPart[]> => {
  const parts: WrittenPart[] = [];
  for (let firstRow = 0; firstRow < rows; firstRow += partRows) {
    const place = { firstRow, rows: Math.min(partRows, rows - firstRow) };
    const part = `${path}.part-${parts.length}`;
    await pipeline(writer.writePart(batches(firstRow, place.rows), place), createWriteStream(part));
    parts.push({ ...place, bytes: (await stat(part)).size, read: (start = 0, end = Infinity) => createReadStream(part, { start, end: end - 1, highWaterMark: 1 << 20 }) });
  }
  return parts;
};

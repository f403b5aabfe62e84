/**
 * How quick the readers are beside what everybody would write: CSV beside csv-parse, JSON Lines beside a bare JSON.parse a line, a JSON array
 * beside JSON Lines, Parquet beside the objects of hyparquet (planning, which is one pass on one thread, counted in). Ratios of one run; best of several turns.
 */
import { parse } from 'csv-parse/sync';
import { XMLParser } from 'fast-xml-parser';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { datasetDefinitionSchema } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { ParseOptions } from '../contracts/parse-options.ts';
import { detectSource } from '../core/detect/detect-source.ts';
import { createFileWriter } from '../core/export/create-file-writer.ts';
import { createPlanner, createReader } from '../core/formats/formats.ts';
import { detectParquet } from '../core/formats/parquet/detect-parquet.ts';
import { loadRecordChunk, planRecordChunks } from '../core/formats/record-chunks.ts';
import type { ChunkSource } from '../core/formats/record-chunks.ts';
import { measureXlsx } from './xlsx-bench.ts';

const rows = 100_000;
const turns = 12;

const recordOf = (index: number): Readonly<Record<string, string | number | boolean>> => ({
  id: `K${index}`, count: index * 17, note: `a note, of some length ${index}`, day: '2020-01-31', amount: (index % 1_000) + 0.25, flag: index % 2 === 0,
  street: `Some street ${index}`, city: 'Amsterdam', email: `p${index}@example.org`, at: '2021-03-04T05:06:07Z', lat: 52.1234567, lon: 4.7654321,
});
const records = Array.from({ length: rows }, (_, index) => recordOf(index));
const lines = records.map((record) => JSON.stringify(record));
const quoted = (value: string | number | boolean): string => (String(value).includes(',') ? `"${value}"` : String(value));
const csv = Buffer.from([Object.keys(recordOf(0)), ...records.map((record) => Object.values(record).map(quoted))].map((cells) => cells.join(',')).join('\n'));
const jsonl = Buffer.from(lines.join('\n'));
const json = Buffer.from(`[${lines.join(',')}]`);

const escaped = (value: string | number | boolean): string => String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const xml = Buffer.from(`<?xml version="1.0"?>\n<all>\n${records.map((record) => `<record>${Object.entries(record).map(([name, value]) => `<${name}>${escaped(value)}</${name}>`).join('')}</record>`).join('\n')}\n</all>\n`);
const fixed = Buffer.from([Object.fromEntries(Object.keys(recordOf(0)).map((name) => [name, name])), ...records]
  .map((record) => Object.values(record).map((value) => String(value).padEnd(36)).join('')).join('\n'));
const xmlParser = new XMLParser({ parseTagValue: false, parseAttributeValue: false });
const parseXml = (): number => (xmlParser.parse(xml) as { readonly all: { readonly record: readonly unknown[] } }).all.record.length;

const optionsOf = (bytes: Buffer): ParseOptions => detectSource({ samples: [{ offset: 0, bytes: bytes.subarray(0, 262_144) }], totalBytes: bytes.length, overrides: {} }).options;

const best = (work: () => number, most = turns): number => {
  let least = Infinity;
  for (let turn = 0; turn < most; turn += 1) {
    const begin = process.hrtime.bigint();
    const count = work();
    least = Math.min(least, Number(process.hrtime.bigint() - begin) / 1e6);
    if (count !== rows) throw new WaybillError('INTERNAL', 'Another number of records was read than was written.', { count });
  }
  return least;
};

const readAll = (bytes: Buffer, options: ParseOptions): number => {
  const planner = createPlanner(options, { chunkBytes: 1024 * 1024 });
  const reader = createReader(options);
  let count = 0;
  for (const chunk of [...planner.push(bytes.subarray(options.dataStartByte)), ...planner.end()]) {
    reader.reset(bytes.subarray(chunk.byteStart, chunk.byteEnd), 0, chunk.byteEnd - chunk.byteStart, chunk.firstLine);
    while (reader.next()) count += 1;
  }
  return count;
};

const parseLines = (): number => {
  let count = 0;
  for (let at = 0; at < jsonl.length; count += 1) {
    const found = jsonl.indexOf(0x0a, at);
    const end = found < 0 ? jsonl.length : found;
    JSON.parse(jsonl.toString('utf8', at, end));
    at = end + 1;
  }
  return count;
};

const bestOf = async (work: () => Promise<number>): Promise<number> => {
  let least = Infinity;
  for (let turn = 0; turn < turns; turn += 1) {
    const begin = process.hrtime.bigint();
    const count = await work();
    least = Math.min(least, Number(process.hrtime.bigint() - begin) / 1e6);
    if (count !== rows) throw new WaybillError('INTERNAL', 'Another number of records was read than was written.', { count });
  }
  return least;
};

const typeOf = (name: string): object => {
  switch (name) {
    case 'count': return { name, type: 'integer', pgType: 'integer' };
    case 'amount': case 'lat': case 'lon': return { name, type: 'number', pgType: 'double precision' };
    case 'flag': return { name, type: 'boolean' };
    case 'day': return { name, type: 'date' };
    default: return { name, type: 'text' };
  }
};

/** The records typed, in one row group and compressed with Snappy. */
const parquetBytes = async (): Promise<Buffer> => {
  const { fields } = datasetDefinitionSchema.parse({ name: 'x', fields: Object.keys(recordOf(0)).map(typeOf) });
  const writer = createFileWriter({ dataset: 'x', splitRows: null, format: 'parquet', compress: 'snappy' }, fields.map((field) => ({ name: field.name, field })));
  const pieces: Uint8Array[] = [];
  async function* batches(): AsyncGenerator<readonly (readonly string[])[]> { await Promise.resolve(); yield records.map((record) => Object.values(record).map(String)); }
  for await (const piece of writer.writePart(batches(), { firstRow: 0, rows })) pieces.push(piece);
  const part = Buffer.concat(pieces);
  const file: Uint8Array[] = [];
  for await (const piece of writer.assemble([{ firstRow: 0, rows, bytes: part.length, read: (start = 0, end = part.length) => batchOf(part.subarray(start, end)) }])) file.push(piece);
  return Buffer.concat(file);
};
async function* batchOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> { await Promise.resolve(); yield bytes; }

const readColumns = async (bytes: Buffer): Promise<number> => {
  const source: ChunkSource = { bytes: bytes.length, read: (start, end) => Promise.resolve(bytes.subarray(start, end)), readInto: (start, target) => Promise.resolve(bytes.copy(target, 0, start)) };
  const { options } = await detectParquet(source, {});
  const reader = createReader(options);
  let count = 0, room = Buffer.alloc(0);
  const roomFor = (length: number): Buffer => { if (room.length < length) room = Buffer.allocUnsafeSlow(length); return room.subarray(0, length); };
  for await (const chunks of planRecordChunks(source, options, { chunkBytes: 8 * 1024 * 1024 })) for (const chunk of chunks) {
    const spooled = await loadRecordChunk(source, options, chunk, roomFor);
    reader.reset(spooled, 0, spooled.length, chunk.firstLine);
    while (reader.next()) count += 1;
  }
  return count;
};

export interface FormatsReport {
  readonly text: string;
  readonly holds: boolean;
}

export const runFormatsBench = async (): Promise<FormatsReport> => {
  const parquet = await parquetBytes();
  const file = parquet.buffer.slice(parquet.byteOffset, parquet.byteOffset + parquet.length) as ArrayBuffer;
  const csvOptions = optionsOf(csv), jsonlOptions = optionsOf(jsonl), jsonOptions = optionsOf(json), xmlOptions = optionsOf(xml), fixedOptions = optionsOf(fixed);
  const times = {
    csv: best(() => readAll(csv, csvOptions)), csvParse: best(() => parse(csv, { from_line: 2 }).length),
    jsonl: best(() => readAll(jsonl, jsonlOptions)), jsonParse: best(parseLines), json: best(() => readAll(json, jsonOptions)),
    xml: best(() => readAll(xml, xmlOptions)), fastXmlParser: best(parseXml, 2), fixed: best(() => readAll(fixed, fixedOptions)),
    ...await measureXlsx(),
    parquet: await bestOf(() => readColumns(parquet)), hyparquet: await bestOf(async () => (await parquetReadObjects({ file, compressors })).length),
  };
  const findings = [
    { what: 'CSV, planned and read, beside csv-parse', ratio: times.csvParse / times.csv, least: 3 },
    { what: 'JSON Lines, beside a bare JSON.parse a line', ratio: times.jsonParse / times.jsonl, least: 0.7 },
    { what: 'a JSON array, beside JSON Lines', ratio: times.jsonl / times.json, least: 0.6 },
    { what: 'Parquet, beside the objects of hyparquet', ratio: times.hyparquet / times.parquet, least: 1 },
    { what: 'XML, planned and read, beside fast-xml-parser', ratio: times.fastXmlParser / times.xml, least: 1 },
    { what: 'XLSX, a third of the rows, beside exceljs', ratio: times.exceljs / times.xlsx, least: 2 },
  ];
  const lines = [
    `${rows.toLocaleString('en')} records of 12 values; milliseconds.`,
    ...Object.entries(times).map(([name, milliseconds]) => `${name.padEnd(14)} ${milliseconds.toFixed(1).padStart(8)}`),
    ...findings.map(({ what, ratio, least }) => `${what.padEnd(46)} ${ratio.toFixed(2).padStart(6)} × (at least ${least} ×): ${ratio >= least ? 'holds' : 'does not hold'}`),
  ];
  return { text: lines.join('\n'), holds: findings.every(({ ratio, least }) => ratio >= least) };
};

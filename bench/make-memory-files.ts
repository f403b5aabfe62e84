/** Large files of the forms that Waybill reads and does not write, for what reading them costs in memory. */
import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';
import { WaybillError } from '../contracts/errors.ts';
import { packEntry, zipFile, type ZipEntry } from '../core/formats/zip/zip-file.ts';
import { askPython, findPythonPeers } from '../test/support/python-peers.ts';
import { writeXls } from '../test/support/write-xls.ts';
import { cellsOf, memoryFields, rowBytes, type FormatFile } from './make-format-file.ts';

export interface ReadOnlyForm {
  readonly name: string;
  /** Of the import. */
  readonly options: readonly string[];
  /** Writes a file of about so many bytes and says how many rows it has; null: what is needed for it is not here. */
  readonly write: (path: string, bytes: number) => Promise<number | null>;
}

const names = memoryFields.map(({ name }) => name);
const batchRows = 500;

async function* inBatches(rows: number, textOf: (row: number) => string): AsyncGenerator<string> {
  for (let at = 0; at < rows; at += batchRows) yield Array.from({ length: Math.min(batchRows, rows - at) }, (_, index) => textOf(at + index)).join('');
}

const rowsFor = (bytes: number): number => Math.ceil(bytes / rowBytes);

const writeFixed = async (path: string, bytes: number): Promise<number> => {
  const rows = rowsFor(bytes), widths = names.map((name, index) => Math.max(name.length, ...[1, 86_399].map((row) => (cellsOf(row)[index] ?? '').length)) + 8);
  const line = (cells: readonly string[]): string => `${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('')}\n`;
  await pipeline(Readable.from(chain([line(names)], inBatches(rows, (row) => line(cellsOf(row))))), createWriteStream(path));
  return rows;
};

const recordsABatch = 20;
/** A line for each batch of records. */
const writeExploded = async (path: string, bytes: number): Promise<number> => {
  const batches = Math.ceil(rowsFor(bytes) / recordsABatch);
  const record = (row: number): Readonly<Record<string, string>> => Object.fromEntries(cellsOf(row).map((cell, index) => [names[index] ?? '', cell]));
  const line = (batch: number): string => `${JSON.stringify({ batch, rows: Array.from({ length: recordsABatch }, (__, index) => record(batch * recordsABatch + index)) })}\n`;
  await pipeline(Readable.from(inBatches(batches, line)), createWriteStream(path));
  return batches * recordsABatch;
};

/** A part of a package, packed into a file first. */
const packedPart = async (name: string, texts: AsyncIterable<string>, path: string): Promise<ZipEntry> => {
  let crc = 0, plainBytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const text of texts) {
      const bytes = Buffer.from(text);
      crc = crc32(bytes, crc);
      plainBytes += bytes.length;
      yield bytes;
    }
  }
  await pipeline(Readable.from(counted()), createDeflateRaw({ level: 1 }), createWriteStream(path));
  const { size } = await stat(path);
  return { name, crc, plainBytes, packedBytes: size, packed: () => createReadStream(path) };
};

async function* chain(...all: readonly (AsyncIterable<string> | Iterable<string>)[]): AsyncGenerator<string> { for (const each of all) yield* each; }

const officeNames = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"';
const mostSheetRows = 1_048_575;

const writeOds = async (path: string, bytes: number): Promise<number> => {
  const rows = Math.min(mostSheetRows, rowsFor(bytes));
  const line = (cells: readonly string[]): string => `<table:table-row>${cells.map((cell) => `<table:table-cell office:value-type="string"><text:p>${cell}</text:p></table:table-cell>`).join('')}</table:table-row>`;
  const content = chain([`<?xml version="1.0"?><office:document-content ${officeNames}><office:body><office:spreadsheet><table:table table:name="Records">${line(names)}`],
    inBatches(rows, (row) => line(cellsOf(row))), ['</table:table></office:spreadsheet></office:body></office:document-content>']);
  const part = await packedPart('content.xml', content, `${path}.part`);
  await pipeline(Readable.from(zipFile([packEntry('mimetype', Buffer.from('application/vnd.oasis.opendocument.spreadsheet')), part])), createWriteStream(path));
  await rm(`${path}.part`);
  return rows;
};

const sheetNames = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
const relation = (id: number, kind: string, target: string): string => `<Relationship Id="r${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${kind}" Target="${target}"/>`;
const relations = (...all: readonly string[]): string => `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${all.join('')}</Relationships>`;
const kindOf = (part: string, kind: string): string => `<Override PartName="/xl/${part}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${kind}+xml"/>`;
/** Below what is read of shared texts, 192 MiB. */
const mostSharedBytes = 188 * 1024 * 1024;

/** Each text of its own and shared all the same, as Excel writes it: as many as are read, and the rows go over them several times. */
const writeShared = async (path: string, bytes: number): Promise<number> => {
  const rows = Math.min(mostSheetRows, rowsFor(bytes));
  const textBytes = Math.floor(mostSharedBytes / rows) - 16;
  const text = (row: number): string => (cellsOf(row)[1] ?? '').slice(0, Math.max(8, textBytes));
  const shared = (index: number): string => `<c t="s"><v>${index}</v></c>`;
  const cells = (row: number): string => cellsOf(row).map((cell, index) => index === 1 ? shared(names.length + row) : `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join('');
  const sheet = chain([`<?xml version="1.0"?><worksheet ${sheetNames}><sheetData><row>${names.map((_, index) => shared(index)).join('')}</row>`],
    inBatches(rows, (row) => `<row>${cells(row)}</row>`), ['</sheetData></worksheet>']);
  const texts = chain([`<?xml version="1.0"?><sst ${sheetNames}>${names.map((name) => `<si><t>${name}</t></si>`).join('')}`], inBatches(rows, (row) => `<si><t>${text(row)}</t></si>`), ['</sst>']);
  const entries = [
    packEntry('[Content_Types].xml', Buffer.from(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${kindOf('workbook', 'sheet.main')}${kindOf('worksheets/sheet1', 'worksheet')}${kindOf('sharedStrings', 'sharedStrings')}</Types>`)),
    packEntry('_rels/.rels', Buffer.from(relations(relation(1, 'officeDocument', 'xl/workbook.xml')))),
    packEntry('xl/workbook.xml', Buffer.from(`<workbook ${sheetNames}><sheets><sheet name="Records" sheetId="1" r:id="r1"/></sheets></workbook>`)),
    packEntry('xl/_rels/workbook.xml.rels', Buffer.from(relations(relation(1, 'worksheet', 'worksheets/sheet1.xml'), relation(2, 'sharedStrings', 'sharedStrings.xml')))),
    await packedPart('xl/worksheets/sheet1.xml', sheet, `${path}.sheet`), await packedPart('xl/sharedStrings.xml', texts, `${path}.texts`),
  ];
  await pipeline(Readable.from(zipFile(entries)), createWriteStream(path));
  await rm(`${path}.sheet`);
  await rm(`${path}.texts`);
  return rows;
};

/** As large as one is read, whatever is asked for. */
const writeLegacy = async (path: string): Promise<number> => {
  const rows = 65_535;
  const short = (row: number): readonly string[] => cellsOf(row).map((cell, index) => index === 1 ? cell.slice(0, 330) : cell);
  await pipeline(Readable.from([writeXls([names, ...Array.from({ length: rows }, (_, row) => short(row))])]), createWriteStream(path));
  return rows;
};

const oneGroup = (rows: number): string => `
import sys, os, base64, pyarrow as pa, pyarrow.parquet as pq
rows = ${rows}
numbers = range(rows)
table = pa.table({
  'record_id': ['R%09d' % n for n in numbers], 'narrative': [base64.b64encode(os.urandom(600)).decode() for n in numbers], 'persons': pa.array([n % 97 for n in numbers], pa.int32()),
  'amount': ['%d.25' % (n % 10000) for n in numbers], 'occurred_on': ['20%02d-0%d-1%d' % (10 + n % 15, 1 + n % 9, n % 10) for n in numbers], 'place': ['POINT(%d %d)' % (n % 360 - 180, n % 180 - 90) for n in numbers]})
pq.write_table(table, sys.argv[1], row_group_size=rows, compression='zstd')
print(rows)`;

const writeOneGroup = async (path: string, bytes: number): Promise<number | null> => {
  const { python } = await findPythonPeers();
  return python === null ? null : Number(await askPython(python, oneGroup(rowsFor(bytes)), path));
};

const writePacked = (program: string) => async (path: string, bytes: number): Promise<number | null> => {
  const rows = rowsFor(bytes), line = (cells: readonly string[]): string => `${cells.join(',')}\n`;
  const child = spawn(program, ['-1', '-c'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const isThere = new Promise<boolean>((resolve) => { child.once('spawn', () => { resolve(true); }); child.once('error', () => { resolve(false); }); });
  if (!await isThere) return null;
  await Promise.all([pipeline(Readable.from(chain([line(names)], inBatches(rows, (row) => line(cellsOf(row))))), child.stdin), pipeline(child.stdout, createWriteStream(path))]);
  return rows;
};

export const readOnlyForms: readonly ReadOnlyForm[] = [
  { name: 'fixed', options: [], write: writeFixed },
  { name: 'exploded', options: ['--explode', 'rows', ...names.flatMap((name) => ['--map', `rows.${name}=${name}`])], write: writeExploded },
  { name: 'ods', options: [], write: writeOds },
  { name: 'xlsx.shared', options: [], write: writeShared },
  { name: 'xls', options: [], write: writeLegacy },
  { name: 'parquet.group', options: [], write: writeOneGroup },
  { name: 'csv.bz2', options: [], write: writePacked('bzip2') },
  { name: 'csv.xz', options: [], write: writePacked('xz') },
];

/** Made anew each time: the number of rows stands nowhere. Null: it cannot be made here. */
export const makeReadOnlyFile = async ({ name, write }: ReadOnlyForm, bytes: number, folder: string): Promise<FormatFile | null> => {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `memory-${name}`);
  const rows = await write(`${path}.draft`, bytes);
  if (rows === null) return null;
  await rename(`${path}.draft`, path);
  const { size } = await stat(path);
  if (size === 0) throw new WaybillError('INTERNAL', 'The file of the bench is empty.');
  return { path, rows, bytes: size };
};

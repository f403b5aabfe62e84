/** Promises 2 and 4 for every format that is read: a killed worker's chunks are read again at their offsets, once. */
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import * as sheetjs from '@e965/xlsx';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packEntry, zipFile } from '../../core/formats/zip/zip-file.ts';
import { compressZstd } from '../../core/formats/zstd-library.ts';
import { expectedBooks, makeFaultFile, startFaultBench } from '../support/fault-bench.ts';
import type { FaultBench } from '../support/fault-bench.ts';
import { outputFields, writeParquet } from '../support/write-parquet.ts';

let bench: FaultBench;
let records: readonly string[];
beforeAll(async () => {
  bench = await startFaultBench();
  records = (parse(await makeFaultFile(), { columns: true })).map((record) => JSON.stringify(record));
});
afterAll(async () => { await bench.close(); });

const bufferOf = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};

type Write = (lines: readonly string[]) => string | Buffer | Promise<Buffer>;
const csvText = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n`);

/** Texts as they stand in one large row group, so that chunks end within it. */
const parquetOf = (lines: readonly string[]): Promise<Buffer> => {
  const rows = lines.map((line) => JSON.parse(line) as Readonly<Record<string, string>>);
  return writeParquet(outputFields(Object.keys(rows[0] ?? {}).map((name) => ({ name, type: 'text' }))), [rows.map((row) => Object.values(row))], 'zstd');
};

const xmlRecord = (line: string): string => `<record>${Object.entries(JSON.parse(line) as Readonly<Record<string, string>>)
  .map(([name, value]) => `<${name}>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</${name}>`).join('')}</record>`;

/** With a header and two blanks between columns; a line end, which it cannot hold, is a blank. */
const fixedWidth = (rows: readonly Readonly<Record<string, string>>[]): string => {
  const names = Object.keys(rows[0] ?? {});
  const all = [Object.fromEntries(names.map((name) => [name, name])), ...rows].map((row) => Object.fromEntries(names.map((name) => [name, (row[name] ?? '').replaceAll(/\s+/g, ' ').trim()])));
  const widths = names.map((name) => Math.max(...all.map((row) => [...(row[name] ?? '')].length)) + 2);
  return all.map((row) => `${names.map((name, at) => (row[name] ?? '').padEnd(widths[at] ?? 0)).join('')}\n`).join('');
};

const workbookOf = (lines: readonly string[], bookType: 'xlsx' | 'ods'): Buffer => {
  const book = sheetjs.utils.book_new();
  sheetjs.utils.book_append_sheet(book, sheetjs.utils.json_to_sheet(lines.map((line) => JSON.parse(line) as object)), 'Records');
  return sheetjs.write(book, { type: 'buffer', bookType, compression: true }) as Buffer;
};

const formats: readonly (readonly [string, Write])[] = [
  ['jsonl', (lines) => `${lines.join('\n')}\n`],
  ['json', (lines) => `{"made":"today","data":{"records":[\n${lines.join(',\n')}\n]}}`],
  ['parquet', parquetOf],
  ['xml', (lines) => `<?xml version="1.0"?>\n<all>\n${lines.map(xmlRecord).join('\n')}\n</all>\n`],
  ['xlsx', (lines) => workbookOf(lines, 'xlsx')],
  ['ods', (lines) => workbookOf(lines, 'ods')],
  ['gzip', (lines) => gzipSync(csvText(lines))],
  ['zstd', async (lines) => Buffer.from(await compressZstd(csvText(lines), 3))],
  ['zip', (lines) => bufferOf(zipFile([packEntry('records.csv', csvText(lines))]))],
];

const importKilledTwice = async (dataset: string, sha256: string): Promise<string> => {
  await bench.stack.kill('worker-2');
  const jobId = await bench.start(dataset, { sha256 });
  for (const least of [3, 8]) {
    await bench.untilStaged(jobId, least);
    const gate = await bench.closeGate('seal');
    await gate.untilWaiting(2);
    await bench.stack.kill('worker-1');
    await gate.open();
    await bench.stack.start('worker-1');
  }
  await bench.stack.start('worker-2');
  return jobId;
};

describe('kill -9 of the only worker, twice, while it stages', () => {
  it.each(formats)('%s: loses nothing and doubles nothing', async (format, write) => {
    const dataset = `killed_${format}`;
    const content = await write(records);
    // Connections that the stack gave up while a workbook was made are seen to be closed first.
    await setTimeout(100);
    await bench.dataset(dataset);
    const jobId = await importKilledTwice(dataset, await bench.upload(content));
    await bench.expectWhole(jobId, dataset);
  });

  // Columns of fixed width hold no line ends, so the measure is an import of the same file that nothing disturbs.
  it('fixed: leaves what an undisturbed import leaves', async () => {
    await bench.dataset('calm_fixed');
    await bench.dataset('killed_fixed');
    const sha256 = await bench.upload(fixedWidth(records.map((line) => JSON.parse(line) as Readonly<Record<string, string>>)));
    const calm = await bench.untilEnded(await bench.start('calm_fixed', { sha256 }));
    expect(calm).toMatchObject({ state: 'completed_with_rejects', books: expectedBooks });
    const killed = await bench.untilEnded(await importKilledTwice('killed_fixed', sha256));
    expect(killed).toMatchObject({ state: calm.state, books: calm.books });
    expect(await bench.content('killed_fixed')).toEqual(await bench.content('calm_fixed'));
  });
});

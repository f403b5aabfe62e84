/** Promises 2 and 4 for every format that is read: a killed worker's chunks are read again at their offsets, once. */
import { spawnSync } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import * as sheetjs from '@e965/xlsx';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packEntry, zipFile } from '../../core/formats/zip/zip-file.ts';
import { compressZstd } from '../../core/formats/zstd-library.ts';
import { expectedBooks, makeFaultFile, startFaultBench } from '../support/fault-bench.ts';
import type { FaultBench, StartOptions } from '../support/fault-bench.ts';
import { untilTrue } from '../support/operator.ts';
import { outputFields, writeParquet } from '../support/write-parquet.ts';
import { writeXls } from '../support/write-xls.ts';

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

const xlsOf = (lines: readonly string[]): Buffer => {
  const rows = lines.map((line) => JSON.parse(line) as Readonly<Record<string, string>>);
  return writeXls([Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))]);
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

const feature = (line: string): string => {
  const { longitude, latitude } = JSON.parse(line) as Readonly<Record<string, string>>;
  return `{"type":"Feature","geometry":{"type":"Point","coordinates":[${Number(longitude)},${Number(latitude)}]},"properties":${line}}`;
};

const batchRows = 7;
/** Records within records, a few each. */
const batches = (lines: readonly string[]): string => Array.from({ length: Math.ceil(lines.length / batchRows) },
  (_, batch) => `{"batch":${batch},"rows":[${lines.slice(batch * batchRows, (batch + 1) * batchRows).join(',')}]}\n`).join('');
const explodedOptions = (): StartOptions => ({
  parse: { explode: 'rows' }, map: Object.keys(JSON.parse(records[0] ?? '{}') as object).map((field) => ({ columns: [`rows.${field}`], field })),
});

/** Of formats that are packed or turned into rows otherwise, one kill shows as much. */
const lighterFormats: readonly (readonly [string, Write, () => StartOptions])[] = [
  ['geojson', (lines) => `{"type":"FeatureCollection","features":[\n${lines.map(feature).join(',\n')}\n]}`, () => ({})],
  ['xls', xlsOf, () => ({})],
  ['exploded', batches, explodedOptions],
];

const packedBy = (program: string, lines: readonly string[]): Buffer => spawnSync(program, ['-1', '-c'], { input: csvText(lines), maxBuffer: 1 << 28 }).stdout;
const packers = ['bzip2', 'xz'].map((program) => [program, spawnSync(program, ['--version'], { input: '' }).status === 0] as const);

/** Kills when so many chunks are staged, each time. */
const importKilled = async (dataset: string, options: StartOptions, kills: readonly number[]): Promise<string> => {
  await bench.stack.kill('worker-2');
  const jobId = await bench.start(dataset, options);
  for (const least of kills) {
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

const importWhole = async (dataset: string, content: string | Buffer, { kills, ...options }: StartOptions & { readonly kills: readonly number[] }): Promise<void> => {
  // Connections that the stack gave up while a workbook was made are seen to be closed first.
  await setTimeout(100);
  await bench.dataset(dataset);
  const jobId = await importKilled(dataset, { ...options, sha256: await bench.upload(content) }, kills);
  await bench.expectWhole(jobId, dataset);
};

/** Objects that are being written. */
const drafts = async (): Promise<readonly string[]> => {
  const folder = join(bench.stack.folder.archive, '.drafts');
  const sizes = (await readdir(folder)).map(async (name) => ({ name, bytes: await stat(join(folder, name)).then(({ size }) => size, () => 0) }));
  return (await Promise.all(sizes)).filter(({ bytes }) => bytes > 0).map(({ name }) => name);
};

describe('kill -9 of the only worker, twice, while it stages', () => {
  it.each(formats)('%s: loses nothing and doubles nothing', async (format, write) => {
    await importWhole(`killed_${format}`, await write(records), { kills: [3, 8] });
  });

  // Columns of fixed width hold no line ends, so the measure is an import of the same file that nothing disturbs.
  it('fixed: leaves what an undisturbed import leaves', async () => {
    await bench.dataset('calm_fixed');
    await bench.dataset('killed_fixed');
    const sha256 = await bench.upload(fixedWidth(records.map((line) => JSON.parse(line) as Readonly<Record<string, string>>)));
    const calm = await bench.untilEnded(await bench.start('calm_fixed', { sha256 }));
    expect(calm).toMatchObject({ state: 'completed_with_rejects', books: expectedBooks });
    const killed = await bench.untilEnded(await importKilled('killed_fixed', { sha256 }, [3, 8]));
    expect(killed).toMatchObject({ state: calm.state, books: calm.books });
    expect(await bench.content('killed_fixed')).toEqual(await bench.content('calm_fixed'));
  });
});

describe('kill -9 of the only worker', () => {
  it.each(lighterFormats)('while it stages %s loses nothing and doubles nothing', async (format, write, options) => {
    await importWhole(`killed_${format}`, await write(records), { ...options(), kills: [3] });
  });

  // Without the program there is no file of this kind.
  describe.each(packers)('while it stages what %s packed (the program is there: %s)', (program, isThere) => {
    it.skipIf(!isThere)('loses nothing and doubles nothing', async () => {
      await importWhole(`killed_${program}`, packedBy(program, records), { kills: [3] });
    });
  });

  it('while it turns a workbook into rows leaves the whole of them to the next', async () => {
    await bench.dataset('killed_detecting');
    const sha256 = await bench.upload(workbookOf(records, 'xlsx'));
    await bench.stack.kill('worker-2');
    const known = await drafts();
    const jobId = await bench.start('killed_detecting', { sha256 });
    await bench.untilState(jobId, 'detecting');
    await untilTrue('rows are written', async () => (await drafts()).some((name) => !known.includes(name)), 60_000, 5);
    await bench.stack.kill('worker-1');
    expect(await bench.job(jobId)).toMatchObject({ state: 'detecting' });
    await bench.stack.start('worker-1');
    await bench.stack.start('worker-2');
    await bench.expectWhole(jobId, 'killed_detecting');
  });
});

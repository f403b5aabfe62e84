/** Promises 2 and 4 for every format that is read: a killed worker's chunks are read again at their offsets, once. */
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { packEntry, zipFile } from '../../core/formats/zip/zip-file.ts';
import { compressZstd } from '../../core/formats/zstd-library.ts';
import { makeFaultFile, startFaultBench } from '../support/fault-bench.ts';
import type { FaultBench } from '../support/fault-bench.ts';

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
const formats: readonly (readonly [string, Write])[] = [
  ['jsonl', (lines) => `${lines.join('\n')}\n`],
  ['json', (lines) => `{"made":"today","data":{"records":[\n${lines.join(',\n')}\n]}}`],
  ['gzip', (lines) => gzipSync(csvText(lines))],
  ['zstd', async (lines) => Buffer.from(await compressZstd(csvText(lines), 3))],
  ['zip', (lines) => bufferOf(zipFile([packEntry('records.csv', csvText(lines))]))],
];

describe('kill -9 of the only worker, twice, while it stages', () => {
  it.each(formats)('%s: loses nothing and doubles nothing', async (format, write) => {
    const dataset = `killed_${format}`;
    await bench.dataset(dataset);
    const sha256 = await bench.upload(await write(records));
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
    await bench.expectWhole(jobId, dataset);
  });
});

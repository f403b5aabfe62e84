/** Promises 2 and 4 for every format that is read: a killed worker's chunks are read again at their offsets, once. */
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { makeFaultFile, startFaultBench } from '../support/fault-bench.ts';
import type { FaultBench } from '../support/fault-bench.ts';
import { outputFields, writeParquet } from '../support/write-parquet.ts';

let bench: FaultBench;
let records: readonly string[];
beforeAll(async () => {
  bench = await startFaultBench();
  records = (parse(await makeFaultFile(), { columns: true })).map((record) => JSON.stringify(record));
});
afterAll(async () => { await bench.close(); });

/** Texts as they stand in one large row group, so that chunks end within it. */
const parquetOf = (lines: readonly string[]): Promise<Buffer> => {
  const rows = lines.map((line) => JSON.parse(line) as Readonly<Record<string, string>>);
  return writeParquet(outputFields(Object.keys(rows[0] ?? {}).map((name) => ({ name, type: 'text' }))), [rows.map((row) => Object.values(row))], 'zstd');
};

const formats: readonly (readonly [string, (lines: readonly string[]) => string | Buffer | Promise<Buffer>])[] = [
  ['jsonl', (lines) => `${lines.join('\n')}\n`],
  ['json', (lines) => `{"made":"today","data":{"records":[\n${lines.join(',\n')}\n]}}`],
  ['parquet', parquetOf],
  ['gzip', (lines) => gzipSync(`${lines.join('\r\n')}\r\n`)],
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

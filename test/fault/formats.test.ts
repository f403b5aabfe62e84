/** Promises 2 and 4 for every format that is read: a killed worker's chunks are read again at their offsets, once. */
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import * as sheetjs from '@e965/xlsx';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { makeFaultFile, startFaultBench } from '../support/fault-bench.ts';
import type { FaultBench } from '../support/fault-bench.ts';

let bench: FaultBench;
let records: readonly string[];
beforeAll(async () => {
  bench = await startFaultBench();
  records = (parse(await makeFaultFile(), { columns: true })).map((record) => JSON.stringify(record));
});
afterAll(async () => { await bench.close(); });

const workbookOf = (lines: readonly string[], bookType: 'xlsx' | 'ods'): Buffer => {
  const book = sheetjs.utils.book_new();
  sheetjs.utils.book_append_sheet(book, sheetjs.utils.json_to_sheet(lines.map((line) => JSON.parse(line) as object)), 'Records');
  return sheetjs.write(book, { type: 'buffer', bookType, compression: true }) as Buffer;
};

const formats: readonly (readonly [string, (lines: readonly string[]) => string | Buffer])[] = [
  ['jsonl', (lines) => `${lines.join('\n')}\n`],
  ['json', (lines) => `{"made":"today","data":{"records":[\n${lines.join(',\n')}\n]}}`],
  ['xlsx', (lines) => workbookOf(lines, 'xlsx')],
  ['ods', (lines) => workbookOf(lines, 'ods')],
  ['gzip', (lines) => gzipSync(`${lines.join('\r\n')}\r\n`)],
];

describe('kill -9 of the only worker, twice, while it stages', () => {
  it.each(formats)('%s: loses nothing and doubles nothing', async (format, write) => {
    const dataset = `killed_${format}`;
    const content = write(records);
    // Connections that the stack gave up while a workbook was made are seen to be closed first.
    await setTimeout(100);
    await bench.dataset(dataset);
    const sha256 = await bench.upload(content);
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

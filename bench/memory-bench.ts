/** Peak memory of API, workers and command while a large file of each format is read to the end of its staging (promise 5). */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { startTestStack, type TestStack } from '../test/support/stack.ts';
import { makeReadOnlyFile, readOnlyForms } from './make-memory-files.ts';
import { makeFormatFile, memoryFields, type FormatFile, type FormatOrder } from './make-format-file.ts';
import { watchPeakMemory } from './process-memory.ts';
import { failed, productSettings, waybillProcesses } from './waybill-side.ts';

const mostBytes = 512 * 1024 * 1024;

const orders: readonly FormatOrder[] = [
  { format: 'csv', compress: 'none' }, { format: 'jsonl', compress: 'none' }, { format: 'json', compress: 'none' }, { format: 'geojson', compress: 'none' },
  { format: 'xml', compress: 'none' }, { format: 'xlsx', compress: 'none' }, { format: 'parquet', compress: 'zstd' },
  { format: 'csv', compress: 'gzip' }, { format: 'csv', compress: 'zstd' }, { format: 'csv', compress: 'zip' },
];

const answerSchema = z.object({ books: z.object({ read: z.number() }) });

interface Measured { readonly name: string; readonly options: readonly string[]; readonly make: (bytes: number, folder: string) => Promise<FormatFile | null> }

const nameOf = ({ format, compress }: FormatOrder): string => (compress === 'none' ? format : `${format}.${compress}`);
const measuredForms: readonly Measured[] = [
  ...orders.map((order) => ({ name: nameOf(order), options: [], make: (bytes: number, folder: string) => makeFormatFile(order, bytes, folder) })),
  ...readOnlyForms.map((form) => ({ name: form.name, options: form.options, make: (bytes: number, folder: string) => makeReadOnlyFile(form, bytes, folder) })),
];

const importOf = async (stack: TestStack, { path, rows }: FormatFile, options: readonly string[]): Promise<number> => {
  const startedMs = performance.now();
  const result = await stack.waybill('import', path, '--dataset', 'memory', '--dry-run', '--json', ...options);
  if (result.code !== 0) throw failed('read its file', result);
  const { books } = answerSchema.parse(JSON.parse(result.stdout.trimEnd().split('\n').at(-1) ?? ''));
  if (books.read !== rows) throw failed('read every row of its file', result);
  return (performance.now() - startedMs) / 1000;
};

const measure = async (stack: TestStack, { name, options }: Measured, file: FormatFile): Promise<{ readonly line: string; readonly holds: boolean }> => {
  const watch = watchPeakMemory(() => waybillProcesses(stack));
  const seconds = await importOf(stack, file, options);
  const peaks = watch.stop();
  const megabytes = (count: number): string => `${Math.round(count / 1024 / 1024)} MB`;
  const holds = peaks.every(({ bytes }) => bytes <= mostBytes) && peaks.length > 0;
  // The largest of each name: commands of other stacks are seen too.
  const said = peaks.filter(({ name: process }, index) => peaks.findIndex((other) => other.name === process) === index).map(({ bytes, name: process }) => `${process} ${megabytes(bytes)}`).join(', ');
  return { holds, line: `${name.padEnd(16)} ${megabytes(file.bytes).padStart(8)} ${String(file.rows).padStart(9)} rows ${seconds.toFixed(1).padStart(7)} s   peak ${said} ${holds ? '' : 'MORE THAN 512 MB'}` };
};

export interface MemoryBench {
  /** Of each file, about. */
  readonly bytes: number;
  readonly folder: string;
  /** Names of formats; null: all. */
  readonly only: readonly string[] | null;
  readonly print: (line: string) => void;
}

/** A stack a format: a process keeps its peak, and its heap. True: every peak holds. */
export const runMemoryBench = async (bench: MemoryBench): Promise<boolean> => {
  let all = true;
  for (const form of measuredForms.filter(({ name }) => bench.only?.some((wanted) => name === wanted || name.startsWith(`${wanted}.`)) ?? true)) {
    const file = await form.make(bench.bytes, bench.folder);
    if (file === null) { bench.print(`${form.name.padEnd(16)} what makes such a file is not here`); continue; }
    const stack = await startTestStack({ ownPostgres: true, postgresSettings: productSettings });
    try {
      const dataset = join(stack.folder.root, 'memory.dataset.json');
      await writeFile(dataset, JSON.stringify({ name: 'memory', fields: memoryFields }));
      const applied = await stack.waybill('dataset', 'apply', dataset);
      if (applied.code !== 0) throw failed('apply its dataset', applied);
      const { line, holds } = await measure(stack, form, file);
      all &&= holds;
      bench.print(line);
    } finally {
      await stack.stop();
    }
  }
  return all;
};

/** A file that is assembled while its parts are written is the one that is assembled from them afterwards, or is not there at all. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AheadAssembly } from '../../activities/ahead-assembly.ts';
import { createCloseExport } from '../../activities/close-export.ts';
import { createEndExport } from '../../activities/end-export.ts';
import { createWriteExportPart } from '../../activities/write-export-part.ts';
import type { ActivityDeps } from '../../activities/activity-deps.ts';
import type { FrozenExport } from '../../db/freeze-export.ts';
import { exportFileKey, exportPartKey } from '../../storage/storage-keys.ts';
import { ImportBench } from '../support/import-bench.ts';
import { freeze, readFiles, requestExport, runExport, type ExportWish } from '../support/export-run.ts';

let bench: ImportBench;
beforeAll(async () => {
  bench = await ImportBench.open({ chunkBytes: 16 * 1024 });
  await bench.adopt('people', `create table app.people (id int primary key, name text); insert into app.people select n, 'Name ' || n from generate_series(1, 5000) n`);
});
afterAll(async () => { await bench.close(); });

const signal = new AbortController().signal;
const wish: ExportWish = { sort: [{ field: 'id' }] };

interface Begun { readonly deps: ActivityDeps; readonly ahead: AheadAssembly; readonly jobId: string; readonly frozen: FrozenExport }
const begin = async (options: ExportWish = wish): Promise<Begun> => {
  const ahead = new AheadAssembly(bench.deps);
  const jobId = await requestExport(bench, 'people', options);
  return { deps: { ...bench.deps, ahead }, ahead, jobId, frozen: await freeze(bench, jobId) };
};
const write = async ({ deps, jobId, frozen: { planEpoch } }: Begun, partNos: readonly number[]): Promise<void> => {
  for (const partNo of partNos) await createWriteExportPart(deps)({ jobId, planEpoch, partNo }, signal);
};
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a file that is assembled ahead', () => {
  it.each([['csv', 'none'], ['json', 'gzip'], ['jsonl', 'zstd']] as const)('of %s, %s, is to the byte the one that is assembled from the parts', async (format, compress) => {
    const afterwards = (await runExport(bench, 'people', { ...wish, format, compress })).contents[0] ?? Buffer.alloc(0);
    const begun = await begin({ ...wish, format, compress });
    expect(begun.frozen.partCount).toBeGreaterThan(5);
    // Not in their order, as several threads end them.
    await write(begun, [0, 3, 2, 1, ...numbers(begun.frozen.partCount).slice(4)]);
    const file = await begun.ahead.finish({ jobId: begun.jobId, planEpoch: 1 });
    expect(file).toEqual({ bytes: afterwards.length, sha256: sha256(afterwards) });
    const kept = await bench.deps.storage.readRange(exportFileKey(begun.jobId, 1), 0, afterwards.length);
    expect(kept.equals(afterwards)).toBe(true);
  });

  it('is what closing delivers', async () => {
    const begun = await begin();
    await write(begun, numbers(begun.frozen.partCount));
    expect(await createCloseExport(begun.deps)({ jobId: begun.jobId }, signal)).toEqual({ state: 'completed' });
    const { files, contents } = await readFiles(bench, begun.jobId);
    expect([files[0]?.rows, files[0]?.sha256]).toEqual([5000, sha256(contents[0] ?? Buffer.alloc(0))]);
    expect(await begun.ahead.finish({ jobId: begun.jobId, planEpoch: 1 })).toBeNull();
  });

  it('gets no name before its export closes', async () => {
    const begun = await begin();
    await write(begun, numbers(begun.frozen.partCount));
    expect(await bench.deps.storage.stat(exportFileKey(begun.jobId, 1))).toBeNull();
    await begun.ahead.close();
    expect(await bench.deps.storage.stat(exportFileKey(begun.jobId, 1))).toBeNull();
  });

  it('is given up where a part is torn: closing sees it too, and the selection is frozen anew', async () => {
    const begun = await begin();
    const { jobId, frozen: { partCount } } = begun;
    const first = { jobId, planEpoch: 1, partNo: 0 };
    await bench.deps.writePartOnThread(first, signal);
    const { bytes } = await bench.deps.storage.stat(exportPartKey(first)) ?? { bytes: 0 };
    await bench.deps.storage.write(exportPartKey(first), [Buffer.alloc(bytes)]);
    begun.ahead.partWritten(first);
    await write(begun, numbers(partCount).slice(1));
    expect(await createCloseExport(begun.deps)({ jobId }, signal)).toEqual({ state: 'lost' });
  });

  it('is not begun for another epoch, a split export, a container, or by a worker that did not write the first part', async () => {
    for (const options of [{ ...wish, splitRows: 2000 }, { ...wish, format: 'parquet' as const }, { ...wish, compress: 'zip' as const }]) {
      const begun = await begin(options);
      await write(begun, numbers(begun.frozen.partCount));
      expect(await begun.ahead.finish({ jobId: begun.jobId, planEpoch: 1 })).toBeNull();
    }
    const begun = await begin();
    await write(begun, numbers(begun.frozen.partCount).slice(1));
    expect(await begun.ahead.finish({ jobId: begun.jobId, planEpoch: 1 })).toBeNull();
    await write(begun, [0]);
    expect(await begun.ahead.finish({ jobId: begun.jobId, planEpoch: 2 })).toBeNull();
    await begun.ahead.close();
  });

  it('goes with its export when that is cancelled', async () => {
    const begun = await begin();
    await write(begun, [0, 1]);
    await createEndExport(begun.deps)({ jobId: begun.jobId, state: 'cancelled', code: 'CANCELLED', place: {} });
    expect(await begun.ahead.finish({ jobId: begun.jobId, planEpoch: 1 })).toBeNull();
    const left: string[] = [];
    for await (const { key } of bench.deps.storage.list(`exports/${begun.jobId}`)) left.push(key);
    expect(left).toEqual([]);
  });
});

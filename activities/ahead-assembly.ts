/**
 * A file is put together while its parts are still being written: what lies in the machine's memory is appended and hashed from there, and
 * closing has only the end to wait for. Nothing depends on it. What was begun is known to this process alone; a close that finds nothing (on
 * another worker, after a kill, after a long pause, when a part is torn) assembles from the parts as if this were not here.
 */
import { setTimeout as after } from 'node:timers/promises';
import type { ExportPartKey } from '../contracts/export-request.ts';
import type { JobId } from '../contracts/ids.ts';
import { createFileWriter } from '../core/export/create-file-writer.ts';
import type { WrittenPart } from '../core/formats/file-writer.ts';
import { findPart, listParts } from '../db/export-parts.ts';
import type { ExportPart } from '../db/export-parts.ts';
import { exportFileKey } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { exportOfJob } from './export-of-job.ts';
import { keepHashed } from './keep-hashed.ts';
import type { KeptFile } from './keep-hashed.ts';
import { writtenPart } from './written-part.ts';

type Work = Pick<ActivityDeps, 'pool' | 'storage'>;
type EpochKey = Omit<ExportPartKey, 'partNo'>;

/** Parts of other workers are looked for so often; one of this worker is told. */
const lookEveryMs = 500;
/** The job is paused, cancelled, or another worker's from here on: its half file is not kept open for it. */
const mostIdleMs = 30_000;

class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

class Assembly {
  readonly file: Promise<KeptFile | null>;
  private readonly stopping = new AbortController();
  private closing = false;
  private heardAt = Date.now();
  private news: PromiseWithResolvers = withResolvers();

  constructor(private readonly work: Work, readonly epoch: EpochKey) {
    this.file = this.assemble().catch(() => null);
  }

  tell(): void {
    this.heardAt = Date.now();
    const { resolve } = this.news;
    this.news = withResolvers();
    resolve();
  }

  /** Without it the file never gets its name: what another epoch closes is not replaced by this one. */
  finish(): Promise<KeptFile | null> {
    this.closing = true;
    this.tell();
    return this.file;
  }

  stop(): Promise<unknown> {
    this.stopping.abort(new Abandoned('the export is not assembled ahead any more'));
    this.tell();
    return this.file;
  }

  private async assemble(): Promise<KeptFile | null> {
    const { work: { pool, storage }, epoch, stopping: { signal } } = this;
    const { request, planned } = await exportOfJob(pool, epoch.jobId);
    const writer = createFileWriter(request, planned.fields);
    const parts = await listParts(pool, epoch);
    if (!writer.assemblesInOrder || parts.length < 2 || parts.some(({ fileNo }) => fileNo !== 1)) return null;
    const pieces = this.untilClosing(writer.assemble(parts.map((part) => this.part(part))));
    return keepHashed(storage, exportFileKey(epoch.jobId, 1), { pieces, signal });
  }

  private part({ partNo, firstRow, rowCount }: ExportPart): WrittenPart {
    const { epoch, work: { storage } } = this;
    const whenWritten = (): Promise<ExportPart> => this.whenWritten(partNo);
    return { bytes: 0, firstRow, rows: rowCount, async *read() { yield* writtenPart(storage, await whenWritten(), { ...epoch, partNo }).read(); } };
  }

  private async whenWritten(partNo: number): Promise<ExportPart> {
    for (;;) {
      const { news, closing } = this;
      const part = await findPart(this.work.pool, { ...this.epoch, partNo });
      if (part !== null && part.bytes !== null) return part;
      if (part === null || closing) throw new Abandoned('the part is not there');
      await this.hear(news);
    }
  }

  private async *untilClosing(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    yield* pieces;
    while (!this.closing) await this.hear(this.news);
  }

  private async hear(news: PromiseWithResolvers): Promise<void> {
    await Promise.race([news.promise, after(lookEveryMs, undefined, { ref: false })]);
    this.stopping.signal.throwIfAborted();
    if (Date.now() - this.heardAt > mostIdleMs) throw new Abandoned('nothing was heard of the export for long');
  }
}

interface PromiseWithResolvers { readonly promise: Promise<void>; readonly resolve: () => void }
const withResolvers = (): PromiseWithResolvers => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => { resolve = done; });
  return { promise, resolve };
};

export class AheadAssembly {
  private readonly running = new Map<JobId, Assembly>();
  constructor(private readonly work: Work) {}

  /** This worker wrote the part. Of several workers the one that wrote the first part assembles. */
  partWritten({ jobId, planEpoch, partNo }: ExportPartKey): void {
    const running = this.running.get(jobId);
    if (running?.epoch.planEpoch === planEpoch) { running.tell(); return; }
    if (partNo !== 0) return;
    void running?.stop();
    const assembly = new Assembly(this.work, { jobId, planEpoch });
    this.running.set(jobId, assembly);
    void assembly.file.then((file) => { if (file === null) this.forget(assembly); });
  }

  /** All parts are written, and this epoch is the one that closes; null: nothing was assembled. */
  async finish({ jobId, planEpoch }: EpochKey): Promise<KeptFile | null> {
    const assembly = this.running.get(jobId);
    if (assembly?.epoch.planEpoch !== planEpoch) return null;
    const file = await assembly.finish();
    this.forget(assembly);
    return file;
  }

  /** The job has ended, or is frozen anew. */
  async drop(jobId: JobId): Promise<void> {
    await this.running.get(jobId)?.stop();
  }

  async close(): Promise<void> {
    await Promise.all([...this.running.values()].map(async (assembly) => assembly.stop()));
  }

  private forget(assembly: Assembly): void {
    if (this.running.get(assembly.epoch.jobId) === assembly) this.running.delete(assembly.epoch.jobId);
  }
}

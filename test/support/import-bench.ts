/**
 * Imports on a real database through the activities themselves, without the engine: each step in turn, so that a test can look, or step in,
 * between two of them. Chunks are staged in this process; everything else is what the worker does.
 */
import { createHash, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { ActivityDeps } from '../../activities/activity-deps.ts';
import { createCloseJob } from '../../activities/close-job.ts';
import { createCommitJob, type CommitJobResult } from '../../activities/commit-job.ts';
import { createDetectSource } from '../../activities/detect-source.ts';
import { createJudgeColumns } from '../../activities/judge-columns.ts';
import { createPlanImport, type PlanImportResult } from '../../activities/plan-import.ts';
import { createReconcileJob, type ReconcileJobResult } from '../../activities/reconcile-job.ts';
import { runChunk } from '../../activities/run-chunk.ts';
import { writePartOf } from '../../activities/write-part-of.ts';
import { localOperator } from '../../contracts/actor.ts';
import { balances, type Books } from '../../contracts/books.ts';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { importRequestSchema, type ImportRequestInput } from '../../contracts/import-request.ts';
import { createSigningKey } from '../../core/receipt/signing-key.ts';
import { createPool, type Pool } from '../../db/connection.ts';
import { createDatasetTable } from '../../db/dataset-table.ts';
import { registerDataset } from '../../db/datasets.ts';
import { findJobForWorker } from '../../db/find-job.ts';
import { insertJob } from '../../db/insert-job.ts';
import { introspectTable } from '../../db/introspect-table.ts';
import type { Job } from '../../db/job.ts';
import { registerSourceFile } from '../../db/source-files.ts';
import { openLocalStorage } from '../../storage/local/local-storage.ts';
import { archiveKey } from '../../storage/storage-keys.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { makeTestFolder } from './postgres-server.ts';

export type Row = Readonly<Record<string, unknown>>;
export type ImportWish = Partial<Omit<ImportRequestInput, 'sha256' | 'dataset'>>;
export interface StagedJob { readonly jobId: string; readonly round: number; readonly planEpoch: number }
export interface FoundIssue { readonly rowNo: number; readonly lineNo: number; readonly field: string | null; readonly code: string }

const signal = new AbortController().signal;

export class ImportBench {
  private constructor(readonly database: TestDatabase, readonly admin: pg.Pool, readonly deps: ActivityDeps, private readonly folder: string) {}

  get pool(): Pool { return this.deps.pool; }

  static async open(options: { readonly chunkBytes?: number } = {}): Promise<ImportBench> {
    const database = await createTestDatabase();
    const folder = await makeTestFolder('import');
    const pool = createPool({ url: database.runtimeUrl, max: 6, applicationName: 'test' });
    const admin = new pg.Pool({ connectionString: database.url, max: 3 });
    admin.on('error', () => undefined);
    const storage = await openLocalStorage(join(folder, 'archive'));
    const deps: ActivityDeps = {
      pool, storage, signingKey: createSigningKey(), receiptsFolder: join(folder, 'receipts'), chunkBytes: options.chunkBytes ?? 12 * 1024 * 1024, engineVersion: 'test',
      stageOnThread: (key, abort) => runChunk({ pool, storage }, key, abort),
      writePartOnThread: (key, abort) => writePartOf({ pool, storage }, key, abort),
      hashOnThread: async (key) => {
        const hash = createHash('sha256');
        for await (const piece of storage.read(key)) hash.update(piece);
        return hash.digest('hex');
      },
    };
    return new ImportBench(database, admin, deps, folder);
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.pool.end(), this.admin.end()]);
    await this.database.drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** As a superuser: another program, or the test looking. */
  async sql(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return (await this.admin.query<Row>(text, [...values])).rows;
  }

  async numbers(text: string, values: readonly unknown[] = []): Promise<readonly number[]> {
    return (await this.sql(text, values)).map((row) => Number(Object.values(row)[0]));
  }

  /** A table that somebody else made, taken over as the dataset `name`. */
  async adopt(name: string, ddl: string): Promise<void> {
    await this.sql(`create schema if not exists app; grant usage on schema app to waybill_runtime; ${ddl}; grant select, insert, update on all tables in schema app to waybill_runtime;
      grant usage on all sequences in schema app to waybill_runtime`);
    const { definition, fingerprint } = await introspectTable(this.pool, { schema: 'app', table: name, name });
    await registerDataset(this.pool, { actor: localOperator, definition, fingerprint });
  }

  /** A table that Waybill makes: it may re-make its indexes while it is empty. */
  async make(definition: object): Promise<void> {
    const made = await createDatasetTable(this.pool, datasetDefinitionSchema.parse(definition));
    await registerDataset(this.pool, { actor: localOperator, definition: made.definition, fingerprint: made.fingerprint });
  }

  async receive(dataset: string, content: string | Buffer, wish: ImportWish = {}): Promise<string> {
    const bytes = Buffer.from(content as string);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await this.deps.storage.write(archiveKey(sha256), [bytes]);
    await registerSourceFile(this.pool, { actor: localOperator, sha256, bytes: bytes.length, storageKey: archiveKey(sha256), storedVersion: 'unknown' });
    const [newest] = await this.sql('select dataset_id, current_version from waybill.datasets where name = $1', [dataset]);
    const jobId = randomUUID();
    await insertJob(this.pool, {
      jobId, actor: localOperator, request: importRequestSchema.parse({ fileName: 'file', ...wish, sha256, dataset }), idempotencyKey: jobId,
      datasetId: newest?.['dataset_id'] as number, datasetVersion: newest?.['current_version'] as number,
    });
    return jobId;
  }

  async job(jobId: string): Promise<Job> {
    return await findJobForWorker(this.pool, jobId) as Job;
  }

  /** Detects and plans. */
  async plan(jobId: string): Promise<PlanImportResult> {
    await createDetectSource(this.deps)({ jobId }, signal);
    return createPlanImport(this.deps)({ jobId }, signal);
  }

  /** Detects, plans, stages every chunk and has the columns judged. */
  async stage(dataset: string, content: string | Buffer, wish: ImportWish = {}): Promise<StagedJob> {
    return this.stageReceived(await this.receive(dataset, content, wish));
  }

  async stageReceived(jobId: string): Promise<StagedJob> {
    return this.stagePlanned(jobId, await this.plan(jobId));
  }

  async stagePlanned(jobId: string, { chunkCount, round, ...plan }: PlanImportResult): Promise<StagedJob> {
    for (let planEpoch = plan.planEpoch; ;) {
      for (let chunkNo = 0; chunkNo < chunkCount; chunkNo += 1) await this.deps.stageOnThread({ jobId, round, planEpoch, chunkNo }, signal);
      const judged = await createJudgeColumns(this.deps)({ jobId, round, planEpoch });
      if (!judged.restage) return { jobId, round, planEpoch };
      planEpoch = judged.planEpoch;
    }
  }

  reconcile(staged: StagedJob): Promise<ReconcileJobResult> { return createReconcileJob(this.deps)(staged); }
  commit({ jobId }: StagedJob): Promise<CommitJobResult> { return createCommitJob(this.deps)({ jobId }); }

  async draft(staged: StagedJob): Promise<Books> {
    const result = await this.reconcile(staged);
    if (result.kind !== 'drafted') throw new TypeError(`not drafted: ${result.kind}`);
    return result.books;
  }

  /** The whole way, and what must hold of every import: the books balance, and the draft's are the commit's. */
  async load(dataset: string, content: string | Buffer, wish: ImportWish = {}): Promise<StagedJob & { readonly books: Books }> {
    const staged = await this.stage(dataset, content, wish);
    return { ...staged, books: await this.finish(staged) };
  }

  async finish(staged: StagedJob): Promise<Books> {
    for (let turn = 0; turn < 5; turn += 1) {
      const drafted = await this.draft(staged);
      const result = await this.commit(staged);
      if (result.kind === 'stale') continue;
      if (!balances(result.books) || JSON.stringify(result.books) !== JSON.stringify(drafted)) throw new TypeError(`books: ${JSON.stringify([drafted, result.books])}`);
      await createCloseJob(this.deps)({ jobId: staged.jobId, books: result.books });
      return result.books;
    }
    throw new TypeError('stale for ever');
  }

  async issues(jobId: string): Promise<readonly FoundIssue[]> {
    return await this.sql(`select row_no::int as "rowNo", line_no::int as "lineNo", field, code from waybill.issues where job_id = $1 order by row_no, code, field`, [jobId]) as readonly FoundIssue[] & readonly Row[];
  }

  /** `row code field` of every issue. */
  async found(jobId: string): Promise<readonly string[]> {
    return (await this.issues(jobId)).map(({ rowNo, code, field }) => `${rowNo} ${code}${field === null ? '' : ` ${field}`}`);
  }

  async rejects(jobId: string): Promise<readonly string[]> {
    return (await this.sql(`select row_no, line_no, convert_from(raw, 'UTF8') as raw from waybill.quarantine where job_id = $1 order by row_no`, [jobId]))
      .map((row) => `${row['row_no'] as string}@${row['line_no'] as string} ${row['raw'] as string}`);
  }
}

/** The outcomes that are not zero. */
export const shortBooks = (books: Books): Partial<Books> =>
  Object.fromEntries(Object.entries(books).filter(([name, count]) => name !== 'read' && count !== 0));

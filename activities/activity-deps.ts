/** What the activities work with; composed once by the worker and handed in (models, lesson 3). Workflows see only types. */
import type { ExportPartKey } from '../contracts/export-request.ts';
import type { AskTimes } from '../contracts/job-question.ts';
import type { ReadLegacyWorkbook } from '../core/formats/xls/xls-workbook.ts';
import type { SigningKey } from '../core/receipt/signing-key.ts';
import type { Pool } from '../db/connection.ts';
import type { ChunkKey } from '../db/chunk-key.ts';
import type { ChunkTotals } from '../db/chunk-transaction.ts';
import type { Storage } from '../storage/storage.ts';
import type { AheadAssembly } from './ahead-assembly.ts';
import type { PartResult } from './write-part-of.ts';

export interface ActivityDeps {
  readonly pool: Pool;
  readonly storage: Storage;
  /** Stages one chunk on a thread of its own; rejects with a WaybillError. */
  readonly stageOnThread: (key: ChunkKey, signal: AbortSignal) => Promise<ChunkTotals>;
  /** Writes one part of an export on such a thread. */
  readonly writePartOnThread: (key: ExportPartKey, signal: AbortSignal) => Promise<PartResult>;
  /** Assembles exports while their parts are written. */
  readonly ahead?: AheadAssembly;
  /** SHA-256 of an object, on a thread of its own. */
  readonly hashOnThread: (storageKey: string, signal: AbortSignal) => Promise<string>;
  /** Old workbooks, on a thread of their own. */
  readonly readLegacy?: ReadLegacyWorkbook;
  readonly signingKey: SigningKey;
  /** Folder into which receipts are written, for people; the database has them too. */
  readonly receiptsFolder: string;
  readonly chunkBytes: number;
  /** When a job that waits for a person reminds and gives up; default: contracts/job-question.ts. */
  readonly ask?: AskTimes;
  readonly engineVersion: string;
}

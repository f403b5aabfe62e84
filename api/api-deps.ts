/** What the API works with; composed once in main.ts (or by a test) and handed in. */
import type { ReadLegacyWorkbook } from '../core/formats/xls/xls-workbook.ts';
import type { Pool } from '../db/connection.ts';
import type { Storage } from '../storage/storage.ts';
import type { ImportEngine } from './engine/import-engine.ts';
import type { Authenticate } from './http/local-token.ts';
import type { RateLimit } from './http/rate-limit.ts';
import type { ApiLogger } from './logger.ts';
import type { ProgressListener } from './progress/progress-listener.ts';
import type { RelayTimes } from './progress/progress-relay.ts';

export interface ApiDeps {
  readonly pool: Pool;
  readonly storage: Storage;
  /** Old workbooks, on a thread of their own. */
  readonly readLegacy?: ReadLegacyWorkbook;
  readonly engine: ImportEngine;
  readonly listener: ProgressListener;
  readonly authenticate: Authenticate;
  readonly log: ApiLogger;
  /** The database writes to the disk that the storage measures. */
  readonly databaseSharesDisk: boolean;
  /** Empty: the stack has no Temporal UI. */
  readonly uiUrl: string;
  readonly namespace: string;
  readonly rateLimit?: RateLimit;
  readonly relayTimes?: RelayTimes;
}

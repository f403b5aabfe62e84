/** What the main thread and a parsing thread say to each other. */
import type { ErrorCode, ErrorPlace } from '../contracts/errors.ts';
import type { ChunkKey } from '../db/chunk-key.ts';

export interface ThreadData {
  readonly databaseUrl: string;
  readonly archiveFolder: string;
}

export type ThreadTask =
  | { readonly kind: 'stage'; readonly key: ChunkKey }
  | { readonly kind: 'hash'; readonly storageKey: string };

export type ThreadRequest =
  | { readonly kind: 'run'; readonly id: number; readonly task: ThreadTask }
  | { readonly kind: 'abort'; readonly id: number };

export interface ThreadAnswer {
  readonly id: number;
  readonly result: unknown;
  /** `code` is null for what is not a WaybillError: a defect. */
  readonly failure: { readonly code: ErrorCode | null; readonly message: string; readonly place: ErrorPlace } | null;
}

/** A thread's first message: it was loaded and listens. */
export const threadReady = 'ready';
export type ThreadMessage = ThreadAnswer | typeof threadReady;

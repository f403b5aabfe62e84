/** The environment of the worker and the API, parsed once at start. The supervisor sets it; in production the platform does. */
import { z } from 'zod';
import { defaultAskTimes } from './job-question.ts';

const port = z.coerce.number().int().min(1).max(65_535);
/** Up to ten years. */
const seconds = z.coerce.number().positive().max(315_360_000);
const positive = z.coerce.number().int().positive();

export const serviceSettingsSchema = z.object({
  /** Runtime role (`waybill_runtime`), not the owner. */
  DATABASE_URL: z.string().min(1),
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** Folder of the content-addressed archive, of spools and of uploads in progress. */
  WAYBILL_ARCHIVE: z.string().min(1),
  /** Folder of the signing keys, mode 0700. */
  WAYBILL_KEYS: z.string().min(1),
  /** Folder into which receipts are written. */
  WAYBILL_RECEIPTS: z.string().min(1),
  /** Identifies the processes of one stack; the supervisor finds leftovers by it. */
  WAYBILL_STACK_ID: z.string().default('standalone'),
  WAYBILL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** Parsing threads of one worker process. */
  WAYBILL_THREADS: positive.max(64).default(2),
  /** Largest target size of a chunk; smaller files are cut into smaller chunks. A chunk holds whole records. */
  WAYBILL_CHUNK_BYTES: positive.default(16 * 1024 * 1024),
  /** A job that waits for a person reminds so often, each time after so long, and is refused at last. */
  WAYBILL_ASK_REMIND_SECONDS: seconds.default(defaultAskTimes.remindEverySeconds),
  WAYBILL_ASK_REMINDERS: z.coerce.number().int().min(0).max(1_000).default(defaultAskTimes.reminders),
  WAYBILL_ASK_EXPIRE_SECONDS: seconds.default(defaultAskTimes.expireSeconds),
});
export type ServiceSettings = z.infer<typeof serviceSettingsSchema>;

export const apiSettingsSchema = serviceSettingsSchema.extend({
  /** Days for which the files of a finished export are kept; 0: until somebody removes them. */
  WAYBILL_EXPORT_DAYS: z.coerce.number().int().min(0).max(36_500).default(7),
  WAYBILL_API_HOST: z.string().default('127.0.0.1'),
  WAYBILL_API_PORT: port.default(8787),
  /** File with the local token, made with mode 0600 on first start. */
  WAYBILL_TOKEN_FILE: z.string().min(1),
  /** Address of the Temporal UI, for links; empty when there is none. */
  WAYBILL_UI_URL: z.string().default(''),
});
export type ApiSettings = z.infer<typeof apiSettingsSchema>;

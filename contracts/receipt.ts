/** The signed statement of what a job did. Hashes, counts, versions and names of our own; no cell values. */
import { z } from 'zod';
import { booksSchema } from './books.ts';
import { sha256Schema } from './ids.ts';

export const receiptBodySchema = z.object({
  schemaVersion: z.literal(1),
  kind: z.literal('import'),
  jobId: z.string(),
  round: z.number().int().positive(),
  org: z.string(),
  actor: z.string(),
  partner: z.string().nullable(),
  purpose: z.string().nullable(),
  dataset: z.string(),
  datasetVersion: z.number().int().positive().nullable(),
  /** Null when the job ended before there was a plan. */
  planHash: sha256Schema.nullable(),
  planEpoch: z.number().int().positive(),
  source: z.object({ sha256: sha256Schema, bytes: z.number().int().nonnegative() }).strict(),
  state: z.string(),
  /** Why a job was refused, failed or cancelled. */
  errorCode: z.string().nullable(),
  /** Of the commit; where `committedAt` is null, of the draft that was not committed; null when there was none. */
  books: booksSchema.nullable(),
  issueCounts: z.record(z.string(), z.number().int().nonnegative()),
  engineVersion: z.string(),
  startedAt: z.string(),
  committedAt: z.string().nullable(),
  auditHead: z.object({ seq: z.number().int().nonnegative(), hash: sha256Schema }).strict(),
}).strict().readonly();
export type ReceiptBody = z.infer<typeof receiptBodySchema>;

export const receiptSchema = z.object({
  body: receiptBodySchema,
  signature: z.object({
    algorithm: z.literal('Ed25519'),
    /** SHA-256 of the raw public key, hex. */
    keyId: sha256Schema,
    /** Raw public key, base64. */
    publicKey: z.string(),
    /** Over the canonical JSON (RFC 8785) of the body, base64. */
    value: z.string(),
  }).strict(),
}).strict().readonly();
export type Receipt = z.infer<typeof receiptSchema>;

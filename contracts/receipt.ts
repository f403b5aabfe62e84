/** The signed statement of what a job did. Hashes, counts, versions and names of our own; no cell values. */
import { z } from 'zod';
import { balances, booksSchema } from './books.ts';
import { verdicts } from './file-findings.ts';
import { sha256Schema } from './ids.ts';

/** Whose job it was, and on which dataset. */
const ofAnyJob = {
  jobId: z.string(),
  round: z.number().int().positive(),
  org: z.string(),
  actor: z.string(),
  partner: z.string().nullable(),
  purpose: z.string().nullable(),
  dataset: z.string(),
  datasetVersion: z.number().int().positive().nullable(),
};

const importReceiptBodySchema = z.object({
  schemaVersion: z.literal(1),
  kind: z.literal('import'),
  ...ofAnyJob,
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
  /** Of an import with rules for the file as a whole; a rule over several fields by its worst verdict. */
  fileRules: z.array(z.object({ rule: z.string(), severity: z.string(), verdict: z.enum(verdicts) }).strict()).optional(),
  engineVersion: z.string(),
  startedAt: z.string(),
  committedAt: z.string().nullable(),
  auditHead: z.object({ seq: z.number().int().nonnegative(), hash: sha256Schema }).strict(),
}).strict().readonly();
export type ImportReceiptBody = z.infer<typeof importReceiptBodySchema>;

/** What an export let out: which fields under which names, how many rows, in which files. Neither the filter nor a value. */
const exportReceiptBodySchema = z.object({
  schemaVersion: z.literal(1),
  kind: z.literal('export'),
  ...ofAnyJob,
  fields: z.array(z.object({ field: z.string(), as: z.string() }).strict()),
  /** Fields that the filter asked for. */
  filterFields: z.array(z.string()),
  format: z.string(),
  compression: z.string(),
  state: z.string(),
  errorCode: z.string().nullable(),
  rows: z.number().int().nonnegative().nullable(),
  /** Cells that got an apostrophe, so that no spreadsheet runs them (design 10.19). */
  guardedCells: z.number().int().nonnegative(),
  /** `extension`: of a file that stands beside the records and holds none. */
  files: z.array(z.object({ no: z.number().int().positive(), extension: z.string().optional(), rows: z.number().int().nonnegative(), bytes: z.number().int().nonnegative(), sha256: sha256Schema }).strict()),
  engineVersion: z.string(),
  startedAt: z.string(),
  /** The moment of which the rows are; null when nothing was frozen. */
  frozenAt: z.string().nullable(),
  auditHead: z.object({ seq: z.number().int().nonnegative(), hash: sha256Schema }).strict(),
}).strict().readonly();
export type ExportReceiptBody = z.infer<typeof exportReceiptBodySchema>;

export const receiptBodySchema = z.union([importReceiptBodySchema, exportReceiptBodySchema]);
export type ReceiptBody = ImportReceiptBody | ExportReceiptBody;

/** An import's books balance; an export's rows are all in its files, or it let nothing out. */
export const receiptBalances = (body: ReceiptBody): boolean => {
  if (body.kind === 'import') return body.books === null || balances(body.books);
  return body.files.length === 0 || body.files.reduce((sum, file) => sum + file.rows, 0) === body.rows;
};

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

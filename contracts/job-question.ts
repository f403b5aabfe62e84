/**
 * What a job asks a person before it goes on, and the answer. Stored with the job, shown by the API and the command line; it names fields,
 * source columns by their place, and kinds of evidence: never a value, a header or a file name.
 */
import { z } from 'zod';
import { mappedFieldSchema } from './plan-document.ts';
import { transformsSchema } from './transform.ts';

/** `refuse`: what is sure is taken, and a required field without a column refuses the job. `ask`: the job waits for a person where it is not sure. */
export const whenUnsureWords = ['refuse', 'ask'] as const;

/** `mapping`: which column feeds which field. `drift`: a file that is not shaped as its template says. */
export const questionKinds = ['mapping', 'drift'] as const;
export type QuestionKind = (typeof questionKinds)[number];

const place = z.number().int().nonnegative();
const confidence = z.number().min(0).max(1);

const proposalSchema = z.object({
  field: z.string(),
  /** From 0. Several with a transform that makes one text of them, or latitude and longitude. */
  columns: z.array(place).min(1).readonly(),
  transforms: transformsSchema.optional(),
  confidence,
}).strict().readonly();
export type QuestionProposal = z.infer<typeof proposalSchema>;

const askedColumnSchema = z.object({
  /** From 0. */
  column: place,
  fillRate: confidence,
  /** Best first; none: nothing fits. */
  candidates: z.array(z.object({ field: z.string(), confidence, reasons: z.array(z.string()).readonly() }).strict().readonly()).readonly(),
}).strict().readonly();
export type AskedColumn = z.infer<typeof askedColumnSchema>;

/** Why a field stands in the question: nothing feeds it, or a key that only its column's name speaks for. */
export const fieldDoubts = ['required', 'key', 'key_by_name'] as const;
const askedFieldSchema = z.object({
  field: z.string(), why: z.enum(fieldDoubts),
  /** What it could be fed from, from 0. */
  columns: z.array(place).readonly(), confidence,
}).strict().readonly();
export type AskedField = z.infer<typeof askedFieldSchema>;

export const jobQuestionSchema = z.object({
  kind: z.enum(questionKinds),
  /** From 1; a later question of the same job has the next number. */
  no: z.number().int().positive(),
  /** ISO 8601. */
  since: z.string(),
  expiresAt: z.string(),
  remindEverySeconds: z.number().positive(),
  reminders: z.number().int().nonnegative(),
  /** ISO 8601; while the job is paused: its clock stands since then. */
  heldSince: z.string().optional(),
  /** Of earlier pauses together; `expiresAt` has it already. */
  heldMs: z.number().nonnegative().optional(),
  /** What is sure, and stays as it is unless the answer says otherwise. */
  taken: z.array(mappedFieldSchema).readonly(),
  /** What accepting the proposals takes. */
  proposed: z.array(proposalSchema).readonly(),
  /** Columns with values that feed no field: all that may be for one, and the first 500 of the others. */
  columns: z.array(askedColumnSchema).readonly(),
  fields: z.array(askedFieldSchema).readonly(),
  /** Dates that can be read both ways. */
  dateOrders: z.array(z.object({ field: z.string(), columns: z.array(place).readonly() }).strict().readonly()).readonly(),
  /** Fields without which the answer is not taken. */
  needed: z.array(z.string()).readonly(),
}).strict().readonly();
export type JobQuestion = z.infer<typeof jobQuestionSchema>;

export const jobAnswerSchema = z.object({
  questionNo: z.number().int().positive(),
  /** The whole mapping; what was said or accepted is `operator`. */
  mapping: z.array(mappedFieldSchema).readonly(),
  /** Columns (from 0) that feed no field, as was said, or left so with the question in view. */
  ignored: z.array(place).readonly(),
  dateOrders: z.record(z.string(), z.enum(['dmy', 'mdy'])),
  /** Counts as evidence for the next file of the partner, once the import has completed. */
  remember: z.boolean(),
}).strict().readonly();
export type JobAnswer = z.infer<typeof jobAnswerSchema>;

/** When a waiting job reminds, and when it gives up. */
export interface AskTimes { readonly remindEverySeconds: number; readonly reminders: number; readonly expireSeconds: number }
export const defaultAskTimes: AskTimes = { remindEverySeconds: 86_400, reminders: 3, expireSeconds: 14 * 86_400 };

/** What the workflow knows of a question: its number and moments in milliseconds since the epoch, moved by the time for which the job was paused. */
export interface QuestionWait {
  readonly no: number;
  readonly since: number;
  readonly remindEveryMs: number;
  readonly reminders: number;
  readonly expiresAt: number;
}

export const waitOf = ({ no, since, heldMs = 0, remindEverySeconds, reminders, expiresAt }: JobQuestion): QuestionWait =>
  ({ no, since: Date.parse(since) + heldMs, remindEveryMs: remindEverySeconds * 1000, reminders, expiresAt: Date.parse(expiresAt) });

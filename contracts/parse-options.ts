/**
 * How the bytes of a delimited file become records. Found by detection, overridden by the operator, pinned in the plan.
 * After decoding, all offsets are bytes of UTF-8 text (of the source itself, or of its decoded spool: design 10.10).
 */
import { z } from 'zod';

export const encodings = [
  'utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'iso-8859-1', 'iso-8859-2', 'iso-8859-15', 'windows-1250', 'windows-1251', 'koi8-r', 'macintosh', 'ibm866',
] as const;
export const encodingSchema = z.enum(encodings);
export type Encoding = z.infer<typeof encodingSchema>;

export const parseOptionsSchema = z.object({
  format: z.literal('csv'),
  encoding: encodingSchema,
  /** One ASCII character. */
  delimiter: z.string().length(1),
  /** One ASCII character, or null when quotes are ordinary characters. */
  quote: z.string().length(1).nullable(),
  /** How a quote stands inside a quoted cell: `double` (RFC 4180) or `backslash`. */
  escape: z.enum(['double', 'backslash']),
  /** Lines before the header, or before the first record when there is none. */
  preambleLines: z.number().int().nonnegative(),
  /** Whether a header row follows the preamble. */
  header: z.boolean(),
  /** Column names: from the header, made unique; `column_1` … when there is none. */
  columns: z.array(z.string()),
  /** First byte of the first record: after BOM, preamble and header. */
  dataStartByte: z.number().int().nonnegative(),
  /** Physical line (from 1) of the first record. */
  dataStartLine: z.number().int().positive(),
}).strict().readonly();
export type ParseOptions = z.infer<typeof parseOptionsSchema>;

/** What an operator may say instead of detection. */
export const parseOverridesSchema = z.object({
  encoding: encodingSchema.optional(),
  delimiter: z.string().length(1).optional(),
  quote: z.string().length(1).nullable().optional(),
  escape: z.enum(['double', 'backslash']).optional(),
  preambleLines: z.number().int().nonnegative().max(10_000).optional(),
  header: z.boolean().optional(),
}).strict().readonly();
export type ParseOverrides = z.infer<typeof parseOverridesSchema>;

/** A guess with the reason a person can check. Confidence from 0 to 1; 1 when an operator said so. */
export interface Guess<T> {
  readonly value: T;
  readonly confidence: number;
  readonly why: string;
}

export interface Detection {
  readonly options: ParseOptions;
  readonly guesses: {
    readonly encoding: Guess<Encoding>;
    readonly delimiter: Guess<string>;
    readonly quote: Guess<string | null>;
    readonly escape: Guess<'double' | 'backslash'>;
    readonly lineEnd: Guess<'lf' | 'crlf' | 'cr' | 'mixed'>;
    readonly header: Guess<boolean>;
    readonly preambleLines: Guess<number>;
  };
  /** Whether the source must be decoded into a UTF-8 spool before it can be read at an offset. */
  readonly needsSpool: boolean;
}

export const doubtable = ['encoding', 'delimiter', 'header'] as const;

/** A guess that a person should look at: a wrong one loads wrong text without any row being rejected. */
export interface Doubt extends Guess<string | boolean> { readonly property: typeof doubtable[number] }

/** Sound files are read with more; a choice among 8-bit encodings by the statistics of letters mostly with less. */
export const sureFrom = 0.85;

export const doubtsOf = (guesses: Pick<Detection['guesses'], typeof doubtable[number]>): readonly Doubt[] =>
  doubtable.map((property) => ({ property, ...guesses[property] })).filter(({ confidence }) => confidence < sureFrom);

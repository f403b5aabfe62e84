/**
 * How the bytes of a file become records. Found by detection, overridden by the operator, pinned in the plan.
 * After decoding, all offsets are bytes of UTF-8 text (of the source itself, or of its decoded spool: design 10.10).
 */
import { z } from 'zod';

export const encodings = [
  'utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'iso-8859-1', 'iso-8859-2', 'iso-8859-15', 'windows-1250', 'windows-1251', 'koi8-r', 'macintosh', 'ibm866',
] as const;
export const encodingSchema = z.enum(encodings);
export type Encoding = z.infer<typeof encodingSchema>;

/** How a received file may be packed; each is unpacked into the job's spool. With two layers it is the outer one. */
export const compressions = ['gzip', 'zstd', 'bzip2', 'xz', 'zip'] as const;
export type Compression = (typeof compressions)[number];

/** What every format says: how its bytes become text, which columns there are, where the first record is. */
const sourceOptions = {
  encoding: encodingSchema,
  /** Absent: none. The source is then read from its unpacked spool. */
  compression: z.enum(compressions).optional(),
  /** Column names: from the header or the keys, made unique; `column_1` … when there are none. */
  columns: z.array(z.string()),
  /** First byte of the first record: after BOM, preamble and header. */
  dataStartByte: z.number().int().nonnegative(),
  /** Physical line (from 1) of the first record. */
  dataStartLine: z.number().int().positive(),
};

export const delimitedOptionsSchema = z.object({
  format: z.literal('csv'),
  ...sourceOptions,
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
}).strict().readonly();
export type DelimitedOptions = z.infer<typeof delimitedOptionsSchema>;

/** Keys and places (from 0) from a record down to a value: `names[0].full` is ["names", 0, "full"]. Column i is fed by path i. */
const pathsSchema = z.array(z.array(z.union([z.string(), z.number().int().nonnegative()])).readonly()).readonly();
export type ValuePath = readonly (string | number)[];

/** Columns, from 0, whose values are handed over as the JSON text that stands there, texts with their quotes and null too: fields of type json in our own exports. */
const literalsSchema = z.array(z.number().int().nonnegative()).readonly().optional();

const explodedLevel = { path: z.array(z.string()).min(1).readonly(), paths: pathsSchema };
/**
 * A row for each element of an array in the records. `paths` are then those of the records without it, and the columns of the elements
 * follow theirs; the rows are read from the row spool. Where the array is in the elements of another one, its own path is from those, in `inner`.
 */
const explodeSchema = z.object({ ...explodedLevel, inner: z.array(z.object(explodedLevel).strict().readonly()).min(1).readonly().optional() }).strict().readonly().optional();

/** One JSON value a line (JSON Lines, NDJSON). */
export const jsonLinesOptionsSchema = z.object({ format: z.literal('jsonl'), ...sourceOptions, paths: pathsSchema, literals: literalsSchema, explode: explodeSchema }).strict().readonly();
export type JsonLinesOptions = z.infer<typeof jsonLinesOptionsSchema>;

export const jsonOptionsSchema = z.object({
  format: z.enum(['json', 'geojson']),
  ...sourceOptions,
  paths: pathsSchema,
  literals: literalsSchema,
  explode: explodeSchema,
  /** Keys from the root to the records; empty: the root itself. */
  recordPath: z.array(z.string()).readonly(),
  /** What stands there: an array of records, or one object that is the only record. */
  container: z.enum(['array', 'object']),
}).strict().readonly();
export type JsonOptions = z.infer<typeof jsonOptionsSchema>;

export const sheetFormats = ['xlsx', 'ods', 'xls'] as const;
export type SheetFormat = (typeof sheetFormats)[number];

/** A sheet of a workbook. Its records are read from a row spool (core/formats/row-spool); lines are the sheet's. */
export const sheetOptionsSchema = z.object({
  format: z.enum(sheetFormats),
  ...sourceOptions,
  /** The sheet's name. */
  sheet: z.string(),
  /** Lines before the header, or before the first record when there is none. */
  preambleLines: z.number().int().nonnegative(),
  header: z.boolean(),
  /** Lines of the header: of several, the names are joined with dots. */
  headerRows: z.number().int().nonnegative(),
}).strict().readonly();
export type SheetOptions = z.infer<typeof sheetOptionsSchema>;

export const xmlOptionsSchema = z.object({
  format: z.literal('xml'),
  ...sourceOptions,
  /** Steps are names of elements as they stand, `@name` of an attribute, a place among elements of one name, or `*`: all of them. */
  paths: pathsSchema,
  explode: explodeSchema,
  /** Names of the elements from the root down to the records. */
  recordPath: z.array(z.string()).min(1).readonly(),
  /** Values carry escapes (`_x0001_`), as in a file that Waybill exported. */
  restoresEscapes: z.boolean().optional(),
}).strict().readonly();
export type XmlOptions = z.infer<typeof xmlOptionsSchema>;

export const fixedOptionsSchema = z.object({
  format: z.literal('fixed'),
  ...sourceOptions,
  /** Characters (code points) of each column, from the start of the line. */
  widths: z.array(z.number().int().positive()).min(1).readonly(),
  /** Found from blanks: the last column takes the rest of its line, and text across a border is an issue of its row. */
  guessed: z.boolean(),
  preambleLines: z.number().int().nonnegative(),
  header: z.boolean(),
}).strict().readonly();
export type FixedOptions = z.infer<typeof fixedOptionsSchema>;

/** Typed columns. Its chunks are ranges of rows, from 0, unless they are exploded. */
export const parquetOptionsSchema = z.object({
  format: z.literal('parquet'),
  ...sourceOptions,
  /** Absent: all columns are plain, and column i is the file's. Else what is nested in them is taken apart as JSON is. */
  paths: pathsSchema.optional(),
  explode: explodeSchema,
}).strict().readonly();
export type ParquetOptions = z.infer<typeof parquetOptionsSchema>;

export const parseOptionsSchema = z.discriminatedUnion('format', [delimitedOptionsSchema, jsonLinesOptionsSchema, jsonOptionsSchema, xmlOptionsSchema, fixedOptionsSchema, parquetOptionsSchema, sheetOptionsSchema]);
export type ParseOptions = z.infer<typeof parseOptionsSchema>;
export const sourceFormats = ['csv', 'jsonl', 'json', 'geojson', 'xml', 'fixed', 'parquet', ...sheetFormats] as const satisfies readonly ParseOptions['format'][];

/** Whether the records are read from a spool that was made of the source (design 10.10), and not from the source itself. */
export const readsSpool = (options: ParseOptions): boolean =>
  options.encoding !== 'utf-8' || options.compression !== undefined || ('explode' in options && options.explode !== undefined) || 'sheet' in options;

/** What an operator may say instead of detection. */
export const parseOverridesSchema = z.object({
  format: z.enum(sourceFormats).optional(),
  /** Where the records of a JSON or XML document are: `data.items`, or a JSON Pointer (`/data/items`); `.` is the root. */
  recordPath: z.string().max(1_000).optional(),
  /** The file of a ZIP: its whole name, or its number from 1 as `#2`. */
  entry: z.string().min(1).max(1_000).optional(),
  /** An array in the records, or a repeated element, also in the elements of another (`orders[].items`): a row for each of its elements. */
  explode: z.string().min(1).max(1_000).optional(),
  /** The name of a workbook's sheet, or `#2`: the second one. */
  sheet: z.string().min(1).max(200).optional(),
  /** Lines that a sheet's header takes. */
  headerRows: z.number().int().nonnegative().max(10).optional(),
  encoding: encodingSchema.optional(),
  delimiter: z.string().length(1).optional(),
  quote: z.string().length(1).nullable().optional(),
  escape: z.enum(['double', 'backslash']).optional(),
  preambleLines: z.number().int().nonnegative().max(10_000).optional(),
  header: z.boolean().optional(),
  /** Of columns of a fixed width, in characters. */
  widths: z.array(z.number().int().positive().max(100_000)).min(1).max(2_000).readonly().optional(),
}).strict().readonly();
export type ParseOverrides = z.infer<typeof parseOverridesSchema>;

/** A guess with the reason a person can check. Confidence from 0 to 1; 1 when an operator said so. */
export interface Guess<T> {
  readonly value: T;
  readonly confidence: number;
  readonly why: string;
}

/** Of any format. */
interface SourceGuesses {
  readonly encoding: Guess<Encoding>;
  readonly format?: Guess<ParseOptions['format']>;
  readonly compression?: Guess<Compression>;
}

export interface DelimitedDetection {
  readonly options: DelimitedOptions;
  readonly guesses: SourceGuesses & {
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

export interface FixedDetection {
  readonly options: FixedOptions;
  readonly guesses: SourceGuesses & { readonly widths: Guess<string>; readonly header: Guess<boolean>; readonly preambleLines: Guess<number> };
  readonly needsSpool: boolean;
}

export interface JsonDetection {
  readonly options: JsonLinesOptions | JsonOptions | XmlOptions;
  readonly guesses: SourceGuesses & { readonly recordPath?: Guess<string>; readonly columns: Guess<number> };
  readonly needsSpool: boolean;
}

export interface SheetDetection {
  readonly options: SheetOptions;
  readonly guesses: SourceGuesses & {
    readonly sheet: Guess<string>;
    readonly header: Guess<boolean>;
    readonly headerRows: Guess<number>;
    readonly preambleLines: Guess<number>;
    /** Rows, columns and sheets that a person does not see when the workbook is opened. */
    readonly hidden?: Guess<string>;
  };
  readonly needsSpool: boolean;
}

export interface ParquetDetection {
  readonly options: ParquetOptions;
  readonly guesses: SourceGuesses & { readonly columns: Guess<number> };
  readonly needsSpool: boolean;
}

export type Detection = DelimitedDetection | JsonDetection | FixedDetection | ParquetDetection | SheetDetection;


export const doubtable = ['format', 'encoding', 'delimiter', 'header', 'recordPath', 'sheet', 'hidden'] as const;

/** A guess that a person should look at: a wrong one loads wrong text without any row being rejected. */
export interface Doubt extends Guess<string | boolean> { readonly property: typeof doubtable[number] }

/** Sound files are read with more; a choice among 8-bit encodings by the statistics of letters mostly with less. */
export const sureFrom = 0.85;

/** Of the properties that the format has. */
type DoubtableGuesses = Readonly<Partial<Record<typeof doubtable[number], Guess<string | boolean>>>>;

export const doubtsOf = (guesses: DoubtableGuesses): readonly Doubt[] =>
  doubtable.flatMap((property) => {
    const guess = guesses[property];
    return guess === undefined || guess.confidence >= sureFrom ? [] : [{ property, ...guess }];
  });

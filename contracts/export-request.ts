/** What an operator or a client asks for when an export starts; kept with the job as it was asked. */
import { z } from 'zod';

export const exportFormats = ['csv', 'tsv', 'jsonl', 'json', 'geojson', 'xml'] as const;
export type ExportFormat = (typeof exportFormats)[number];
export const exportCompressions = ['none', 'gzip', 'zstd', 'zip'] as const;
export type ExportCompression = (typeof exportCompressions)[number];

export const exportFieldSchema = z.object({
  field: z.string().min(1).max(63),
  /** The name in the file. */
  as: z.string().min(1).max(1000).regex(/^[^\u0000-\u001f]+$/),
}).strict().readonly();
export type ExportField = z.infer<typeof exportFieldSchema>;

export const sortKeySchema = z.object({ field: z.string().min(1).max(63), descending: z.boolean().default(false) }).strict().readonly();
export type SortKey = z.infer<typeof sortKeySchema>;

/** How CSV and TSV are written; other formats take none of it. */
export const csvDialectSchema = z.object({
  /** One ASCII character; default: a comma, for TSV a tab. */
  delimiter: z.string().regex(/^[\u0009\u0020-\u007e]$/).optional(),
  quote: z.enum(['"', "'"]).default('"'),
  /** UTF-8 byte order mark, by which spreadsheets know the encoding. */
  bom: z.boolean().default(false),
  header: z.boolean().default(true),
  lineEnd: z.enum(['crlf', 'lf']).default('crlf'),
  /** Texts that a spreadsheet would run get an apostrophe in front (design 10.19). */
  guardFormulas: z.boolean().default(true),
}).strict().readonly();
export type CsvDialect = z.infer<typeof csvDialectSchema>;

/** What is chosen of a dataset: shared by preview and export. */
const selection = {
  dataset: z.string(),
  /** Default: all fields under their own names. */
  fields: z.array(exportFieldSchema).min(1).max(1600).readonly().optional(),
  filter: z.string().max(10_000).nullable().default(null),
  sort: z.array(sortKeySchema).max(32).readonly().default([]),
  purpose: z.string().max(200).nullable().default(null),
};

export const exportSelectionSchema = z.object(selection).strict().readonly();
export type ExportSelection = z.infer<typeof exportSelectionSchema>;

export const exportRequestSchema = z.object({
  ...selection,
  format: z.enum(exportFormats).default('csv'),
  compress: z.enum(exportCompressions).default('none'),
  /** Most rows of one file; null: one file. */
  splitRows: z.number().int().positive().max(2_000_000_000).nullable().default(null),
  dialect: csvDialectSchema.optional(),
  partner: z.string().max(200).nullable().default(null),
}).strict().readonly();
export type ExportRequest = z.infer<typeof exportRequestSchema>;

/** A part of an export: rows of the frozen selection that are written, hashed and kept alone. */
export interface ExportPartKey {
  readonly jobId: string;
  readonly planEpoch: number;
  readonly partNo: number;
}

const extensions: Readonly<Record<ExportFormat, string>> = { csv: 'csv', tsv: 'tsv', jsonl: 'jsonl', json: 'json', geojson: 'geojson', xml: 'xml' };
const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8', tsv: 'text/tab-separated-values; charset=utf-8', jsonl: 'application/x-ndjson', json: 'application/json',
  geojson: 'application/geo+json', xml: 'application/xml',
};

const packedExtensions: Readonly<Record<ExportCompression, string>> = { none: '', gzip: '.gz', zstd: '.zst', zip: '.zip' };
const packedMediaTypes: Readonly<Record<Exclude<ExportCompression, 'none'>, string>> = { gzip: 'application/gzip', zstd: 'application/zstd', zip: 'application/zip' };

export const mediaTypeOf = ({ format, compress }: Pick<ExportRequest, 'format' | 'compress'>): string =>
  (compress === 'none' ? mediaTypes[format] : packedMediaTypes[compress]);

/** `incidents.csv.gz`, or with a number of its own where the export has several files. */
export const exportFileName = (request: Pick<ExportRequest, 'dataset' | 'format' | 'compress' | 'splitRows'>, fileNo: number): string =>
  `${unpackedFileName(request, fileNo)}${packedExtensions[request.compress]}`;

/** Also the name of the file within a ZIP. */
export const unpackedFileName = (request: Pick<ExportRequest, 'dataset' | 'format' | 'splitRows'>, fileNo: number): string => {
  const number = request.splitRows === null ? '' : `-${String(fileNo).padStart(4, '0')}`;
  return `${request.dataset}${number}.${extensions[request.format]}`;
};

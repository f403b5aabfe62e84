/** What an operator or a client asks for when an export starts; kept with the job as it was asked. */
import { z } from 'zod';

export const exportFormats = ['csv', 'tsv', 'jsonl', 'json', 'geojson', 'xml', 'xlsx', 'parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];
export const exportCompressions = ['none', 'gzip', 'zstd', 'zip', 'snappy'] as const;
export type ExportCompression = (typeof exportCompressions)[number];
/** Where nothing is said. */
const defaultCompression = (format: ExportFormat): ExportCompression => (format === 'parquet' ? 'snappy' : 'none');

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
  /** Of Parquet: of the columns in it, where Snappy is what everybody takes; of other formats: of the file. */
  compress: z.enum(exportCompressions).optional(),
  /** Most rows of one file; null: one file. */
  splitRows: z.number().int().positive().max(2_000_000_000).nullable().default(null),
  dialect: csvDialectSchema.optional(),
  partner: z.string().max(200).nullable().default(null),
}).strict().transform((request) => ({ ...request, compress: request.compress ?? defaultCompression(request.format) })).readonly();
export type ExportRequest = z.infer<typeof exportRequestSchema>;

/** A part of an export: rows of the frozen selection that are written, hashed and kept alone. */
export interface ExportPartKey {
  readonly jobId: string;
  readonly planEpoch: number;
  readonly partNo: number;
}

const extensions: Readonly<Record<ExportFormat, string>> = { csv: 'csv', tsv: 'tsv', jsonl: 'jsonl', json: 'json', geojson: 'geojson', xml: 'xml', parquet: 'parquet', xlsx: 'xlsx' };
const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8', tsv: 'text/tab-separated-values; charset=utf-8', jsonl: 'application/x-ndjson', json: 'application/json',
  geojson: 'application/geo+json', xml: 'application/xml', parquet: 'application/vnd.apache.parquet',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** Columns within Parquet are no packed file. */
const packingOf = ({ format, compress }: Pick<ExportRequest, 'format' | 'compress'>): 'none' | 'gzip' | 'zstd' | 'zip' => (format === 'parquet' || compress === 'snappy' ? 'none' : compress);
type Packing = ReturnType<typeof packingOf>;
const packedExtensions: Readonly<Record<Packing, string>> = { none: '', gzip: '.gz', zstd: '.zst', zip: '.zip' };
const packedMediaTypes: Readonly<Record<Exclude<Packing, 'none'>, string>> = { gzip: 'application/gzip', zstd: 'application/zstd', zip: 'application/zip' };

/** @param extension of a file that stands beside the records */
export const mediaTypeOf = (request: Pick<ExportRequest, 'format' | 'compress'>, extension: string | null): string => {
  if (extension !== null) return extension === 'xsd' ? 'application/xml' : 'application/octet-stream';
  const packing = packingOf(request);
  return packing === 'none' ? mediaTypes[request.format] : packedMediaTypes[packing];
};

/** `incidents.csv.gz`, or with a number of its own where the export has several files; what stands beside them has none: `incidents.xsd`. */
export const exportFileName = (request: Pick<ExportRequest, 'dataset' | 'format' | 'compress' | 'splitRows'>, { fileNo, extension }: { readonly fileNo: number; readonly extension: string | null }): string =>
  extension === null ? `${unpackedFileName(request, fileNo)}${packedExtensions[packingOf(request)]}` : `${request.dataset}.${extension}`;

/** Also the name of the file within a ZIP. */
export const unpackedFileName = (request: Pick<ExportRequest, 'dataset' | 'format' | 'splitRows'>, fileNo: number): string => {
  const number = request.splitRows === null ? '' : `-${String(fileNo).padStart(4, '0')}`;
  return `${request.dataset}${number}.${extensions[request.format]}`;
};

/** What people write for an export on the command line, made into what the API takes. No zod here: `waybill --help` must not pay for it. */
import { InvalidArgumentError } from 'commander';
import type { ExportCompression, ExportFormat } from '../contracts/export-request.ts';

const wordsOf = <Word extends string>(words: Readonly<Record<Word, true>>): readonly Word[] => Object.keys(words) as Word[];
export const exportFormatWords = wordsOf<ExportFormat>({ csv: true, tsv: true, jsonl: true, json: true, geojson: true, xml: true, xlsx: true, parquet: true });

/** Commander's own refusal would not say what to do about XLS. */
export const parseExportFormat = (text: string): string => {
  if (/^xls$/i.test(text)) throw new InvalidArgumentError('XLS is not written: no application needs it any more. Say xlsx.');
  if (!exportFormatWords.some((word) => word === text)) throw new InvalidArgumentError(`Allowed choices are ${exportFormatWords.join(', ')}.`);
  return text;
};

export const compressionWords = wordsOf<ExportCompression>({ gzip: true, zstd: true, zip: true, snappy: true, none: true });

export interface ExportFieldOption { readonly field: string; readonly as: string }
export interface SortOption { readonly field: string; readonly descending: boolean }

/** Parts between commas; `\,` is a comma of the name. */
const atCommas = (text: string): readonly string[] => {
  const parts = text.split(/(?<!\\),/).map((part) => part.replaceAll('\\,', ',').trim());
  if (parts.some((part) => part === '')) throw new InvalidArgumentError('Write names separated by commas.');
  return parts;
};

/** `a,b=newName`: the first `=` counts, because field names hold fewer of them than names in files do. */
export const addFields = (text: string, before: readonly ExportFieldOption[] = []): readonly ExportFieldOption[] => [...before, ...atCommas(text).map((part) => {
  const at = part.indexOf('=');
  const [field, as] = at < 0 ? [part, part] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
  if (field === '' || as === '') throw new InvalidArgumentError('Write FIELD or FIELD=NAME.');
  return { field, as };
})];

/** `a,-b`: the minus is for descending. */
export const addSort = (text: string, before: readonly SortOption[] = []): readonly SortOption[] => [...before, ...atCommas(text).map((part) => {
  const descending = part.startsWith('-');
  const field = descending ? part.slice(1).trim() : part;
  if (field === '') throw new InvalidArgumentError('Write FIELD, or -FIELD for descending.');
  return { field, descending };
})];

/** Without a compression: what is the format's own way. */
export interface FileShape { readonly format: ExportFormat; readonly compress?: ExportCompression }
const formatOfExtension: Readonly<Record<string, ExportFormat>> = { csv: 'csv', tsv: 'tsv', tab: 'tsv', txt: 'csv', jsonl: 'jsonl', ndjson: 'jsonl', json: 'json', geojson: 'geojson', xml: 'xml', xlsx: 'xlsx', parquet: 'parquet', pq: 'parquet' };

const compressionOfExtension: Readonly<Record<string, ExportCompression>> = { gz: 'gzip', zst: 'zstd', zip: 'zip' };

/** What the name of the target says; null where it says a format that is not written. Standard output and names without an ending say CSV. */
export const shapeOfName = (name: string): FileShape | null => {
  const [, extension, packed] = /(?:\.([A-Za-z0-9]+?))??(?:\.(gz|zst|zip))?$/.exec(name) ?? [];
  const format = name === '-' || extension === undefined ? 'csv' : formatOfExtension[extension.toLowerCase()];
  if (format === 'parquet') return packed === undefined ? { format } : null;
  return format === undefined ? null : { format, compress: compressionOfExtension[packed ?? ''] ?? 'none' };
};

/** `out.csv.gz` → `out-0001.csv.gz`. */
/** The name with another ending: `incidents.xml.gz` becomes `incidents.xsd`. */
export const companionName = (name: string, extension: string): string => {
  const [, stem = name] = /^(.*?[^/\\])((?:\.[A-Za-z0-9]+)?(?:\.(?:gz|zst|zip))?)$/.exec(name) ?? [];
  return `${stem}.${extension}`;
};

export const numberedName = (name: string, fileNo: number): string => {
  const [, stem = name, ending = ''] = /^(.*?[^/\\])((?:\.[A-Za-z0-9]+)?(?:\.(?:gz|zst|zip))?)$/.exec(name) ?? [];
  return `${stem}-${String(fileNo).padStart(4, '0')}${ending}`;
};

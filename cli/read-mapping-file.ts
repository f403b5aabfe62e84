/** `--mapping FILE.json`: `{"map": [{"columns": ["Nombre"], "field": "name", "transforms": [{"fn": "trim"}]}]}`. The API checks what stands in it. */
import { readFile } from 'node:fs/promises';
import { WaybillError } from '../contracts/errors.ts';
import type { MapOption } from './parse-options.ts';

interface MappingOptions { readonly map?: readonly MapOption[]; readonly mapping?: string }

const largestBytes = 4 * 1024 * 1024;
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');

const invalid = (at: string, why: string): WaybillError => new WaybillError('OPTION_INVALID', `--mapping: ${why}.`, { option: 'mapping', at });

const known = new Set(['columns', 'field', 'transforms']);

const entryOf = (value: unknown, at: string): MapOption => {
  if (!isRecord(value) || typeof value['field'] !== 'string') throw invalid(at, 'an entry is {"columns": […], "field": "…", "transforms": […]}');
  if (Object.keys(value).some((name) => !known.has(name))) throw invalid(at, 'an entry has columns, field and transforms, and nothing else');
  const { columns = [], field, transforms } = value;
  if (!isTexts(columns)) throw invalid(`${at}.columns`, 'columns is a list of names');
  if (transforms === undefined) return { columns, field };
  if (!Array.isArray(transforms) || !transforms.every(isRecord)) throw invalid(`${at}.transforms`, 'transforms is a list of steps, each as {"fn": "trim"}');
  return { columns, field, transforms };
};

const parsed = (text: string): unknown => {
  try { return JSON.parse(text.replace(/^\ufeff/, '')) as unknown; } catch { throw invalid('', 'the file is not valid JSON'); }
};

const readMapping = async (path: string): Promise<readonly MapOption[]> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => { throw new WaybillError('FILE_UNREADABLE', 'The mapping file cannot be read.', { option: 'mapping' }, { cause }); });
  if (text.length > largestBytes) throw invalid('', 'the file is larger than 4 MiB');
  const document = parsed(text);
  if (!isRecord(document) || !Array.isArray(document['map'])) throw invalid('', 'the file holds {"map": […]}');
  return document['map'].map((entry, index) => entryOf(entry, `map[${index}]`));
};

/** The file's entries, with those of the command line in the place of the ones for the same field. */
export const mapOf = async ({ map, mapping }: MappingOptions): Promise<{ readonly map?: readonly MapOption[] }> => {
  if (mapping === undefined) return map === undefined ? {} : { map };
  const said = map ?? [];
  const kept = (await readMapping(mapping)).filter(({ field }) => !said.some((entry) => entry.field === field));
  return { map: [...kept, ...said] };
};

/** `waybill dataset …`, `records` and `trace`: what Waybill knows of the registry, and where a record came from. */
import { readFile } from 'node:fs/promises';
import { WaybillError } from '../contracts/errors.ts';
import type { CommandContext } from './run-command.ts';
import { addDatasetDocument, applyDatasetDocument, datasetDocument, datasetsDocument, recordsDocument, traceRecordDocument } from './generated/operations.ts';
import type { AddDatasetMutation, DatasetFieldsFragment } from './generated/operations.ts';
import { groupDigits, plural } from './human-numbers.ts';
import { indent, printable, shorten, textTable } from './text-table.ts';

type Registered = AddDatasetMutation['addDataset'];
const tableName = ({ table }: Pick<DatasetFieldsFragment, 'table'>): string => `${table.schema}.${table.name}`;

const registeredText = ({ dataset, changed, created }: Registered): string => {
  const what = created ? `made the table ${tableName(dataset)}` : changed ? `table ${tableName(dataset)}` : 'nothing changed';
  return `Dataset ${dataset.name}, version ${dataset.version}: ${what}, ${plural(dataset.fields.length, 'field')}.`;
};

export const addDataset = async ({ client, output }: CommandContext, table: { readonly schema: string; readonly table: string }, name?: string): Promise<void> => {
  const { addDataset: registered } = await client.request(addDatasetDocument, { ...table, name: name ?? null });
  output.result(registered, () => registeredText(registered));
};

const readDefinition = async (file: string): Promise<unknown> => {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new WaybillError('FILE_UNREADABLE', 'The definition cannot be read.', {}, { cause });
  });
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw new WaybillError('DATASET_INVALID', 'The definition is not valid JSON.', { line: lineOfFault(text) });
  }
};

/** Some of V8's messages name no position; a text that is cut before the fault only ever ends too early. */
const endsTooEarly = (text: string): boolean => {
  try { JSON.parse(text); return true; } catch (error) {
    const message = error instanceof Error ? error.message : '';
    return /end of JSON input|Unterminated string/.test(message) || message.includes(`at position ${text.length}`);
  }
};

const lineOfFault = (text: string): number => {
  const lines = text.split('\n');
  let [sound, faulty] = [0, lines.length];
  while (faulty - sound > 1) {
    const middle = (sound + faulty) >> 1;
    if (endsTooEarly(lines.slice(0, middle).join('\n'))) sound = middle; else faulty = middle;
  }
  return faulty;
};

export const applyDataset = async ({ client, output }: CommandContext, file: string): Promise<void> => {
  const definition = await readDefinition(file);
  const { applyDataset: registered } = await client.request(applyDatasetDocument, { definition });
  output.result(registered, () => registeredText(registered));
};

export const listDatasets = async ({ client, output }: CommandContext): Promise<void> => {
  const { datasets } = await client.request(datasetsDocument, {});
  output.result(datasets, () => datasets.length === 0
    ? 'No datasets yet. Add one with `waybill dataset add SCHEMA.TABLE` or `waybill dataset apply FILE.json`.'
    : textTable(
      [{ title: 'dataset' }, { title: 'table' }, { title: 'version', align: 'right' }, { title: 'fields', align: 'right' }, { title: 'key' }],
      datasets.map((dataset) => [dataset.name, tableName(dataset), String(dataset.version), String(dataset.fields.length),
        dataset.fields.filter((field) => field.key).map((field) => field.name).join(', ')])));
};

const fieldFlags = (field: DatasetFieldsFragment['fields'][number]): string => [
  ...(field.key ? ['key'] : []), ...(field.required ? ['required'] : []), ...(field.readOnly ? ['read only'] : []), ...(field.hasDefault ? ['has a default'] : []),
].join(', ');

const longestDescription = 70;
export const showDataset = async ({ client, output }: CommandContext, name: string): Promise<void> => {
  const { dataset } = await client.request(datasetDocument, { name });
  if (dataset === null) throw new WaybillError('DATASET_UNKNOWN', `There is no dataset ${name}.`);
  output.result(dataset, () => [
    `${dataset.name}, version ${dataset.version}, table ${tableName(dataset)}${dataset.managed ? ' (made by Waybill)' : ''}`,
    ...(dataset.description === '' ? [] : [printable(dataset.description)]),
    textTable(
      [{ title: 'field' }, { title: 'type' }, { title: 'in PostgreSQL' }, { title: '' }, { title: 'description' }],
      dataset.fields.map((field) => [field.name, field.type, field.pgType, fieldFlags(field), shorten(field.description, longestDescription)])),
  ].join('\n'));
};

const cellText = (value: unknown): string => value === null || value === undefined ? '∅' : typeof value === 'string' ? value : JSON.stringify(value);

/** One record, one field a line: records are wider than terminals. */
export const recordText = (record: unknown): string => {
  const entries = Object.entries(typeof record === 'object' && record !== null ? record : {});
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${printable(shorten(cellText(value), 100))}`).join('\n');
};

export interface RecordsOptions { readonly limit?: number; readonly purpose?: string }
export const showRecords = async ({ client, output }: CommandContext, dataset: string, { limit, purpose }: RecordsOptions): Promise<void> => {
  const { records } = await client.request(recordsDocument, { dataset, first: limit ?? 3, purpose: purpose ?? null });
  output.result(records, () => records.length === 0 ? `The dataset ${dataset} has no records.`
    : records.map((record, index) => `Record ${index + 1}\n${indent(recordText(record))}`).join('\n'));
};

export const traceRecord = async ({ client, output }: CommandContext, dataset: string, key: string): Promise<void> => {
  const { traceRecord: origins } = await client.request(traceRecordDocument, { dataset, key });
  output.result(origins, () => origins.length === 0 ? 'No import has made or changed a record with this key.'
    : textTable(
      [{ title: 'committed' }, { title: 'what' }, { title: 'row', align: 'right' }, { title: 'round', align: 'right' }, { title: 'job' }, { title: 'SHA-256 of the file' }],
      origins.map((origin) => [origin.committedAt ?? '', origin.kind, groupDigits(origin.rowNo), String(origin.round), origin.jobId, origin.sha256 ?? ''])));
};

/** `npm run bench -- transforms`: what eight transforms a row cost the row loop of staging, in processor time, against the same rows without them. */
import { datasetDefinitionSchema } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import { planDocumentSchema, type PlanDocument } from '../contracts/plan-document.ts';
import { createStager } from '../core/staging/create-stager.ts';
import { CopyBuffer } from '../core/types/copy-buffer.ts';

const columns = ['id', 'name', 'code', 'address', 'amount', 'day', 'active', 'status', 'country', 'note', 'height', 'city'];
const types: Readonly<Record<string, string>> = { id: 'integer', amount: 'number', day: 'date', active: 'boolean', height: 'number' };
const definition = datasetDefinitionSchema.parse({ name: 'd', fields: columns.map((name) => ({ name, type: types[name] ?? 'text', key: name === 'id' })) });

const steps: Readonly<Record<string, readonly object[]>> = {
  name: [{ fn: 'trim' }, { fn: 'title' }],
  code: [{ fn: 'upper' }],
  address: [{ fn: 'collapse' }],
  amount: [{ fn: 'number', decimal: ',' }],
  day: [{ fn: 'date', formats: ['DD/MM/YYYY'] }],
  active: [{ fn: 'boolean' }],
  status: [{ fn: 'map', table: { abierto: 'open', cerrado: 'closed', archivado: 'archived' }, unknown: 'quarantine' }],
  country: [{ fn: 'country' }],
};

const planOf = (transformed: boolean): PlanDocument => planDocumentSchema.parse({
  schemaVersion: 1, engineVersion: 'bench', dataset: 'd', datasetVersion: 1,
  parse: { format: 'csv', encoding: 'utf-8', delimiter: ';', quote: '"', escape: 'double', preambleLines: 0, header: false, columns, dataStartByte: 0, dataStartLine: 1 },
  mapping: columns.map((field, column) => ({ field, columns: [column], by: 'exact_name', ...(transformed && steps[field] !== undefined ? { transforms: steps[field] } : {}), ...(field === 'day' ? { date: { order: 'dmy', source: 'evidence' } } : {}) })),
  key: ['id'], mode: 'upsert', duplicates: 'last', onError: 'quarantine', limits: { maxErrors: null, maxErrorPercent: null }, zone: 'UTC',
});

const pad = (n: number): string => String(n).padStart(2, '0');
const names = ['MARIA GARCIA', 'JOSÉ LÓPEZ ', 'ana maria ruiz', 'PEDRO GOMEZ'], states = ['abierto', 'cerrado', 'archivado'], countries = ['España', 'México', 'France', 'Deutschland'];

/** The same file both ways: where there are no transforms, cells are as their fields read them. */
const fileOf = (foreign: boolean, first: number, count: number): Buffer => {
  const lines: string[] = [];
  for (let i = first; i < first + count; i += 1)
    lines.push([
      i, `${names[i % 4] ?? ''} ${i}`, `ab-${i}`, `Calle Mayor ${i},${i % 10 === 0 ? '  ' : ' '}piso ${i % 9}`, foreign ? `${1 + (i % 900)}.${String(i % 1000).padStart(3, '0')},${pad(i % 100)}` : `${1 + (i % 900)}${String(i % 1000).padStart(3, '0')}.${pad(i % 100)}`,
      `${pad(1 + (i % 28))}/${pad(1 + (i % 12))}/${1950 + (i % 75)}`, foreign ? (i % 2 === 0 ? 'Sí' : 'No') : (i % 2 === 0 ? 'yes' : 'no'), states[i % 3] ?? '', countries[i % 4] ?? '', `Some note of record ${i}`, `${i % 200}.5`, `City ${i % 500}`,
    ].join(';'));
  return Buffer.from(`${lines.join('\n')}\n`);
};

const chunkRows = 100_000;
const measure = (rows: number, transformed: boolean): number => {
  const plan = planOf(transformed), out = new CopyBuffer(512 * 1024);
  let used = 0, rejected = 0;
  for (let first = 0; first < rows; first += chunkRows) {
    const bytes = fileOf(transformed, first, Math.min(chunkRows, rows - first));
    const before = process.cpuUsage();
    // As runChunk does it: lanes are made for each chunk.
    const stager = createStager(plan, definition);
    stager.begin(bytes, { firstRow: first + 1, firstLine: first + 1 });
    for (let more = true; more;) { out.truncate(0); more = stager.fill(out, 256 * 1024); }
    const { user, system } = process.cpuUsage(before);
    used += user + system;
    rejected += stager.counts.rowsQuarantined;
  }
  if (rejected > 0) throw new WaybillError('BOOKS_UNBALANCED', 'Rows of the bench were rejected.', { rejected });
  return used / 1e6;
};

const best = (rows: number, transformed: boolean): number => Math.min(...Array.from({ length: 3 }, () => measure(rows, transformed)));

export const runTransformBench = (rows: number): string => {
  // The first run compiles.
  measure(chunkRows, true);
  const plain = best(rows, false), changed = best(rows, true);
  const each = ((changed - plain) / rows / Object.keys(steps).length) * 1e9;
  return `${rows} rows × ${columns.length}: ${plain.toFixed(2)} s of processor without transforms, ${changed.toFixed(2)} s with eight (${((changed / plain - 1) * 100).toFixed(0)} % more, ${each.toFixed(0)} ns a transformed field)`;
};

/** The examples of rules of rows in docs/validation.md, through the stager of an import. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { planDocumentSchema } from '../../contracts/plan-document.ts';
import { qualityChecks } from '../../contracts/rules.ts';
import { createStager } from '../../core/staging/create-stager.ts';
import { CopyBuffer } from '../../core/types/copy-buffer.ts';
import { checkTreatment } from '../../core/validation/check-treatment.ts';
import { dayOfJob } from '../../core/validation/day-of-job.ts';

const page = readFileSync(new URL('../../docs/validation.md', import.meta.url), 'utf8');
const [, signature = ''] = /The examples load into `cases\((.*?)\)`/.exec(page) ?? [];
const definition = datasetDefinitionSchema.parse({ name: 'cases', fields: signature.split(', ').map((field) => { const [name, type] = field.split(' '); return { name, type, key: name === 'case_id' }; }) });

interface Example { readonly treatment: Readonly<Record<string, unknown>>; readonly file: string; readonly found: string }
const examples: readonly Example[] = [...page.matchAll(/```json row-rules\n(.*?)\n```\n```text rows\n(.*?)\n```\n```text found\n(.*?)\n```/gs)]
  .map(([, json = '', file = '', found = '']) => ({ treatment: JSON.parse(json) as Readonly<Record<string, unknown>>, file, found }));

const judged = ({ treatment, file }: Example): string => {
  const columns = (file.split('\n')[0] ?? '').split(','), bytes = Buffer.from(`${file}\n`), start = bytes.indexOf(10) + 1;
  const plan = planDocumentSchema.parse({
    schemaVersion: 1, engineVersion: 'test', dataset: 'cases', datasetVersion: 1, ...treatment,
    parse: { format: 'csv', encoding: 'utf-8', delimiter: ',', quote: '"', escape: 'double', preambleLines: 0, header: true, columns, dataStartByte: start, dataStartLine: 2 },
    mapping: definition.fields.flatMap(({ name }) => (columns.includes(name) ? [{ field: name, columns: [columns.indexOf(name)], by: 'exact_name' }] : [])),
    key: ['case_id'], mode: 'upsert', duplicates: 'last', onError: 'quarantine', limits: { maxErrors: null, maxErrorPercent: null }, zone: 'UTC',
  });
  checkTreatment(definition, plan);
  const stager = createStager(plan, definition, { today: dayOfJob(new Date('2024-06-01T12:00:00Z'), 'UTC') }), out = new CopyBuffer();
  stager.begin(bytes.subarray(start), { firstRow: 1, firstLine: 2 });
  while (stager.fill(out, out.length + 1));
  const { rowsStaged, rowsQuarantined, rowsFiltered } = stager.counts;
  return [
    ...stager.issues.map(({ rowNo, code, field, rule, severity }) => `row ${rowNo}: ${code} ${field ?? '-'} (${rule ?? '-'}, ${severity})`),
    `${rowsStaged} accepted, ${rowsQuarantined} rejected, ${rowsFiltered} filtered`,
  ].join('\n');
};

describe('docs/validation.md, row by row', () => {
  it.each(examples.map((example, index) => [index + 1, example] as const))('finds what example %i says', (_, example) => { expect(judged(example)).toBe(example.found); });

  it('shows every check of quality that is asked of a row', () => {
    expect(examples.length).toBeGreaterThanOrEqual(4);
    const shown = JSON.stringify(examples.map(({ treatment }) => treatment));
    expect(qualityChecks.filter((check) => check !== 'outlier' && !shown.includes(`"${check}"`))).toEqual([]);
  });
});

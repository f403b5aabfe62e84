/** Codes of a field with a list of values, as docs/mapping.md says: shown, written to a file that a person looks through, and imported by it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { csvOf, expectBooks, startOperator } from '../support/operator.ts';
import type { Operator } from '../support/operator.ts';

let operator: Operator;
beforeAll(async () => { operator = await startOperator({ threads: 1 }); });
afterAll(() => operator.close());

it('are shown for a person, written as steps of a mapping, and loaded by them; what nobody knows is quarantined', async () => {
  await operator.json('dataset', 'apply', await operator.file('cases.json', JSON.stringify({
    name: 'cases', fields: [{ name: 'case_id', type: 'code', key: true, required: true }, { name: 'status', type: 'enum', values: ['open', 'closed'], description: 'Status of the case.' }],
  })));
  const file = await operator.file('casos.csv', csvOf('case_id,status', [['K-1', 'OPEN'], ['K-2', 'Cerrado'], ['K-3', 'Cerrado'], ['K-4', 'zxq'], ['K-5', 'open']]));
  const plain = await operator.json<Record<string, unknown>>('map', file, '--dataset', 'cases');
  expect(Object.keys(plain).sort()).toEqual(['auto', 'combine', 'confidence', 'file', 'mapping', 'unmapped']);
  const shown = await operator.json<{ readonly values: Readonly<Record<string, readonly { readonly code: string; readonly to: string | null; readonly exact: boolean }[]>> }>('map', file, '--dataset', 'cases', '--values');
  expect(shown.values['status']?.map(({ code, to, exact }) => [code, to, exact])).toEqual([['Cerrado', 'closed', false], ['OPEN', 'open', true], ['zxq', null, false]]);

  const mapping = join(operator.folder, 'casos.mapping.json');
  expect((await operator.stack.waybill('map', file, '--dataset', 'cases', '--values', '--write-mapping', mapping)).code).toBe(0);
  expect(JSON.parse(await readFile(mapping, 'utf8'))).toMatchObject({ map: [{ field: 'status', transforms: [{ fn: 'map', unknown: 'quarantine' }] }] });
  const answer = await operator.load(file, 'cases', '--mapping', mapping);
  expectBooks(answer, { read: 5, created: 4, quarantined: 1 });
  expect((await operator.issues(answer.jobId)).map(({ rowNo, code }) => [rowNo, code])).toEqual([[4, 'VALUE_UNKNOWN']]);
  expect(await operator.sql('select status, count(*)::int as n from registry.cases group by status order by status')).toEqual([{ status: 'closed', n: 2 }, { status: 'open', n: 2 }]);
});

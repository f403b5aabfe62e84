/* eslint-disable @typescript-eslint/no-unsafe-member-access -- what a test reads is what its own query asked for */
/** Value maps over GraphQL: codes only for whoever asks for them, with an audit event that has none of them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAudit } from '../../db/audit.ts';
import { createApiBench, uploadText, type ApiBench } from '../support/api-bench.ts';

let bench: ApiBench;
beforeAll(async () => { bench = await createApiBench(); });
afterAll(() => bench.close());

it('are proposed for the codes that a field does not take, and audited without a code when they are asked for', async () => {
  const definition = { name: 'cases', description: 'Cases.', fields: [{ name: 'case_id', type: 'code', key: true, required: true }, { name: 'status', type: 'enum', values: ['open', 'closed'], description: 'Status of the case.' }] };
  await bench.ask('mutation ($d: JSON!) { applyDataset(definition: $d) { changed } }', { d: definition });
  const sha256 = await uploadText(bench, ['case_id,status', 'K-1,OPEN', 'K-2,Cerrado', 'K-3,Cerrado', 'K-4,zxq', 'K-5,open', 'K-6,open'].join('\n'));
  const reads = async () => (await readAudit(bench.deps.pool, { org: null, afterSeq: 0, limit: 10_000 })).filter(({ action }) => action === 'codes.read');
  expect((await bench.ask('query ($s: String!) { proposeMapping(sha256: $s, dataset: "cases") { answer } }', { s: sha256 })).errors).toEqual([]);
  expect(await reads()).toEqual([]);
  const answer = await bench.ask('query ($s: String!) { proposeMapping(sha256: $s, dataset: "cases", purpose: "looking") { valueMaps { no column field codes { code to exact } step } } }', { s: sha256 });
  expect(answer.errors).toEqual([]);
  expect(answer.data.proposeMapping.valueMaps).toEqual([{ no: 2, column: 'status', field: 'status', codes: [{ code: 'Cerrado', to: 'closed', exact: false }, { code: 'OPEN', to: 'open', exact: true }, { code: 'zxq', to: null, exact: false }],
    step: { fn: 'map', unknown: 'quarantine', fold: true, table: { open: 'open', closed: 'closed', Cerrado: 'closed', OPEN: 'open' } } }]);
  const [event] = await reads();
  expect(JSON.stringify(event)).toContain('looking');
  expect(JSON.stringify(event)).not.toMatch(/Cerrado|zxq/);
});

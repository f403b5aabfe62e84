/** Transforms from the command line to the API: a mapping file, a preview, and refusals with their places. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../cli/api-client.ts';
import { runImport } from '../../cli/import-command.ts';
import type { Output } from '../../cli/output.ts';
import { parseMap } from '../../cli/parse-options.ts';
import { previewMap } from '../../cli/preview-map-command.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { applyPeople, createApiBench, testToken, type ApiBench } from '../support/api-bench.ts';

let bench: ApiBench, client: ApiClient, file: string;
beforeAll(async () => {
  bench = await createApiBench();
  await applyPeople(bench);
  client = new ApiClient({ url: await bench.open(), token: testToken, receiptsFolder: bench.folder, keysFolder: bench.folder, local: false });
  file = join(bench.folder, 'people.csv');
  await writeFile(file, 'Nr;Nombre;Apellido\n1.001;  ana ;RUIZ\nx;luz;GÓMEZ\n');
});
afterAll(() => bench.close());

const written: string[] = [];
const output: Output = { json: false, print: (text) => { written.push(text); }, printJson: () => undefined, result: (_, human) => { written.push(human()); }, note: () => undefined };
const mappingFile = async (document: unknown): Promise<string> => {
  const path = join(bench.folder, `mapping-${Math.random()}.json`);
  await writeFile(path, typeof document === 'string' ? document : JSON.stringify(document));
  return path;
};
const refusal = async (work: Promise<unknown>): Promise<string> => work.then(() => 'accepted', (error: unknown) => {
  if (isWaybillError(error)) return `${error.code} ${String(error.place['at'])}`;
  throw error;
});

const map = [
  { columns: ['Nr'], field: 'id', transforms: [{ fn: 'number', decimal: ',' }] },
  { columns: ['Nombre', 'Apellido'], field: 'name', transforms: [{ fn: 'trim' }, { fn: 'join' }] },
];

describe('a mapping file', () => {
  it('is previewed with before, after and issues in words, and entries of the command line in place of its own', async () => {
    written.length = 0;
    await previewMap({ client, output }, file, { dataset: 'people', mapping: await mappingFile({ map }), map: [parseMap('Nombre+Apellido=name|trim|title|join')] });
    const text = written.join('\n');
    expect(text).toMatch(/name +text +Nombre \+ Apellido +trim \| title \| join +operator/);
    expect(text).toMatch(/1 +id +1\.001 +1001/);
    expect(text).toMatch(/1 +name + {3}ana {2}\+ RUIZ +Ana Ruiz/);
    expect(text).toMatch(/2 +id +x +TRANSFORM_NUMBER_INVALID/);
    expect(text).toContain('1 of these 2 rows would be rejected.');
    expect(text).toContain('TRANSFORM_NUMBER_INVALID: Not a number in the notation that the mapping names.');
  });

  it('starts an import that pins its transforms', async () => {
    const started = await runImport(client, { file, dataset: 'people', mapping: await mappingFile({ map }), detach: true }, { output });
    const { rows: [job] } = await bench.deps.pool.query<{ request: { map: unknown } }>('select request from waybill.jobs where job_id = $1', [started.result.jobId]);
    expect(job?.request.map).toMatchObject([{ field: 'id', transforms: [{ fn: 'number', decimal: ',', percent: 'divide' }] }, { field: 'name', transforms: [{ fn: 'trim' }, { fn: 'join', separator: ' ' }] }]);
  });

  it('is refused at its place: by the command what it cannot send, by the API what cannot be used', async () => {
    const withFile = async (document: unknown): Promise<string> => refusal(runImport(client, { file, dataset: 'people', mapping: await mappingFile(document), detach: true }, { output }));
    expect(await withFile('{"map": [')).toBe('OPTION_INVALID ');
    expect(await withFile({ maps: [] })).toBe('OPTION_INVALID ');
    expect(await withFile({ map: [{ field: 'id', column: 'Nr' }] })).toBe('OPTION_INVALID map[0]');
    expect(await withFile({ map: [{ field: 'id', columns: 'Nr' }] })).toBe('OPTION_INVALID map[0].columns');
    expect(await withFile({ map: [...map, { field: 'id', columns: ['Nr'], transforms: [{ fn: 'trim' }, { fn: 'eval' }] }] })).toBe('TRANSFORM_INVALID map[2].transforms[1]');
    expect(await withFile({ map: [{ field: 'id', columns: ['Nr'], transforms: [{ fn: 'boolean' }] }] })).toBe('TRANSFORM_INVALID map[0].transforms[0]');
    expect(await withFile({ map: [{ field: 'name', columns: ['Nr', 'Nombre'], transforms: [{ fn: 'trim' }] }] })).toBe('TRANSFORM_INVALID map[0].transforms');
    expect(await refusal(runImport(client, { file, dataset: 'people', mapping: join(bench.folder, 'none.json') }, { output }))).toBe('FILE_UNREADABLE undefined');
    expect(await refusal(previewMap({ client, output }, file, { dataset: 'people', map: [parseMap('Nr=id|replace')] }))).toBe('TRANSFORM_INVALID map[0].transforms[0].pattern');
  });
});

/** docs/templates.md as an operator would do it: its files, its commands, in their order; then what the page says of a template's file and of two lists as they are published. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { templateFileSchema } from '../../contracts/template.ts';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { expectBooks, startOperator, untilTrue, type Operator } from '../support/operator.ts';

let operator: Operator;
beforeAll(async () => { operator = await startOperator({ threads: 1 }); });
afterAll(() => operator.close());

const page = readFileSync(join(checkoutFolder, 'docs', 'templates.md'), 'utf8');
const fenced = [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => ({ language: match[1] ?? '', text: match[2] ?? '' }));
const blocks = (language: string): readonly string[] => fenced.filter((block) => block.language === language).map(({ text }) => text);
const commands = blocks('').flatMap((block) => block.trim().split('\n')).map((line) => line.replace(/^waybill /, ''));
const wordsOf = (command: string): readonly string[] => [...command.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');

interface Drift { readonly kind: string; readonly column: string | null; readonly was: string | null; readonly fields: readonly string[]; readonly handling: string }
interface Shown { readonly state: string; readonly template: { readonly name: string; readonly version: number; readonly by: string; readonly overruled: readonly string[] } | null; readonly drift: readonly Drift[] }
interface Change { readonly at: string; readonly change: string; readonly from?: unknown; readonly to?: unknown }

describe('the story of docs/templates.md', () => {
  let job = '';
  /** As the page has it, but for where the files lie and which job it was. */
  const run = async (command: string) => {
    const words = wordsOf(command).map((word) => (word === 'JOB' ? job : word.endsWith('.csv') ? join(operator.folder, word) : word));
    const result = await operator.stack.waybill(...words, '--json');
    const answer = (result.stdout.trim() === '' ? {} : JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '{}')) as Record<string, unknown>;
    if (words[0] === 'import') job = String(answer['jobId']);
    return { code: result.code, answer };
  };
  const shown = () => operator.json<Shown>('job', job);

  it('goes as it is told', async () => {
    const [first, saved, inspected, second, waiting, looked, confirmed, watched, savedAgain, diffed] = commands;
    for (const [index, name] of ['january.csv', 'february.csv', 'march.csv'].entries()) await operator.file(name, blocks('csv')[index] ?? '');
    await operator.json('dataset', 'apply', await operator.file('licences.json', blocks('json')[0] ?? ''));
    expect(await run(first ?? '')).toMatchObject({ code: 0, answer: { books: { created: 4 } } });
    expect(await run(saved ?? '')).toMatchObject({ code: 0, answer: { changed: true, template: { name: 'licences-dgt', version: 1, partner: 'dgt', visibility: 'private' } } });

    expect((await run(inspected ?? '')).answer['templates']).toEqual([{ name: 'licences-dgt', version: 1, partner: 'dgt', fit: 'exact' }]);
    expect(await run(second ?? '')).toMatchObject({ code: 0, answer: { books: { created: 3 }, template: { name: 'licences-dgt', version: 1, by: 'recognised', drift: [] } } });
    expect(await operator.sql(`select kind, issued_on::text from registry.licences where licence_no = 'L-105'`)).toEqual([{ kind: 'B1', issued_on: '2024-02-07' }]);
    expect(await operator.json('job', job)).toMatchObject({ partner: 'dgt' });

    expect(await run(waiting ?? '')).toMatchObject({ code: 0 });
    await untilTrue('the job asks', async () => (await shown()).state === 'awaiting_mapping');
    expect((await shown()).drift.map(({ kind, column, was, handling }) => [kind, column, was, handling])).toEqual([['renamed', 'Fecha expedición', 'Fecha de expedición', 'ask'], ['new', 'Provincia', null, 'accept']]);
    expect((await run(looked ?? '')).answer['question']).toMatchObject({ kind: 'drift', proposed: [{ field: 'issued_on', columns: ['Fecha expedición'] }], drift: [{ kind: 'renamed', column: 'Fecha expedición' }] });
    const told = await operator.stack.waybill('job', job);
    expect(told.stdout).toMatch(/renamed +#3 Fecha expedición +#3 Fecha de expedición +issued_on +asked/);
    expect(told.stdout).toMatch(/Proposed in their place\n.*\n +Fecha expedición +issued_on/);
    expect(told.stdout).toContain(`waybill confirm ${job} --accept`);
    expect(await run(confirmed ?? '')).toMatchObject({ code: 0, answer: { answer: 'heard' } });
    expect(await run(watched ?? '')).toMatchObject({ code: 0, answer: { books: { created: 3 }, template: { name: 'licences-dgt', version: 1 } } });
    expect(await operator.sql(`select issued_on::text from registry.licences where licence_no = 'L-108'`)).toEqual([{ issued_on: '2024-03-01' }]);
    expect(await run(savedAgain ?? '')).toMatchObject({ code: 0, answer: { template: { version: 2 } } });
    const changes = (await run(diffed ?? '')).answer as unknown as readonly Change[];
    expect(changes).toContainEqual(expect.objectContaining({ at: 'mapping[issued_on].columns', change: 'changed', from: ['Fecha de expedición'], to: ['Fecha expedición'] }));
    expect(changes).toContainEqual(expect.objectContaining({ at: 'source.columns[Provincia]', change: 'added' }));
    expect(commands.length).toBe(10);
  });

  it('and the next one has what the file of a template, options and names are for', async () => {
    const exported = await operator.json<unknown>('template', 'export', 'licences-dgt');
    expect(templateFileSchema.parse(exported)).toEqual(exported);
    const path = await operator.file('template.json', JSON.stringify(exported));
    expect(await operator.json('template', 'import', path)).toMatchObject({ changed: false });
    expect(await operator.json('template', 'import', path, '--name', 'licences-two', '--shared')).toMatchObject({ changed: true, template: { version: 2, visibility: 'shared' } });
    expect(await operator.json('template', 'copy', 'licences-dgt@1', 'licences-nrw', '--partner', 'nrw')).toMatchObject({ template: { version: 1, partner: 'nrw' } });
    expect((await operator.json<readonly { name: string }[]>('template', 'list', '--dataset', 'licences')).map(({ name }) => name)).toEqual(['licences-dgt', 'licences-nrw', 'licences-two']);
    expect(await operator.json('template', 'unshare', 'licences-two')).toMatchObject({ visibility: 'private' });
    expect(await operator.json('template', 'share', 'licences-two')).toMatchObject({ visibility: 'shared' });
    expect(await operator.json('template', 'diff', 'licences-dgt', 'licences-two')).toEqual([]);
    const next = await operator.file('april.csv', 'Nr.;Titular;Fecha expedición;Cl.;Provincia\nL-111;Rosa Mora;01/04/2024;b1;Soria\nL-112;Hugo Sanz;13/04/2024;a;Cuenca\n');
    const several = await operator.load(next, 'licences');
    expect(several).toMatchObject({ code: 6, error: { code: 'TEMPLATE_AMBIGUOUS', place: { templates: ['licences-dgt', 'licences-two'] } } });
    // Neither the dataset nor the partner need be said.
    const named = await operator.stack.waybill('import', next, '--template', 'licences-dgt@2', '--zone', 'Europe/Madrid', '--json');
    const answer = JSON.parse(named.stdout) as { readonly jobId: string };
    expect(answer).toMatchObject({ books: { created: 2 }, template: { name: 'licences-dgt', version: 2, by: 'asked', overruled: ['zone'], drift: [] } });
    expect(await operator.json('job', answer.jobId)).toMatchObject({ partner: 'dgt', dataset: 'licences' });
    expect((await operator.stack.waybill('template', 'show', 'licences-dgt')).stdout).toMatch(/issued_on +Fecha expedición/);
    expect(await operator.json('template', 'remove', 'licences-two')).toEqual({ name: 'licences-two', removed: true });
    expect((await operator.stack.waybill('template', 'show', 'licences-two')).code).toBe(6);
    expect((await operator.stack.waybill('import', next, '--template', 'licences-dgt', '--no-template')).code).toBe(2);
    // Wrong use, as an option that is missing: the file is not sent.
    expect((await operator.stack.waybill('import', next)).code).toBe(2);
  });
});

const shared = join(checkoutFolder, '..', 'shared', 'data');
const denied = join(shared, 'bis_denied_persons.txt');
describe.skipIf(!existsSync(denied))('the Denied Persons List (../shared is there)', () => {
  it('is known at its second delivery, its template saved from a dry run; with a column gone it is caught', async () => {
    await operator.json('dataset', 'apply', join(checkoutFolder, 'examples', 'denied-persons.dataset.json'));
    const tried = await operator.load(denied, 'denied_persons', '--dry-run', '--partner', 'bis');
    expectBooks(tried, { read: 546, created: 543, duplicate: 3 });
    await operator.json('template', 'save', 'denied', '--from', tried.jobId, '--shared');
    expect((await operator.json<Shown>('job', (await operator.load(denied, 'denied_persons')).jobId)).template).toMatchObject({ name: 'denied', by: 'recognised' });
    const text = await readFile(denied, 'utf8');
    const second = join(operator.folder, 'second.txt');
    await writeFile(second, text.split('\n').filter((_, line) => line !== 3).join('\n'));
    expect(await operator.load(second, 'denied_persons')).toMatchObject({ code: 0, books: { read: 545, created: 0 } });
    const drifted = join(operator.folder, 'drifted.txt');
    await writeFile(drifted, text.split('\n').map((line) => line.split('\t').slice(1).join('\t')).join('\n'));
    const { jobId } = await operator.load(drifted, 'denied_persons', '--detach');
    await untilTrue('it asks', async () => (await operator.json<Shown>('job', jobId)).state === 'awaiting_mapping');
    expect((await operator.json<Shown>('job', jobId)).drift).toContainEqual(expect.objectContaining({ kind: 'missing', handling: 'ask' }));
    await operator.json('cancel', jobId);
  });
});

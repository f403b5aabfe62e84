/**
 * Three published lists of persons land in one dataset, as an operator would do it: the UN list (XML), the OFAC list (no header, only its individuals)
 * and the Denied Persons List (no id, so a derived key). Each is mapped once and kept as a template; the second delivery of each asks nothing,
 * and a drifted one is caught. By the command and by the public API.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { isFinal } from '../../contracts/job-states.ts';
import type { JobState } from '../../contracts/job-states.ts';
import type { Books } from '../../contracts/books.ts';
import { expectBooks, startOperator, untilTrue } from '../support/operator.ts';
import type { ImportAnswer, Operator } from '../support/operator.ts';

const shared = join(checkoutFolder, '..', 'shared', 'data');
const example = (name: string): string => join(checkoutFolder, 'examples', 'persons', name);
const lists = {
  un: { file: join(shared, 'un_consolidated.xml'), template: 'un-individuals', treatment: ['--record-path', 'INDIVIDUALS.INDIVIDUAL', '--mapping', example('un-individuals.mapping.json'), '--rules', example('un-individuals.rules.json')] },
  ofac: { file: join(shared, 'ofac_sdn.csv'), template: 'ofac-individuals', treatment: ['--mapping', example('ofac-individuals.mapping.json'), '--rules', example('ofac-individuals.rules.json')] },
  bis: { file: join(shared, 'bis_denied_persons.txt'), template: 'denied-persons', treatment: ['--mapping', example('denied-persons.mapping.json'), '--rules', example('denied-persons.rules.json')] },
} as const;
type Publisher = keyof typeof lists;

interface Shown {
  readonly template: { readonly name: string; readonly version: number; readonly by: string } | null;
  readonly drift: readonly { readonly kind: string; readonly column: string | null; readonly was: string | null; readonly fields: readonly string[]; readonly handling: string }[];
}

describe.skipIf(!existsSync(shared))('three lists in one dataset (../shared is there)', () => {
  let operator: Operator;
  const first: Partial<Record<Publisher, ImportAnswer>> = {};
  beforeAll(async () => {
    operator = await startOperator({ threads: 1 });
    await operator.json('dataset', 'apply', example('persons.dataset.json'));
  });
  afterAll(() => operator.close());

  const shown = (jobId: string): Promise<Shown> => operator.json<Shown>('job', jobId);
  const listed = async (list: string): Promise<number> => Number((await operator.sql<{ n: string }>('select count(*) as n from registry.persons where list = $1', [list]))[0]?.n);
  const headers = (): Record<string, string> => ({ authorization: `Bearer ${operator.stack.token}` });
  const ask = async <Answer>(query: string, variables: object = {}): Promise<Answer> => {
    const response = await fetch(`${operator.stack.api}/graphql`, { method: 'POST', headers: { ...headers(), 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) });
    const { data, errors } = await response.json() as { data: Answer; errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  };
  interface JobAnswer { readonly job: { readonly state: JobState; readonly books: Books | null; readonly template: { readonly name: string } | null; readonly fileFindings: readonly { readonly rule: string; readonly verdict: string }[] } }
  /** Sends the file, names the dataset and nothing else, and follows the job to its end. */
  const deliver = async (text: string, fileName: string): Promise<JobAnswer['job']> => {
    const { sha256 } = await (await fetch(`${operator.stack.api}/files`, { method: 'PUT', headers: headers(), body: text })).json() as { sha256: string };
    const { startImport } = await ask<{ startImport: { job: { id: string } } }>('mutation ($input: StartImportInput!, $key: ID!) { startImport(input: $input, idempotencyKey: $key) { job { id } } }',
      { key: randomUUID(), input: { sha256, fileName, dataset: 'persons' } });
    const look = (): Promise<JobAnswer> => ask<JobAnswer>('query ($id: ID!) { job(id: $id) { state books { read created updated unchanged duplicate filtered quarantined excluded pending unreadable } template { name } fileFindings { rule verdict } } }', { id: startImport.job.id });
    await untilTrue('the job ends', async () => isFinal((await look()).job.state), 60_000, 200);
    return (await look()).job;
  };
  const ofacRecords = async (): Promise<readonly (readonly string[])[]> =>
    parse(await readFile(lists.ofac.file), { relax_quotes: true, relax_column_count: true, columns: false }).filter((record) => record.length === 12);
  const quoted = (records: readonly (readonly string[])[]): string => records.map((record) => `${record.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`).join('');

  describe('the first delivery of each', () => {
    it('is tried before it is loaded, and a dry run writes nothing', async () => {
      const { file, treatment } = lists.bis;
      expectBooks(await operator.load(file, 'persons', '--partner', 'bis', ...treatment, '--dry-run'), { read: 546, created: 543, duplicate: 3 });
      expect(await listed('BIS')).toBe(0);
    });

    it('lands, each row in one outcome: 730 individuals, 3,845 of 7,379 records, 543 orders beside three that stand twice', async () => {
      for (const [publisher, { file, treatment }] of Object.entries(lists) as readonly [Publisher, typeof lists[Publisher]][])
        first[publisher] = await operator.load(file, 'persons', '--partner', publisher, ...treatment);
      expectBooks(first.un as ImportAnswer, { read: 730, created: 730 });
      expectBooks(first.ofac as ImportAnswer, { read: 7379, created: 3845, filtered: 3534 });
      expectBooks(first.bis as ImportAnswer, { read: 546, created: 543, duplicate: 3 });
      expect([await listed('UN'), await listed('OFAC'), await listed('BIS')]).toEqual([730, 3845, 543]);
    });

    it('is clean: names in one, days as days, years where no more is known, nothing where the list says nothing', async () => {
      const rows = (where: string) => operator.sql(`select name, birth_date, gender, nationality, programme, listed_on::text, remarks is null as silent from registry.persons where ${where}`);
      expect(await rows(`list = 'UN' and list_id = '6907993'`)).toEqual([{ name: 'ERIC BADEGE', birth_date: '1971', gender: 'male', nationality: 'Democratic Republic of the Congo', programme: 'DRC', listed_on: '2012-12-31', silent: false }]);
      // Published as 2015-04-07-04:00.
      expect(await rows(`list = 'UN' and list_id = '6908452'`)).toMatchObject([{ listed_on: '2015-04-07' }]);
      expect(await rows(`list = 'OFAC' and list_id = '26235'`)).toMatchObject([{ name: 'MALKEVICH, Alexander Aleksandrovich', birth_date: '1975-06-14', programme: 'CYBER2', silent: false }]);
      expect(await operator.sql(`select count(*)::int as n from registry.persons where programme like '-0-%' or remarks like '-0-%'`)).toEqual([{ n: 0 }]);
      expect(await operator.sql(`select listed_on::text, valid_until::text, length(list_id) as digits from registry.persons where list = 'BIS' and name = 'AARON ROBERT HENDERSON'`))
        .toEqual([{ listed_on: '2010-05-28', valid_until: '2019-09-18', digits: 64 }]);
    });

    it('is kept as a template', async () => {
      for (const [publisher, { template }] of Object.entries(lists) as readonly [Publisher, typeof lists[Publisher]][])
        expect(await operator.json('template', 'save', template, '--from', first[publisher]?.jobId ?? '')).toMatchObject({ changed: true, template: { name: template, version: 1, partner: publisher, dataset: 'persons' } });
      const { templates } = await ask<{ templates: readonly { name: string; visibility: string }[] }>('query { templates { name visibility } }', {});
      expect(templates.map(({ name }) => name).sort()).toEqual(['denied-persons', 'ofac-individuals', 'un-individuals']);
    });
  });

  describe('the second delivery of each needs no wizard', () => {
    const recognised = async (answer: ImportAnswer, name: string): Promise<void> => {
      expect((await shown(answer.jobId)).template).toMatchObject({ name, version: 1, by: 'recognised' });
    };

    it('the UN list: one person less, one name corrected, and other children first', async () => {
      const text = await readFile(lists.un.file, 'utf8');
      const start = text.indexOf('<INDIVIDUAL>'), end = text.indexOf('</INDIVIDUAL>') + '</INDIVIDUAL>'.length;
      const path = await operator.file('un-2.xml', `${text.slice(0, start)}${text.slice(end).trimStart()}`.replace('<SECOND_NAME>BWAMBALE<', '<SECOND_NAME>BWAMBALE-KAKOLELE<'));
      const answer = await operator.load(path, 'persons');
      expectBooks(answer, { read: 729, updated: 1, unchanged: 728 });
      await recognised(answer, 'un-individuals');
    });

    it('the OFAC list, without a header and with other quotes', async () => {
      const added = ['99001', 'DOE, Jane', 'individual', 'TEST', ...Array<string>(7).fill('-0- '), 'DOB 1970.'];
      const path = await operator.file('ofac-2.csv', quoted([...(await ofacRecords()).slice(1), added]));
      const answer = await operator.load(path, 'persons');
      expectBooks(answer, { read: 7379, created: 1, unchanged: 3845, filtered: 3533 });
      await recognised(answer, 'ofac-individuals');
    });

    it('the denied persons, started over the API', async () => {
      const lines = (await readFile(lists.bis.file, 'utf8')).split(/\r?\n/).slice(0, 401);
      const job = await deliver(`${lines.join('\n')}\n`, 'denied-2.txt');
      expect(job).toMatchObject({ state: 'completed', template: { name: 'denied-persons' }, fileFindings: [{ rule: 'about_as_many_as_ever', verdict: 'holds' }] });
      expect(job.books).toMatchObject({ read: 400, created: 0, updated: 0, quarantined: 0 });
    });
  });

  describe('a delivery that drifted is caught before anything is written', () => {
    const stateOf = async (jobId: string): Promise<JobState> => (await ask<{ job: { state: JobState } }>('query ($id: ID!) { job(id: $id) { state } }', { id: jobId })).job.state;
    /** The job waits for a person, and names what differs. */
    const expectDrift = async (path: string, drift: unknown): Promise<string> => {
      const { jobId } = await operator.load(path, 'persons', '--detach');
      await untilTrue('it asks', async () => !['received', 'detecting'].includes(await stateOf(jobId)), 60_000, 100);
      expect(await stateOf(jobId)).toBe('awaiting_mapping');
      const differs = (await shown(jobId)).drift.filter(({ fields, handling }) => fields.length > 0 || handling !== 'accept');
      expect(differs.map(({ kind, fields, handling }) => `${kind} ${fields.join(', ')} ${handling}`)).toEqual(drift);
      return jobId;
    };

    it('a list of which only a piece arrived', async () => {
      const lines = (await readFile(lists.bis.file, 'utf8')).split(/\r?\n/).slice(0, 101);
      const answer = await operator.load(await operator.file('denied-piece.txt', `${lines.join('\n')}\n`), 'persons');
      expect([answer.state, answer.error?.code]).toEqual(['refused', 'FILE_RULES_BROKEN']);
    });

    it('two columns that changed places, in a file without names', async () => {
      const swapped = (await ofacRecords()).map(([id = '', name = '', ...rest]) => [name, id, ...rest]);
      const jobId = await expectDrift(await operator.file('ofac-swapped.csv', quoted(swapped)), ['retyped list_id ask', 'retyped name ask']);
      expect((await operator.stack.waybill('cancel', jobId)).code).toBe(0);
      await untilTrue('it is cancelled', async () => await stateOf(jobId) === 'cancelled');
    });

    it('a column more, in a file without names', async () => {
      const shifted = (await ofacRecords()).map(([id = '', ...rest]) => [id, 'x', ...rest]);
      await expectDrift(await operator.file('ofac-shifted.csv', quoted(shifted)), expect.arrayContaining([expect.stringMatching(/ ask$/)]));
    });

    it('columns with other names', async () => {
      const text = (await readFile(lists.bis.file, 'utf8')).replace('"Effective_Date"', '"Order_Date"').replace('"Country"', '"Nation"');
      const jobId = await expectDrift(await operator.file('denied-renamed.txt', text), ['renamed country ask', 'renamed listed_on ask']);
      // Who has looked at it takes it so, and the job goes on.
      expect((await operator.stack.waybill('confirm', jobId, '--accept')).code).toBe(0);
      await untilTrue('the job ends', async () => isFinal(await stateOf(jobId)), 60_000, 200);
      const { job } = await ask<JobAnswer>('query ($id: ID!) { job(id: $id) { state books { read created updated unchanged duplicate filtered quarantined excluded pending unreadable } template { name } fileFindings { rule verdict } } }', { id: jobId });
      expect(job).toMatchObject({ state: 'completed', books: { read: 546, created: 0, unchanged: 543, duplicate: 3 } });
    });
  });
});

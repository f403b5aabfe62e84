/** A load policy as an operator says it: in the file of `--rules`, over the command, the API, the engine and the database. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectBooks, startOperator, type Operator } from '../support/operator.ts';

let operator: Operator;
beforeAll(async () => { operator = await startOperator({ threads: 1 }); });
afterAll(() => operator.close());

it('a partner’s update leaves what it does not know, fills what was missing, empties what it says, and does not go back in time', async () => {
  await operator.table('contacts', 'id text primary key, name text not null, phone text, city text, seen date, score numeric');
  const first = await operator.file('first.csv', 'id,name,phone,city,seen,score\n1,Ana,555,Lima,2024-03-01,5.25\n2,Eva,,Cusco,2024-03-01,\n3,Luz,777,,2024-03-01,7\n');
  expectBooks(await operator.load(first, 'contacts'), { read: 3, created: 3 });

  const rules = await operator.file('policy.json', JSON.stringify({
    loadPolicy: { conflict: 'newest', newestBy: 'seen', clearToken: '<none>', fields: { phone: { empty: 'fill' }, score: { conflict: 'more_precise' } } },
  }));
  const update = await operator.file('update.csv', [
    'id,name,phone,city,seen,score', '1,,556,Arequipa,2024-02-01,5.3', '2,Eva María,444,,2024-04-01,8.5', '3,<none>,<none>,Puno,2024-04-01,', '4,,1,,,', '5,Sol,<none>,Tacna,2024-04-01,1', ''].join('\n'));
  const answer = await operator.load(update, 'contacts', '--rules', rules);
  expectBooks(answer, { read: 5, created: 1, updated: 1, unchanged: 1, quarantined: 2 });
  expect((await operator.issues(answer.jobId)).map(({ rowNo, field, code }) => `${rowNo} ${String(field)} ${code}`)).toEqual(['3 name REQUIRED_MISSING', '4 name REQUIRED_MISSING']);
  expect((await operator.sql('select id, name, phone, city, seen::text, score::text from registry.contacts order by id')).map((row) => Object.values(row))).toEqual([
    ['1', 'Ana', '555', 'Lima', '2024-03-01', '5.25'], ['2', 'Eva María', '444', 'Cusco', '2024-04-01', '8.5'], ['3', 'Luz', '777', null, '2024-03-01', '7'], ['5', 'Sol', null, 'Tacna', '2024-04-01', '1']]);
  expect(await operator.json('trace', 'contacts', '2')).toMatchObject([{ jobId: answer.jobId, rowNo: 2, kind: 'updated' }, { rowNo: 2, kind: 'created' }]);

  const wrong = await operator.file('wrong.json', JSON.stringify({ loadPolicy: { fields: { seen: { conflict: 'newest' } } } }));
  const refused = await operator.load(update, 'contacts', '--rules', wrong);
  expect([refused.code === 0, `${refused.stdout}${refused.stderr}`]).toEqual([false, expect.stringMatching(/RULE_INVALID[^]*loadPolicy\.newestBy/)]);
}, 120_000);

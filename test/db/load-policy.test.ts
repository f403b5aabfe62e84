/** Load policies through the real import: what a record becomes is computed here again in plain code, and compared. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plannedJob } from '../../activities/job-for-work.ts';
import { loadTargetOf } from '../../activities/load-target-of.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { conflictPolicies, emptyCellPolicies, loadPolicySchema, type LoadPolicy } from '../../contracts/load-policy.ts';
import { hashDraft } from '../../db/draft.ts';
import { expectedValue, pools, type Cell, type PoolName } from '../support/policy-model.ts';
import { ImportBench, shortBooks } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open({ chunkBytes: 600 }); });
afterAll(() => bench.close());

const names = Object.keys(pools) as readonly PoolName[];
const token = '<none>';
const deciders: readonly PoolName[] = ['day', 'moment', 'wall', 'amount', 'count'];

const empties = fc.constantFrom('keep', 'clear', 'fill', undefined);
const conflicts = fc.constantFrom('file', 'dataset', 'newest', 'more_precise');
type Asked = Omit<LoadPolicy, 'fields'> & { readonly fields: Readonly<Record<string, LoadPolicy['fields'][string]>> };

/** Without what is refused: fill beside a conflict, a decider that does not follow newest. */
const policies: fc.Arbitrary<Asked> = fc.record({
  empty: empties, conflict: conflicts, decider: fc.constantFrom(...deciders), hasToken: fc.boolean(),
  fields: fc.dictionary(fc.constantFrom(...names), fc.record({ empty: empties, conflict: fc.option(conflicts, { nil: undefined }) }), { maxKeys: 8, noNullPrototype: true }),
}).map(({ empty, conflict, decider, hasToken, fields }): Asked => {
  const root = { ...(empty === undefined ? {} : { empty }), conflict: empty === 'fill' ? 'dataset' as const : conflict };
  const own = Object.fromEntries(Object.entries(fields).map(([name, said]) => {
    const fills = (said.empty ?? empty) === 'fill';
    const mine = name === decider ? undefined : said.conflict !== undefined && fills ? 'dataset' as const : said.conflict;
    return [name, {
      ...(said.empty === undefined || name === decider ? {} : { empty: said.empty === 'fill' && root.conflict !== 'dataset' && mine === undefined ? 'keep' as const : said.empty }),
      ...(mine === undefined ? {} : { conflict: mine }),
    }];
  }));
  const newest = root.conflict === 'newest' || Object.values(own).some((said) => said.conflict === 'newest');
  return { ...root, fields: own, ...(newest ? { newestBy: decider } : {}), ...(hasToken ? { clearToken: token } : {}) };
});

interface Pair { readonly stored: Readonly<Record<PoolName, string | null>> | null; readonly row: Readonly<Record<PoolName, Cell>> }
const cellOf = (name: PoolName): fc.Arbitrary<Cell> => fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...pools[name]).map(([cell, value]) => ({ cell, value })) },
  { weight: 2, arbitrary: fc.constant({ cell: '', value: null }) }, { weight: 1, arbitrary: fc.constant({ cell: token, value: null, cleared: true }) });
const storedOf = (name: PoolName): fc.Arbitrary<string | null> =>
  name === 'need' ? fc.constantFrom(...pools[name]).map(([, value]) => value) : fc.option(fc.constantFrom(...pools[name]).map(([, value]) => value), { freq: 4 });
const recordOf = <Value>(of: (name: PoolName) => fc.Arbitrary<Value>) => fc.record(Object.fromEntries(names.map((name) => [name, of(name)])) as Record<PoolName, fc.Arbitrary<Value>>);
const meetings: fc.Arbitrary<readonly Pair[]> = fc.array(fc.record({ stored: fc.option(recordOf(storedOf), { freq: 8 }), row: recordOf(cellOf) }), { minLength: 12, maxLength: 40 });

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const types: Readonly<Record<PoolName, string>> = {
  name: 'text', need: 'text not null', code: 'varchar(60)', amount: 'numeric', price: 'numeric(12,4)', size: 'double precision', count: 'integer', day: 'date',
  moment: 'timestamp with time zone', wall: 'timestamp', place: 'point', tags: 'text[]', data: 'jsonb', state: `text check (state in ('open', 'open again'))`, flag: 'boolean', ref: 'uuid',
};

describe('every policy, for every type, with and without values on both sides', () => {
  it('leaves each record as plain code says, counts it so, and keeps what it was', async () => {
    await bench.adopt('settled', `create table app.settled (id text primary key, ${names.map((name) => `${name} ${types[name]}`).join(', ')})`);
    const all = names.map((name) => `${name}::text`).join(', ');
    await fc.assert(fc.asyncProperty(policies, meetings, fc.constantFrom('upsert', 'update'), async (policy, pairs, mode) => {
      await bench.sql('truncate app.settled; drop table if exists app.settled_before');
      for (const [index, { stored }] of pairs.entries())
        if (stored !== null) await bench.sql(`insert into app.settled values ($1, ${names.map((name, at) => `$${at + 2}::${types[name].replace(/ (not null|check).*/, '')}`).join(', ')})`, [`r${index}`, ...names.map((name) => stored[name])]);
      await bench.sql('create table app.settled_before as select * from app.settled');
      const said = policy.clearToken !== undefined;
      const content = [['id', ...names], ...pairs.map(({ row }, index) => [`r${index}`, ...names.map((name) => (row[name].cleared === true && !said ? '' : row[name].cell))])]
        .map((cells) => `${cells.map(quoted).join(',')}\n`).join('');
      const { jobId, books } = await bench.load('settled', content, { loadPolicy: policy, mode, again: true });

      const outcomes = pairs.map(({ stored, row }) => {
        const cells = Object.fromEntries(names.map((name) => [name, said ? row[name] : { ...row[name], cleared: false }])) as Pair['row'];
        const after = Object.fromEntries(names.map((name) => [name, expectedValue(policy, { name, stored, cells })])) as Record<PoolName, string | null>;
        if (stored === null && mode === 'update' || after.need === null) return { kind: 'quarantined', after: stored } as const;
        if (stored === null) return { kind: 'created', after } as const;
        return { kind: names.every((name) => stored[name] === after[name]) ? 'unchanged' : 'updated', after } as const;
      });
      const count = (kind: string): number => outcomes.filter((outcome) => outcome.kind === kind).length;
      expect(books).toMatchObject({ created: count('created'), updated: count('updated'), unchanged: count('unchanged'), quarantined: count('quarantined') });
      const records = new Map((await bench.sql(`select id, array[${all}] as values from app.settled`)).map(({ id, values }) => [id as string, values as readonly (string | null)[]]));
      expect(records.size).toBe(outcomes.filter(({ after }) => after !== null).length);
      const wrong = outcomes.flatMap(({ kind, after }, index) => names.flatMap((name, at) => {
        const found = records.get(`r${index}`)?.[at] ?? null, wanted = after?.[name] ?? null;
        return found === wanted ? [] : [{ kind, name, was: pairs[index]?.stored?.[name], cell: pairs[index]?.row[name].cell, wanted, found }];
      }));
      expect(wrong).toEqual([]);
      const keysOf = (kind: string): readonly string[] => outcomes.flatMap((outcome, index) => (outcome.kind === kind ? [`r${index}`] : [])).sort();
      const origins = await bench.sql(`select record_key, kind from waybill.record_origins where job_no = (select job_no from waybill.jobs where job_id = $1) order by record_key collate "C"`, [jobId]);
      expect(origins.filter(({ kind }) => kind === 'u').map((row) => row['record_key'])).toEqual(keysOf('updated'));
      expect(origins.filter(({ kind }) => kind === 'c').map((row) => row['record_key'])).toEqual(keysOf('created'));
      expect((await bench.sql(`select i.record_key from waybill.before_images i join app.settled_before b on b.id = i.record_key and to_jsonb(b) = i.image where i.job_id = $1 order by record_key collate "C"`, [jobId]))
        .map((row) => row['record_key'])).toEqual(keysOf('updated'));

      // The same again: nothing is left to do, and nothing is written. But where the deciding field was emptied, any row is newer from now on.
      const decider = policy.newestBy as PoolName | undefined;
      if (decider !== undefined && said && pairs.some(({ row }) => row[decider].cleared === true)) return;
      const again = await bench.load('settled', content, { loadPolicy: policy, mode, again: true });
      expect(again.books).toMatchObject({ created: 0, updated: 0, quarantined: count('quarantined') });
    }), { numRuns: 25, endOnFailure: true });
  }, 180_000);
});

let number = 0;
const adopt = async (columns: string, rows: string): Promise<string> => {
  const name = `met_${number += 1}`;
  await bench.adopt(name, `create table app.${name} (${columns.replaceAll('T(', `app.${name}(`)}); ${rows === '' ? '' : `insert into app.${name} values ${rows}`}`);
  return name;
};
const records = async (name: string): Promise<readonly string[]> =>
  (await bench.sql(`select * from app.${name} order by 1`)).map((row) => Object.values(row).map((value) => (value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value))).join('|'));
const codeOf = async (work: Promise<unknown>): Promise<string> => work.then(() => 'accepted', (error: unknown) => {
  if (isWaybillError(error)) return `${error.code} ${JSON.stringify(error.place)}`;
  throw error;
});

describe('docs/validation.md', () => {
  const page = readFileSync(new URL('../../docs/validation.md', import.meta.url), 'utf8');
  const part = /## Load policy[^]*?(?=\n## |$)/.exec(page)?.[0] ?? '';
  const examples = part.split('```json\n').slice(1).flatMap((block) => {
    const [json = '', rest = ''] = block.split('\n```\n');
    return (rest.split(/^(?:#|```)/m)[0] ?? '').split('\n').filter((line) => line.startsWith('| `')).map((line) => {
      const [before = '', row = '', after = ''] = line.split('|').slice(1).map((cell) => cell.trim().replaceAll('`', ''));
      return { policy: loadPolicySchema.parse(JSON.parse(json)), before, row, after };
    });
  });
  const fieldsOf = (text: string): Readonly<Record<string, string>> => Object.fromEntries(text.split(', ').map((pair) => pair.split('=') as [string, string]));
  it('has examples of every policy', () => {
    expect(examples.length).toBeGreaterThanOrEqual(16);
    for (const word of [...emptyCellPolicies, ...conflictPolicies]) expect(part).toContain(`\`${word}\``);
  });
  it.each(examples.map((example) => [`${JSON.stringify(example.policy)}: ${example.row} on ${example.before}`, example] as const))('%s', async (_, { policy, before, row, after }) => {
    const was = fieldsOf(before), cells = fieldsOf(row), wanted = after === 'unchanged' ? was : fieldsOf(after);
    const fields = Object.keys(was);
    const name = await adopt('id text, city text, phone text, updated date, amount numeric, primary key (id)', '');
    await bench.sql(`insert into app.${name} (id, ${fields.join(', ')}) values ('a', ${fields.map((field, at) => `nullif($${at + 1}, '')::${{ updated: 'date', amount: 'numeric' }[field] ?? 'text'}`).join(', ')})`, Object.values(was));
    const { books } = await bench.load(name, `id,${fields.join(',')}\na,${fields.map((field) => cells[field] ?? '').join(',')}\n`, { loadPolicy: policy });
    expect(shortBooks(books)).toEqual(after === 'unchanged' ? { unchanged: 1 } : { updated: 1 });
    const [record] = await bench.sql(`select array[${fields.map((field) => `coalesce(${field}::text, '')`).join(', ')}] as values from app.${name}`);
    expect(record?.['values']).toEqual(fields.map((field) => wanted[field]));
  });
});

describe('rules of the table are asked of what the record becomes', () => {
  it('a check, from both sides: the cells alone would break it and the outcome does not, and the other way round', async () => {
    const name = await adopt('id text primary key, first int, last int, check (first <= last)', `('a', 1, 5), ('b', 1, 5), ('c', 1, 5), ('d', 1, 5)`);
    const job = await bench.load(name, 'id,first,last\na,9,2\nb,9,\nc,2,9\nd,0,\ne,9,2\n', { loadPolicy: { empty: 'keep', fields: { first: { conflict: 'dataset' } } } });
    expect(await records(name)).toEqual(['a|1|2', 'b|1|5', 'c|1|9', 'd|1|5']);
    expect(await bench.found(job.jobId)).toEqual(['5 CHECK_VIOLATED']);
    const other = await bench.load(name, 'id,first,last\na,9,\nc,8,\n', { loadPolicy: { empty: 'keep' } });
    expect(await records(name)).toEqual(['a|1|2', 'b|1|5', 'c|8|9', 'd|1|5']);
    expect(await bench.found(other.jobId)).toEqual(['1 CHECK_VIOLATED']);
  });

  it('a check that also looks at a column which the file does not carry', async () => {
    const name = await adopt('id text primary key, first int, last int, check (first <= last)', `('a', 1, 5), ('b', 1, 5)`);
    expect(shortBooks((await bench.load(name, 'id,first\na,9\nb,\n', { loadPolicy: { conflict: 'dataset' } })).books)).toEqual({ unchanged: 2 });
    const job = await bench.load(name, 'id,first\na,9\nb,\n', { loadPolicy: { empty: 'keep' } });
    expect(await bench.found(job.jobId)).toEqual(['1 CHECK_VIOLATED first']);
  });

  it('uniqueness', async () => {
    const name = await adopt('id text primary key, mail text unique, note text', `('a', 'a@x', ''), ('b', 'b@x', ''), ('c', null, '')`);
    const job = await bench.load(name, 'id,mail,note\na,b@x,1\nb,,2\nc,a@x,3\nd,d@x,4\ne,d@x,5\n', { loadPolicy: { empty: 'keep', fields: { mail: { conflict: 'dataset' } } } });
    expect(await bench.found(job.jobId)).toEqual(['3 UNIQUE_VIOLATED mail', '5 UNIQUE_VIOLATED mail']);
    expect(await records(name)).toEqual(['a|a@x|1', 'b|b@x|2', 'c||', 'd|d@x|4']);
  });

  it('references, also within the table and to a column that a record may overrule', async () => {
    await bench.sql(`create schema if not exists app; create table app.places (code text primary key); insert into app.places values ('LON'), ('PAR'); grant select on app.places to waybill_runtime`);
    const name = await adopt('id text primary key, place text references app.places, boss text references T(id), alias text unique, twin text references T(alias)', `('a', 'LON', null, 'x', null), ('b', 'PAR', 'a', 'y', null)`);
    const job = await bench.load(name, 'id,place,boss,alias,twin\na,ROM,b,q,y\nb,ROM,z,r,q\nc,ROM,a,s,x\nd,LON,c,t,y\ne,PAR,a,u,v\nf,LON,b,w,u\n', { loadPolicy: { conflict: 'dataset' } });
    expect(await bench.found(job.jobId)).toEqual(['2 REFERENCE_MISSING', '3 REFERENCE_MISSING place', '4 REFERENCE_MISSING', '5 REFERENCE_MISSING twin', '6 REFERENCE_MISSING']);
    expect(await records(name)).toEqual(['a|LON|b|x|y', 'b|PAR|a|y|']);
  });

  it('a required field: a row may leave it empty where its record has a value; every other reason of the row is told as well', async () => {
    const columns = 'id text primary key, name text not null, age int check (age > 0)';
    const name = await adopt(columns, `('a', 'Ana', 1), ('b', 'Eva', 2)`);
    const content = 'id,name,age\na,,3\nb,<none>,4\nc,,5\nd,,0\ne,,x\nf,Luz,\n<none>,x,<none>\n';
    const job = await bench.load(name, content, { loadPolicy: { empty: 'keep', clearToken: '<none>' } });
    expect(await records(name)).toEqual(['a|Ana|3', 'b|Eva|2', 'f|Luz|']);
    expect(await bench.found(job.jobId)).toEqual(['2 REQUIRED_MISSING name', '3 REQUIRED_MISSING name', '4 RANGE_BELOW age', '4 REQUIRED_MISSING name', '5 INTEGER_INVALID age', '5 REQUIRED_MISSING name', '7 KEY_MISSING id']);
    expect(await bench.rejects(job.jobId)).toContain('3@4 c,,5');
    // Without the policy, an empty cell is an issue whoever stands in the dataset.
    expect(await bench.found((await bench.load(name, content)).jobId)).toContain('1 REQUIRED_MISSING name');
    // In mode update a row without a record has one reason, not two.
    const update = await bench.load(name, 'id,name,age\nq,,3\nf,,9\n', { mode: 'update', loadPolicy: { empty: 'fill' } });
    expect(await bench.found(update.jobId)).toEqual(['1 KEY_NOT_FOUND id']);
    expect(await records(name)).toEqual(['a|Ana|3', 'b|<none>|4', 'f|Luz|9']);
    const empty = await adopt(columns, '');
    const first = await bench.load(empty, 'id,name,age\na,Ana,1\nb,,2\n', { loadPolicy: { empty: 'keep' } });
    expect([await records(empty), await bench.found(first.jobId)]).toEqual([['a|Ana|1'], ['2 REQUIRED_MISSING name']]);
  });
});

describe('the clear token', () => {
  const policy = { empty: 'keep', clearToken: 'a "b"' } as const;
  it('is found quoted and escaped, in JSON and spreadsheets of text, in two columns of a point, and before transforms', async () => {
    const columns = 'id text primary key, note text, place point, full_name text, size int';
    const stored = `('a', 'n', '(1,2)', 'Ana Ruiz', 1), ('b', 'n', '(1,2)', 'Ana Ruiz', 1), ('c', 'n', '(1,2)', 'Ana Ruiz', 1), ('d', 'n', '(1,2)', 'Ana Ruiz', 1)`;
    const map = [
      { columns: ['note'], field: 'note', transforms: [{ fn: 'default' as const, value: 'nothing said' }] }, { columns: ['lat', 'lon'], field: 'place' },
      { columns: ['given', 'family'], field: 'full_name', transforms: [{ fn: 'join' as const, separator: ' ' }] },
    ];
    const token = 'a "b"';
    const rows = [
      { id: 'a', note: token, lat: token, lon: token, given: token, family: token, size: token }, { id: 'b', note: '', lat: token, lon: '', given: token, family: 'Gil', size: '' },
      { id: 'c', note: 'x', lat: '', lon: '', given: '', family: '', size: '7' }, { id: 'd', note: ` ${token}`, lat: '3', lon: '4', given: '', family: token, size: '' },
    ];
    const wanted = ['a||||', 'b|nothing said||Gil|1', 'c|x|{"x":1,"y":2}|Ana Ruiz|7', `d| ${token}|{"x":4,"y":3}||1`];
    const header = Object.keys(rows[0] ?? {});
    const csv = [header, ...rows.map((row) => Object.values(row))].map((cells) => cells.map(quoted).join(',')).join('\n');
    const tsv = [header, ...rows.map((row) => Object.values(row))].map((cells) => cells.join('\t')).join('\n');
    for (const content of [csv, tsv, rows.map((row) => JSON.stringify(row)).join('\n'), JSON.stringify(rows), `<r>${rows.map((row) => `<p>${Object.entries(row).map(([key, value]) => `<${key}>${value}</${key}>`).join('')}</p>`).join('')}</r>`]) {
      const name = await adopt(columns, stored);
      await bench.load(name, `${content}\n`, { map, loadPolicy: policy });
      expect([content.slice(0, 20), await records(name)]).toEqual([content.slice(0, 20), wanted]);
    }
  });

  it('is nothing on a new record, in every mode, and counts as no filled cell', async () => {
    for (const mode of ['insert', 'upsert', 'append'] as const) {
      const name = await adopt('id text primary key, note text', '');
      const job = await bench.load(name, 'id,note,more\na,<none>,<none>\nb,x,y\n', { mode, loadPolicy: { empty: 'keep', clearToken: '<none>' } });
      expect(await records(name)).toEqual(['a|', 'b|x']);
      expect((await bench.job(job.jobId)).mappingReport).toMatchObject({ unmapped: [{ filled: 2 }] });
    }
  });

  it('is staged again under a second epoch', async () => {
    const big = await ImportBench.open({ chunkBytes: 256 * 1024 });
    try {
      await big.adopt('dated', `create table app.dated (id int primary key, day date, note text); insert into app.dated values (1, '2020-01-01', 'n'), (30000, '2020-01-01', 'n')`);
      const day = (row: number): string => (row === 30_000 ? '25/12/2024' : `0${1 + row % 9}/0${1 + (row * 7) % 9}/2024`);
      const job = await big.load('dated', `id,day,note\n${Array.from({ length: 100_000 }, (_, row) => `${row},${day(row)},${row === 1 ? '<none>' : ''}`).join('\n')}\n`, { loadPolicy: { empty: 'keep', clearToken: '<none>' } });
      expect([job.planEpoch, ...await big.sql(`select day::text, note from app.dated where id in (1, 30000) order by id`)]).toEqual([2, { day: '2024-08-02', note: null }, { day: '2024-12-25', note: 'n' }]);
    } finally { await big.close(); }
  });
});

describe('the draft', () => {
  const asked = { empty: 'keep', conflict: 'newest', newestBy: 'stamp' } as const;
  it('is stale when the record changed meanwhile, and the next one is settled with what stands then', async () => {
    const name = await adopt('id text primary key, note text, stamp int', `('a', 'old', 1)`);
    const job = await bench.stage(name, 'id,note,stamp\na,new,5\n', { loadPolicy: asked });
    expect(shortBooks(await bench.draft(job))).toEqual({ updated: 1 });
    await bench.sql(`update app.${name} set note = 'theirs', stamp = 9`);
    expect(await bench.commit(job)).toEqual({ kind: 'stale' });
    expect(shortBooks(await bench.finish(job))).toEqual({ unchanged: 1 });
    expect(await records(name)).toEqual(['a|theirs|9']);
  });

  it('has a hash of its outcome: the same row under another policy is another draft', async () => {
    const hashes = new Set<unknown>();
    for (const loadPolicy of [{ empty: 'keep' as const }, { empty: 'keep' as const, fields: { other: { conflict: 'dataset' as const } } }]) {
      const name = await adopt('id text primary key, note text, other text', `('a', 'old', 'x')`);
      const job = await bench.stage(name, 'id,note,other\na,new,y\n', { loadPolicy });
      const plan = await plannedJob(bench.pool, job.jobId);
      await bench.draft(job);
      hashes.add(await hashDraft(bench.pool, { ...loadTargetOf(plan), jobNo: 1 }, { created: 0, updated: 1, allCreated: false }));
    }
    expect(hashes.size).toBe(2);
  });
});

describe('a load policy is refused when the import is defined', () => {
  const place = (at: string): string => `RULE_INVALID {"at":"${at}"}`;
  it.each([
    ['an unknown field', { fields: { nothing: { empty: 'keep' } } }, place('loadPolicy.fields.nothing')],
    ['a field of the key', { fields: { id: { empty: 'keep' } } }, place('loadPolicy.fields.id')],
    ['newest without a field to tell by', { conflict: 'newest' }, place('loadPolicy.newestBy')],
    ['newest for one field without a field to tell by', { fields: { note: { conflict: 'newest' } } }, place('loadPolicy.newestBy')],
    ['a field to tell by that is unknown', { conflict: 'newest', newestBy: 'nothing' }, place('loadPolicy.newestBy')],
    ['a field to tell by that is a text', { conflict: 'newest', newestBy: 'note' }, place('loadPolicy.newestBy')],
    ['a field to tell by that has no column', { conflict: 'newest', newestBy: 'unfed' }, place('loadPolicy.newestBy')],
    ['a field to tell by for nobody', { newestBy: 'stamp' }, place('loadPolicy.newestBy')],
    ['a field to tell by that is of the key', { conflict: 'newest', newestBy: 'id' }, place('loadPolicy.newestBy')],
    ['a field to tell by that does not follow', { conflict: 'newest', newestBy: 'stamp', fields: { stamp: { conflict: 'file' } } }, place('loadPolicy.fields.stamp')],
    ['fill beside a conflict', { empty: 'fill', conflict: 'more_precise' }, place('loadPolicy')],
    ['fill beside a conflict of one field', { empty: 'fill', fields: { note: { conflict: 'file' } } }, place('loadPolicy.fields.note')],
    ['a token that is a number', { clearToken: '-1' }, place('loadPolicy.clearToken')],
    ['a token of blanks', { clearToken: '  ' }, place('loadPolicy.clearToken')],
    ['a token that transforms make a value of', { clearToken: 'n/a' }, place('loadPolicy.clearToken')],
    ['nothing that is wrong', { empty: 'keep', conflict: 'newest', newestBy: 'stamp', clearToken: 'none', fields: { note: { empty: 'fill', conflict: 'dataset' } } }, 'accepted'],
  ] as const)('%s', async (_, loadPolicy, answer) => {
    const name = await adopt('id int primary key, note text, stamp date, size int, unfed date', '');
    const map = [{ columns: ['size'], field: 'size', transforms: [{ fn: 'map' as const, table: { 'n/a': '0' }, unknown: 'keep' as const, fold: false }] }];
    expect(await codeOf(bench.stage(name, 'id,note,stamp,size\n1,x,2024-01-01,5\n', { loadPolicy, map }))).toBe(answer);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localOperator } from '../../contracts/actor.ts';
import { datasetDefinitionSchema, type DatasetDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { createPool, type Pool } from '../../db/connection.ts';
import { checkWritable, createDatasetTable } from '../../db/dataset-table.ts';
import { findDataset, findDatasetVersion, listDatasets, listDatasetVersions, registerDataset } from '../../db/datasets.ts';
import { introspectTable } from '../../db/introspect-table.ts';
import { previewRecords } from '../../db/preview-records.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let admin: Pool;
let runtime: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  admin = createPool({ url: database.adminUrl, max: 2, applicationName: 'test' });
  runtime = createPool({ url: database.runtimeUrl, max: 5, applicationName: 'test' });
});
afterAll(async () => {
  await Promise.all([admin.end(), runtime.end()]);
  await database.drop();
});

const define = (name: string, fields: readonly Record<string, unknown>[], rest: Record<string, unknown> = {}): DatasetDefinition =>
  datasetDefinitionSchema.parse({ name, fields, ...rest });
const everyType = (name: string): DatasetDefinition => define(name, [
  { name: 'Key "x"'.replaceAll('"', ''), type: 'code', required: true, key: true, description: 'it\'s a \\ key' },
  { name: 'size', type: 'integer', min: '-5', max: '9' },
  { name: 'price', type: 'number', precision: 10, scale: 3, min: '0.5' },
  { name: 'ratio', type: 'number' }, { name: 'ok', type: 'boolean' }, { name: 'born', type: 'date', min: '1900-01-01' }, { name: 'seen', type: 'timestamp' },
  { name: 'ref', type: 'uuid' }, { name: 'doc', type: 'json' }, { name: 'kind', type: 'enum', values: ['a', 'it\'s', 'c\\d'], required: true },
  { name: 'tags', type: 'text_list' }, { name: 'place', type: 'point' }, { name: 'country', type: 'country' }, { name: 'phone', type: 'phone' },
  { name: 'mail', type: 'email', maxLength: 20 }, { name: 'rest', type: 'other' },
], { description: 'Every type; drop table x' });
const refusal = (work: Promise<unknown>): Promise<WaybillError> =>
  work.then(() => { throw new Error('it was not refused'); }, (error: unknown) => { expect(error).toBeInstanceOf(WaybillError); return error as WaybillError; });

describe('createDatasetTable', () => {
  it('makes a table that introspection reads back as it was defined', async () => {
    const wanted = everyType('every_type');
    const made = await createDatasetTable(runtime, wanted);
    expect(made).toMatchObject({ created: true, definition: { managed: true, table: { schema: 'registry', name: 'every_type' } } });
    const found = await introspectTable(runtime, { schema: 'registry', table: 'every_type' });
    expect(found.fingerprint).toBe(made.fingerprint);
    expect(found.definition.description).toBe(wanted.description);
    const types = new Map(found.definition.fields.map((field) => [field.name, field]));
    for (const field of made.definition.fields) {
      expect(types.get(field.name)).toMatchObject({ pgType: field.pgType, required: field.required, key: field.key, description: field.description });
      expect(wanted.fields.find(({ name }) => name === field.name)?.type).toBe(field.type === 'text' ? 'other' : field.type);
    }
    expect(types.get('size')).toMatchObject({ min: '-5', max: '9' });
    expect(types.get('price')).toMatchObject({ min: '0.5', precision: 10, scale: 3 });
    expect(types.get('kind')).toMatchObject({ type: 'enum', values: ['a', 'it\'s', 'c\\d'] });
    expect(types.get('mail')).toMatchObject({ maxLength: 20 });
    expect((await admin.query(`select tableowner from pg_tables where tablename = 'every_type'`)).rows).toEqual([{ tableowner: 'waybill_dataset_owner' }]);
    const { rows: checks } = await admin.query<{ conname: string }>(`select conname from pg_constraint where conrelid = 'registry.every_type'::regclass and contype = 'c'`);
    expect(checks.length).toBe(4);
    expect(checks.every(({ conname }) => conname.startsWith('waybill_'))).toBe(true);
    await expect(checkWritable(runtime, made.definition)).resolves.toBeUndefined();
  });

  it('finds its own table again unchanged, also when several make it at once', async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => createDatasetTable(runtime, everyType('at_once'))));
    expect(results.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(results.map(({ definition }) => JSON.stringify(definition))).size).toBe(1);
  });

  it('gives a list without a key a key of its own', async () => {
    await createDatasetTable(runtime, define('keyless', [{ name: 'record_id', type: 'text' }]));
    await runtime.query(`insert into registry.keyless (record_id) values ('theirs')`);
    expect((await runtime.query('select * from registry.keyless')).rows).toEqual([{ waybill_record_id: 1, record_id: 'theirs' }]);
  });

  it('takes over a table that fits, with the stricter of each rule and without managing it', async () => {
    await admin.query(`
      create table public.theirs (id varchar(10) primary key, status text not null check (status in ('open', 'shut')), amount numeric(8,2), noted timestamptz not null default now());
      grant select, insert, update on public.theirs to waybill_runtime`);
    const { definition, created } = await createDatasetTable(runtime, define('cases', [
      { name: 'id', type: 'code', key: true, required: true, aliases: ['case no'] }, { name: 'status', type: 'text', label: 'State' },
      { name: 'amount', type: 'number', min: '0' },
    ], { table: { schema: 'public', name: 'theirs' } }));
    expect(created).toBe(false);
    expect(definition.managed).toBe(false);
    expect(definition.fields).toMatchObject([
      { name: 'id', type: 'code', pgType: 'character varying(10)', maxLength: 10, aliases: ['case no'] },
      { name: 'status', type: 'enum', values: ['open', 'shut'], required: true, label: 'State' }, { name: 'amount', precision: 8, scale: 2, min: '0' }]);
  });

  it('names every field that cannot live with the table', async () => {
    await admin.query('create table public.clash (id integer primary key, born text, must text not null, kind text check (kind in (\'a\')))');
    const error = await refusal(createDatasetTable(runtime, define('clash', [
      { name: 'id', type: 'integer' }, { name: 'born', type: 'date', key: true }, { name: 'gone', type: 'text' }, { name: 'kind', type: 'enum', values: ['a', 'z'] },
    ], { table: { schema: 'public', name: 'clash' } })));
    expect(error.code).toBe('DATASET_CONFLICT');
    for (const name of ['born', 'gone', 'must', 'kind']) expect(error.message).toContain(name);
    expect(error.place['conflicts']).toHaveLength(5);
  });

  it.each([
    'text); drop table registry.every_type; --', 'text default (select 1)', 'text primary key', 'text references x', 'integer check (true)', '"a"."b"."c"', 'text; select 1', 'int4 null', '',
  ].filter((type) => type !== ''))('refuses the type %j', async (pgType) => {
    const error = await refusal(createDatasetTable(runtime, define('injected', [{ name: 'a', type: 'other', pgType }])));
    expect(['DATASET_INVALID', 'DATABASE_ERROR']).toContain(error.code);
    expect((await admin.query(`select to_regclass('registry.injected') as made, to_regclass('registry.every_type') as kept`)).rows).toEqual([{ made: null, kept: 'registry.every_type' }]);
  });

  it('refuses bounds that are no values, and keys that have no equality', async () => {
    expect((await refusal(createDatasetTable(runtime, define('bad', [{ name: 'a', type: 'integer', min: '1 or true' }])))).code).toBe('DATASET_INVALID');
    expect((await refusal(createDatasetTable(runtime, define('bad', [{ name: 'a', type: 'point', key: true }])))).code).toBe('DATASET_INVALID');
  });

  it('says which grant it needs in a schema of somebody else', async () => {
    await admin.query('create schema closed');
    const error = await refusal(createDatasetTable(runtime, define('elsewhere', [{ name: 'a', type: 'text' }], { table: { schema: 'closed', name: 'x' } })));
    expect(error.code).toBe('DATASET_NOT_WRITABLE');
    await admin.query(String(error.place['remedy']));
    expect((await createDatasetTable(runtime, define('elsewhere', [{ name: 'a', type: 'text' }], { table: { schema: 'closed', name: 'x' } }))).created).toBe(true);
  });
});

describe('checkWritable', () => {
  it('gives the statements that make a table writable, and is content when they were run', async () => {
    await admin.query('create schema guarded; create table guarded."T 1" (id serial primary key, a text); grant select on guarded."T 1" to waybill_runtime');
    const definition = define('guarded', [{ name: 'a', type: 'text' }], { table: { schema: 'guarded', name: 'T 1' } });
    const error = await refusal(checkWritable(runtime, definition));
    expect(error.code).toBe('DATASET_NOT_WRITABLE');
    expect(error.message).toContain('GRANT INSERT, UPDATE ON TABLE "guarded"."T 1" TO "waybill_runtime";');
    await admin.query(String(error.place['remedy']));
    await expect(checkWritable(runtime, definition)).resolves.toBeUndefined();
    await runtime.query(`insert into guarded."T 1" (a) values ('x')`);
    await admin.query('alter table guarded."T 1" enable row level security');
    expect((await refusal(checkWritable(runtime, definition))).message).toContain('BYPASSRLS');
  });
});

describe('registerDataset', () => {
  it('makes a version only when definition or table changed', async () => {
    const register = (definition: DatasetDefinition, fingerprint = 'a') => registerDataset(runtime, { actor: localOperator, definition, fingerprint });
    const first = define('versioned', [{ name: 'a', type: 'text' }]);
    const results = await Promise.all([1, 2, 3].map(() => register(first)));
    expect(results.map(({ version }) => version)).toEqual([1, 1, 1]);
    expect(results.filter(({ changed }) => changed)).toHaveLength(1);
    expect(await register(first, 'b')).toMatchObject({ version: 2, changed: true });
    const second = define('versioned', [{ name: 'a', type: 'text', label: 'A' }]);
    const { datasetId } = await register(second, 'b');
    expect(await findDataset(runtime, { org: 'default', name: 'versioned' })).toMatchObject({ datasetId, version: 3, definition: second, fingerprint: 'b' });
    expect(await findDatasetVersion(runtime, { datasetId, version: 1 })).toMatchObject({ definition: first, fingerprint: 'a' });
    expect((await listDatasetVersions(runtime, { datasetId })).map(({ version }) => version)).toEqual([3, 2, 1]);
    expect((await listDatasets(runtime, { org: 'default' })).map(({ name }) => name)).toEqual(['versioned']);
    expect(await findDataset(runtime, { org: 'elsewhere', name: 'versioned' })).toBeNull();
  });
});

describe('previewRecords', () => {
  const reader = { actor: localOperator, purpose: 'review' };

  it('gives every value as PostgreSQL writes it', async () => {
    const { definition } = await createDatasetTable(runtime, define('previewed', [
      { name: 'id', type: 'code', key: true, required: true }, { name: 'big', type: 'integer' }, { name: 'exact', type: 'number' }, { name: 'at', type: 'point' }, { name: 'doc', type: 'json' }]));
    await runtime.query(`insert into registry.previewed values ('007', 9223372036854775807, 1.10, point(1.5, 2), '{"a": 1.10}'), ('008', null, null, null, null)`);
    expect(await previewRecords(runtime, { ...reader, definition, limit: 1 })).toEqual([
      { id: '007', big: '9223372036854775807', exact: '1.10', at: '(1.5,2)', doc: '{"a": 1.10}' }]);
    expect(await previewRecords(runtime, { ...reader, definition, limit: 5 })).toHaveLength(2);
  });

  it('refuses an actor without a role and a reader without a purpose', async () => {
    const definition = define('previewed', [{ name: 'id', type: 'code', key: true }]);
    const nobody = { ...localOperator, roles: [] };
    expect((await refusal(Promise.resolve().then(() => previewRecords(runtime, { definition, actor: nobody, purpose: 'x', limit: 1 })))).code).toBe('FORBIDDEN');
    expect((await refusal(Promise.resolve().then(() => previewRecords(runtime, { definition, actor: localOperator, purpose: ' ', limit: 1 })))).code).toBe('REQUEST_INVALID');
  });
});

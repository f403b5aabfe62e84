import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { createPool, type Pool } from '../../db/connection.ts';
import { introspectTable } from '../../db/introspect-table.ts';
import { tableFingerprint } from '../../db/table-shape.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let admin: Pool;
let runtime: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  admin = createPool({ url: database.adminUrl, max: 2, applicationName: 'test' });
  runtime = createPool({ url: database.runtimeUrl, max: 2, applicationName: 'test' });
  await admin.query(`
    create schema "Odd Schema";
    create type "Odd Schema"."Mood" as enum ('sad', 'it''s fine', 'very, happy');
    create domain "Odd Schema".percent as numeric(5,2) check (value >= 0 and value <= 100);
    create domain "Odd Schema".strict_percent as "Odd Schema".percent not null;
    create table "Odd Schema"."Weird Table" (
      "select" integer primary key,
      "Straße" varchar(40) not null,
      "with ""quote" text,
      mood "Odd Schema"."Mood",
      moods "Odd Schema"."Mood"[],
      share "Odd Schema".strict_percent,
      price numeric(12,2) check (price >= 0.01),
      odd_scale numeric(5,-2),
      any_number numeric,
      age smallint constraint age_sane check (age > 0 and age < 150),
      latitude double precision check (latitude between -90 and 90),
      kind text not null default 'a' check (kind in ('a', 'b and c', 'd''e')),
      short_kind varchar(3) check (short_kind = any (array['x', 'y'])),
      either text check (either = 'p' or either = 'q'),
      code text check (char_length(code) <= 8),
      born date check (born >= '1900-01-01'),
      seen timestamptz default now(),
      local_time timestamp,
      tags text[],
      grid integer[],
      "where" point,
      doc jsonb,
      fixed char(2),
      id_text uuid,
      flag boolean,
      address inet,
      total numeric generated always as (price * 2) stored,
      serial_no bigint generated always as identity,
      dropped text
    );
    alter table "Odd Schema"."Weird Table" drop column dropped;
    comment on table "Odd Schema"."Weird Table" is 'Everything at once.';
    comment on column "Odd Schema"."Weird Table"."Straße" is 'Street, as written.';
    create table public.with_surrogate (id bigserial primary key, code text not null, other text not null, loose text unique, part text not null,
      constraint with_surrogate_code_key unique (code, other));
    create unique index with_surrogate_part on public.with_surrogate (part) where part <> '';
    create table public.only_identity (id bigint generated always as identity primary key, name text);
    create view public.a_view as select 1 as x;
  `);
});
afterAll(async () => {
  await Promise.all([admin.end(), runtime.end()]);
  await database.drop();
});

const introspect = (table: string, schema = 'public') => introspectTable(runtime, { schema, table });
const field = async (name: string): Promise<Partial<FieldDefinition> | undefined> =>
  (await introspect('Weird Table', 'Odd Schema')).definition.fields.find((candidate) => candidate.name === name);

describe('introspectTable', () => {
  it('names the dataset after the table and keeps its comment and place', async () => {
    const { definition } = await introspect('Weird Table', 'Odd Schema');
    expect(definition).toMatchObject({ name: 'weird_table', description: 'Everything at once.', table: { schema: 'Odd Schema', name: 'Weird Table' }, managed: false });
    expect((await introspectTable(runtime, { schema: 'Odd Schema', table: 'Weird Table', name: 'other' })).definition.name).toBe('other');
  });

  it.each<[string, Partial<FieldDefinition>]>([
    ['select', { type: 'integer', pgType: 'integer', key: true, required: true, hasDefault: false }],
    ['Straße', { type: 'text', pgType: 'character varying(40)', maxLength: 40, required: true, description: 'Street, as written.' }],
    ['mood', { type: 'enum', pgType: '"Odd Schema"."Mood"', values: ['sad', 'it\'s fine', 'very, happy'], required: false }],
    ['moods', { type: 'other', pgType: '"Odd Schema"."Mood"[]' }],
    ['share', { type: 'number', pgType: 'numeric(5,2)', precision: 5, scale: 2, min: '0', max: '100', required: true, description: 'Domain "Odd Schema".strict_percent over numeric(5,2).' }],
    ['price', { type: 'number', precision: 12, scale: 2, min: '0.01' }],
    ['odd_scale', { type: 'number', pgType: 'numeric(5,-2)' }],
    ['any_number', { type: 'number', pgType: 'numeric' }],
    ['age', { type: 'integer', pgType: 'smallint', min: '1', max: '149' }],
    ['latitude', { type: 'number', pgType: 'double precision', min: '-90', max: '90' }],
    ['kind', { type: 'enum', pgType: 'text', values: ['a', 'b and c', 'd\'e'], required: true, hasDefault: true }],
    ['short_kind', { type: 'enum', pgType: 'character varying(3)', values: ['x', 'y'], maxLength: 3 }],
    ['code', { type: 'text', maxLength: 8 }],
    ['born', { type: 'date', min: '1900-01-01' }],
    ['seen', { type: 'timestamp', pgType: 'timestamp with time zone', hasDefault: true, required: false }],
    ['local_time', { type: 'timestamp', pgType: 'timestamp without time zone' }],
    ['tags', { type: 'text_list', pgType: 'text[]' }],
    ['grid', { type: 'other', pgType: 'integer[]' }],
    ['where', { type: 'point', pgType: 'point' }],
    ['doc', { type: 'json', pgType: 'jsonb' }],
    ['fixed', { type: 'text', pgType: 'character(2)', maxLength: 2 }],
    ['id_text', { type: 'uuid' }],
    ['flag', { type: 'boolean' }],
    ['address', { type: 'other', pgType: 'inet' }],
    ['total', { type: 'number', readOnly: true, required: false, hasDefault: true }],
    ['serial_no', { type: 'integer', readOnly: true, required: false, hasDefault: true }],
  ])('reads the column %s', async (name, expected) => {
    expect(await field(name)).toMatchObject(expected);
  });

  it('leaves to the table what it does not understand', async () => {
    const either = await field('either');
    expect(either).toMatchObject({ type: 'text' });
    expect(either?.values).toBeUndefined();
    expect(await field('odd_scale')).not.toHaveProperty('scale');
    expect(await field('with "quote')).toBeUndefined();
  });

  it('takes a key that people write before one that the table makes up', async () => {
    const { definition } = await introspect('with_surrogate');
    expect(definition.fields.filter(({ key }) => key).map(({ name }) => name)).toEqual(['code', 'other']);
    expect((await introspect('only_identity')).definition.fields.filter(({ key }) => key)).toEqual([]);
  });

  it('refuses what is no table and says when there is none', async () => {
    await expect(introspect('a_view')).rejects.toMatchObject({ code: 'DATASET_INVALID' });
    await expect(introspect('nothing')).rejects.toMatchObject({ code: 'TABLE_UNKNOWN', place: { table: 'public.nothing' }, remedy: expect.stringContaining('`waybill dataset apply FILE.json`') as string });
  });
});

describe('the fingerprint', () => {
  const print = (): Promise<string> => tableFingerprint(runtime, { schema: 'public', name: 'with_surrogate' });

  it('is the same for whoever asks and for whatever does not change what fits', async () => {
    const before = await print();
    expect((await introspectTable(admin, { schema: 'public', table: 'with_surrogate' })).fingerprint).toBe(before);
    await admin.query(`
      create index on public.with_surrogate (other); comment on table public.with_surrogate is 'x'; grant select on public.with_surrogate to waybill_runtime;
      insert into public.with_surrogate (code, other, part) values ('a', 'b', 'c'); analyze public.with_surrogate`);
    expect(await print()).toBe(before);
  });

  it.each([
    ['a new column', 'alter table public.with_surrogate add column extra text', 'alter table public.with_surrogate drop column extra'],
    ['another type', 'alter table public.with_surrogate alter loose type varchar(80)', 'alter table public.with_surrogate alter loose type text'],
    ['a not-null', `update public.with_surrogate set loose = 'x'; alter table public.with_surrogate alter loose set not null`, 'alter table public.with_surrogate alter loose drop not null'],
    ['a check', `alter table public.with_surrogate add constraint c check (code <> '')`, 'alter table public.with_surrogate drop constraint c'],
    ['a unique index', 'create unique index u on public.with_surrogate (other)', 'drop index public.u'],
    ['a trigger', 'create trigger t before insert on public.with_surrogate for each row execute function suppress_redundant_updates_trigger()', 'drop trigger t on public.with_surrogate'],
    ['a default', `alter table public.with_surrogate alter loose set default 'x'`, 'alter table public.with_surrogate alter loose drop default'],
  ])('changes with %s and comes back with it', async (_, change, back) => {
    const before = await print();
    await admin.query(change);
    expect(await print()).not.toBe(before);
    await admin.query(back);
    expect(await print()).toBe(before);
  });
});

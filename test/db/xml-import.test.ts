/** XML, text of fixed width and exploded arrays through detection, planning, staging and commit on a real database. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runExport } from '../support/export-run.ts';
import { ImportBench, shortBooks } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open({ chunkBytes: 40 }); });
afterAll(() => bench.close());

let number = 0;
const table = async (columns: string): Promise<string> => {
  const name = `xml_${number += 1}`;
  await bench.adopt(name, `create table app.${name} (${columns})`);
  return name;
};
const all = (name: string, columns = '*') => bench.sql(`select ${columns} from app.${name} order by 1`).then((rows) => rows.map((row) => Object.values(row)));

describe('XML', () => {
  it('reaches the table with every digit and character, and loses only the rows that are bad', async () => {
    const name = await table('id bigint primary key, name text, amount numeric, city text, "when" date');
    const content = `<?xml version="1.0"?>\n<list>\n<row id="9007199254740993"><name>a &amp; <![CDATA[<b>]]></name><amount>0.10</amount><address><city>Oslo</city></address><when>13/02/2024</when></row>
<row id="2"><name/><amount>many</amount></row>\n<row id="3"><name>x</row>\n<row id="4"><name>&nbsp;</name></row>\n<row id="5"><when>01/02/2024</when></row>\n</list>`;
    const job = await bench.load(name, content, { map: [{ columns: ['address.city'], field: 'city' }] });
    expect(shortBooks(job.books)).toEqual({ created: 2, quarantined: 2, unreadable: 1 });
    expect(await all(name, 'id::text, name, amount::text, city, "when"::text')).toEqual([['5', null, null, null, '2024-02-01'], ['9007199254740993', 'a & <b>', '0.10', 'Oslo', '2024-02-13']]);
    expect(await bench.found(job.jobId)).toEqual(['2 NUMBER_INVALID amount', '3 ROW_XML_INVALID', '4 TEXT_ENTITY_UNKNOWN']);
    expect(await bench.rejects(job.jobId)).toEqual(['2@4 <row id="2"><name/><amount>many</amount></row>', '3@5 <row id="3"><name>x</row>', '4@6 <row id="4"><name>&nbsp;</name></row>']);
  });
});

describe('XML that was exported', () => {
  it('has its schema beside it, and gives back what XML cannot hold, also of a field that no sampled record has', async () => {
    const [name, copy] = ['seldom', 'seldom_again'];
    const wide = await ImportBench.open();
    try {
      for (const each of [name, copy]) await wide.adopt(each, `create table app.${each} (id integer primary key, "full name" text, seldom text)`);
      await wide.sql(`insert into app.${name} select n, E'a\\x01_x0041_\\r' || n, case when n = 20000 then 'once' end from generate_series(1, 40000) n`);
      const { files, contents } = await runExport(wide, name, { format: 'xml' });
      expect(files.map(({ fileNo, rows, extension }) => [fileNo, rows, extension])).toEqual([[1, 40_000, null], [2, 0, 'xsd']]);
      expect(contents[1]?.toString()).toContain('<xs:element name="full_x0020_name" type="xs:string" minOccurs="0"/>');
      const job = await wide.load(copy, contents[0] ?? '');
      expect(shortBooks(job.books)).toEqual({ created: 40_000 });
      expect(await wide.found(job.jobId)).toEqual([]);
      expect(await wide.numbers(`select count(*) from (select * from app.${name} except select * from app.${copy}) d`)).toEqual([0]);
    } finally { await wide.close(); }
  });
});

describe('text of fixed width', () => {
  it('is read by the widths that are said', async () => {
    const name = await table('id integer primary key, name text, amount numeric');
    const job = await bench.load(name, '0001Renée       12.50\n0002\n00x3Bo          1.00\n0004Anna        7.25 \n0005日本          8   \n', {
      parse: { widths: [4, 10, 7], header: false }, map: [{ columns: ['#1'], field: 'id' }, { columns: ['#2'], field: 'name' }, { columns: ['#3'], field: 'amount' }],
    });
    expect(shortBooks(job.books)).toEqual({ created: 4, quarantined: 1 });
    expect(await all(name, 'id, name, amount::text')).toEqual([[1, 'Renée', '12.50'], [2, null, null], [4, 'Anna', '7.25'], [5, '日本', '8']]);
  });
});

describe('one row for each element of an array', () => {
  it('repeats the columns of its record, loses no record, and says of each bad row where it is', async () => {
    const name = await table('person integer, alias text, lang text, primary key (person, alias)');
    const lines = ['{"person":1,"names":[{"alias":"A","lang":"en"},{"alias":"B\\tb"},{"lang":"nl"}]}', '{"person":2,"names":[{"alias":"C"}]}', '{"person":"x","names":[{"alias":"D"}]}', '{"person":4,"names":[}', '{"person":5,"names":[{"alias":"E"}]}'];
    const job = await bench.load(name, lines.join('\n'), { parse: { explode: 'names' }, map: [{ columns: ['names.alias'], field: 'alias' }, { columns: ['names.lang'], field: 'lang' }] });
    expect(shortBooks(job.books)).toEqual({ created: 4, quarantined: 2, unreadable: 1 });
    expect(await all(name)).toEqual([[1, 'A', 'en'], [1, 'B\tb', null], [2, 'C', null], [5, 'E', null]]);
    expect((await bench.issues(job.jobId)).map(({ rowNo, lineNo, code }) => `${rowNo}@${lineNo} ${code}`)).toEqual(['3@1 KEY_MISSING', '5@3 INTEGER_INVALID', '6@4 ROW_JSON_INVALID']);
  });

  it('goes through lists in the lists of a Parquet file', async () => {
    const name = await table('customer text, no integer, sku text, price numeric, primary key (customer, sku)');
    const job = await bench.load(name, readFileSync(new URL('../fixtures/corpus/explode/parquet-list-in-a-list.parquet', import.meta.url)), {
      parse: { explode: 'orders.items' }, map: [{ columns: ['orders.no'], field: 'no' }, { columns: ['orders.items.sku'], field: 'sku' }, { columns: ['orders.items.price'], field: 'price' }],
    });
    expect(shortBooks(job.books)).toMatchObject({ created: 2 });
    expect(await all(name, 'customer, no, sku, price::text')).toEqual([['A', 1, 'x', '1.50'], ['A', 1, 'y\t', null]]);
  });
});

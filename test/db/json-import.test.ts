/** JSON Lines, JSON documents, GeoJSON and gzip through detection, planning, staging and commit on a real database. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImportBench, shortBooks } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open({ chunkBytes: 40 }); });
afterAll(() => bench.close());

let number = 0;
const table = async (columns: string): Promise<string> => {
  const name = `json_${number += 1}`;
  await bench.adopt(name, `create table app.${name} (${columns})`);
  return name;
};
const all = (name: string, columns = '*') => bench.sql(`select ${columns} from app.${name} order by 1`).then((rows) => rows.map((row) => Object.values(row)));
const chunksOf = (jobId: string) => bench.numbers('select count(*) from waybill.chunks where job_id = $1', [jobId]).then(([count]) => count);

describe('JSON Lines', () => {
  it('reach the table with every digit and character, cut into chunks', async () => {
    const name = await table('id bigint primary key, name text, amount numeric, flag boolean, city text, tags text[], doc jsonb, "when" date');
    const lines = [
      '{"id":9007199254740993,"name":"a\\tb \\"q\\" \\u00e9\\ud83d\\ude00","amount":0.10,"flag":true,"address":{"city":"Oslo"},"tags":["x","y;z"],"doc":{"n":12345678901234567890,"l":[1]},"when":"13/02/2024"}',
      '{"id":2,"amount":1E5,"flag":false,"name":null,"when":"01/02/2024"}',
      '', '{"id":3,"name":"","address":{"city":"007"}}',
    ];
    const job = await bench.load(name, lines.join('\n'), { map: [{ columns: ['address.city'], field: 'city' }] });
    expect(shortBooks(job.books)).toEqual({ created: 3 });
    expect(await chunksOf(job.jobId)).toBeGreaterThan(1);
    expect(await all(name, `id::text, name, amount::text, flag, city, tags::text, doc->>'n', "when"::text`)).toEqual([
      ['2', null, '100000', false, null, null, null, '2024-02-01'], ['3', null, null, null, '007', null, null, null],
      ['9007199254740993', 'a\tb "q" é😀', '0.10', true, 'Oslo', '{x,y;z}', '12345678901234567890', '2024-02-13'],
    ]);
  });

  it('lose only the rows that are bad: each with its raw line, its row and its physical line', async () => {
    const name = await table('id integer primary key, name text');
    const content = '{"id":1,"name":"a"}\n\n{"id":2,"name":"b",}\n{"id":"x","name":"\\ud800"}\n{"id":4,"id":5}\n[1]\n{"id":6,"name":"c","unheard":{"of":1}}\n{"id":7,"na';
    const job = await bench.load(name, content, { parse: { format: 'jsonl' } });
    // The sample is the whole file here, so that the odd key has a column and is no surprise.
    expect(shortBooks(job.books)).toEqual({ created: 2, quarantined: 2, unreadable: 3 });
    expect(await bench.rejects(job.jobId)).toEqual([
      '2@3 {"id":2,"name":"b",}', '3@4 {"id":"x","name":"\\ud800"}', '4@5 {"id":4,"id":5}', '5@6 [1]', '7@8 {"id":7,"na',
    ]);
    expect(await bench.found(job.jobId)).toEqual([
      '2 ROW_JSON_INVALID', '3 INTEGER_INVALID id', '3 TEXT_HALF_SURROGATE', '4 ROW_KEY_REPEATED', '5 ROW_NOT_OBJECT', '7 ROW_JSON_INVALID',
    ]);
  });

  it('tell of a key that no sample had: a warning of its row, which is imported', async () => {
    const name = await table('id integer primary key, name text');
    const filler = 'x'.repeat(1_000);
    const lines = Array.from({ length: 4_000 }, (_, index) => `{"id":${index},"name":"${filler}"${index === 1_000 ? ',"late":{"jane@example.org":1},"later":2' : ''}}`);
    const wide = await ImportBench.open();
    try {
      await wide.adopt(name, `create table app.${name} (id integer primary key, name text)`);
      const job = await wide.load(name, lines.join('\n'));
      expect(shortBooks(job.books)).toEqual({ created: 4_000 });
      expect(await wide.found(job.jobId)).toEqual(['1001 ROW_PATH_UNKNOWN late', '1001 ROW_PATH_UNKNOWN later']);
    } finally { await wide.close(); }
  });

  it('give back the raw line of a row that only the whole file could refuse', async () => {
    const name = await table('id integer primary key, name text');
    const job = await bench.load(name, '{"id":1,"name":"a"}\n{"id":2}\r\n{"name":"again","id":1}\n', { duplicates: 'reject' });
    expect(await bench.rejects(job.jobId)).toEqual(['1@1 {"id":1,"name":"a"}', '3@3 {"name":"again","id":1}']);
  });
});

describe('a JSON document', () => {
  const document = '{"meta":{"pages":[{"no":1}]},\n"data":{"rows":[\n{"id":1,"name":"one"},\n\n{"id":2,"name":"two"},{"id":"x","name":"three"},\n{"id":4,}]},\n"end":true}\n';

  it('is read at the list that is found, a bad record for itself', async () => {
    const name = await table('id integer primary key, name text');
    const job = await bench.load(name, document, { fileName: 'x.json' });
    expect(shortBooks(job.books)).toEqual({ created: 2, quarantined: 1, unreadable: 1 });
    expect(await all(name)).toEqual([[1, 'one'], [2, 'two']]);
    expect(await bench.rejects(job.jobId)).toEqual(['3@5 {"id":"x","name":"three"}', '4@6 {"id":4,}']);
  });
  it('is read at the list that is chosen', async () => {
    const name = await table('no integer primary key');
    await bench.load(name, document, { parse: { recordPath: 'meta.pages' } });
    expect(await all(name)).toEqual([[1]]);
  });
  it.each([['[{"id":1},{"id":2}', 'FILE_CUT_OFF'], ['[{"id":1},]', 'FILE_JSON_INVALID'], ['[]', 'FILE_NO_RECORDS'], ['{"a":{"b":[]},"a"', 'FILE_CUT_OFF']])('is refused as a whole where its records have no borders: %s', async (content, code) => {
    const name = await table('id integer primary key');
    await expect(bench.stage(name, content)).rejects.toMatchObject({ code });
  });
  it('of GeoJSON features fills points and properties', async () => {
    const name = await table('id text primary key, name text, geometry point');
    const feature = (id: string, coordinates: string): string => `{"type":"Feature","id":"${id}","properties":{"name":"at ${id}"},"geometry":{"type":"Point","coordinates":[${coordinates}]}}`;
    const job = await bench.load(name, `{"type":"FeatureCollection","features":[${feature('a', '4.895168, 52.3702160')},${feature('b', '1,2,0.0')},${feature('c', '1,2,30')}]}`);
    expect(await all(name, 'id, name, geometry::text')).toEqual([['a', 'at a', '(4.895168,52.370216)'], ['b', 'at b', '(1,2)']]);
    expect(await bench.found(job.jobId)).toEqual(['3 POINT_INVALID geometry']);
  });
});

describe('gzip', () => {
  it('is unpacked once into the spool, whatever it holds', async () => {
    const name = await table('id integer primary key, name text');
    await bench.load(name, gzipSync('id;name\n1;Zoë\n2;b\n'), { fileName: 'x.csv.gz' });
    await bench.load(name, gzipSync('{"id":3,"name":"c"}\n{"id":4}\n'));
    await bench.load(name, gzipSync(Buffer.from('\ufeffid\tname\r\n5\tŁódź\r\n', 'utf16le')));
    expect(await all(name)).toEqual([[1, 'Zoë'], [2, 'b'], [3, 'c'], [4, null], [5, 'Łódź']]);
  });
  it('is refused when it is cut off, damaged, or grows out of all proportion', async () => {
    const name = await table('id integer primary key, name text');
    const whole = gzipSync(`id,name\n${Array.from({ length: 5_000 }, (_, index) => `${index},n${index * 7919}`).join('\n')}\n`);
    const damaged = Buffer.from(whole);
    damaged.fill(0x55, 2_000, 2_050);
    await expect(bench.stage(name, whole.subarray(0, whole.length - 100))).rejects.toMatchObject({ code: 'FILE_CUT_OFF' });
    await expect(bench.stage(name, damaged)).rejects.toMatchObject({ code: 'FILE_UNPACKING_FAILED' });
    await expect(bench.stage(name, gzipSync(Buffer.alloc(80 * 1024 * 1024, 'a,b\n')))).rejects.toMatchObject({ code: 'FILE_EXPANDS_TOO_MUCH' });
  });
});

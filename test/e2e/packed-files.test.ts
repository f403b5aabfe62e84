/** Packed files both ways, as an operator has them; and hostile ones one after the other, which the same worker outlives. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorKinds } from '../../contracts/errors.ts';
import { zipFile } from '../../core/formats/zip/zip-file.ts';
import { startOperator, type Operator } from '../support/operator.ts';

let operator: Operator;
const columns = 'id bigint primary key, name text, amount numeric(20,4), day date';
beforeAll(async () => {
  operator = await startOperator({ threads: 2, chunkBytes: 64 * 1024 });
  await operator.table('goods', columns);
  await operator.sql(`insert into registry.goods select n, case n % 4 when 0 then null when 1 then '' when 2 then 'Zoë "' || n || '", {x}' || chr(10) || 'next' else '=1+' || n end,
    n * 12345678.9012, date '1999-12-31' + n::int from generate_series(1, 3000) n`);
});
afterAll(() => operator.close());

const zipOf = async (files: readonly (readonly [string, string])[]): Promise<Buffer> => {
  const entries = files.map(([name, text]) => {
    const plain = Buffer.from(text), packed = deflateRawSync(plain);
    return { name, crc: crc32(plain), plainBytes: plain.length, packedBytes: packed.length, packed: () => [packed] };
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of zipFile(entries)) pieces.push(piece);
  return Buffer.concat(pieces);
};
const hashOf = async (table: string): Promise<unknown> => (await operator.sql(`select md5(string_agg(t::text, '|' order by id)) as all from registry.${table} t`))[0];

interface Exported { readonly files: readonly { readonly file: string; readonly rows: number }[] }

describe('a packed export', () => {
  it.each(['csv.zst', 'csv.zip', 'jsonl.zst', 'json.zip', 'csv.gz'])('as %s is imported again unchanged', async (ending) => {
    const table = `again_${ending.replace('.', '_')}`;
    await operator.table(table, columns);
    const { files: [written] } = await operator.json<Exported>('export', 'goods', '--to', join(operator.folder, `goods.${ending}`));
    const answer = await operator.load(written?.file ?? '', table);
    expect(answer, answer.stderr).toMatchObject({ code: 0, state: 'completed', books: { created: 3000 } });
    expect(await hashOf(table)).toEqual(await hashOf('goods'));
  });

  it('in several ZIP files has in each one file of its name', async () => {
    const { files } = await operator.json<Exported>('export', 'goods', '--to', join(operator.folder, 'part.csv.zip'), '--split-rows', '1000', '--sort', 'id');
    expect(files.map(({ file, rows }) => [file.slice(operator.folder.length + 1), rows])).toEqual([['part-0001.csv.zip', 1000], ['part-0002.csv.zip', 1000], ['part-0003.csv.zip', 1000]]);
    expect(readFileSync(files[1]?.file ?? '').toString('latin1')).toContain('goods-0002.csv');
    expect(await operator.json('inspect', files[1]?.file ?? '', '--all')).toMatchObject({ format: 'csv', compression: 'zip', rows: 1000 });
  });
});

describe('a ZIP file with several files', () => {
  it('is listed, and read at the file that is chosen, by its name or its number', async () => {
    await operator.table('chosen', 'id int primary key, name text');
    const path = await operator.file('several.zip', await zipOf([['notes/one.csv', 'id,name\n1,a\n'], ['__MACOSX/._one.csv', 'x'], ['\u001b[31mtwo.jsonl', '{"id":2,"name":"b"}\n{"id":3,"name":"c"}\n']]));
    expect(await operator.json('inspect', path)).toEqual({ files: [{ no: 1, name: 'notes/one.csv', bytes: 12 }, { no: 2, name: '\u001b[31mtwo.jsonl', bytes: 40 }] });
    const told = await operator.stack.waybill('inspect', path);
    expect([told.code, told.stdout.includes('\u001b'), told.stdout.includes('two.jsonl')]).toEqual([0, false, true]);
    expect(await operator.load(path, 'chosen')).toMatchObject({ code: 6, error: { code: 'FILE_ZIP_CHOICE', place: { files: 2 } } });
    expect(await operator.load(path, 'chosen', '--entry', 'notes/one.csv')).toMatchObject({ code: 0, books: { created: 1 } });
    expect(await operator.load(path, 'chosen', '--entry', '#2')).toMatchObject({ code: 0, books: { created: 2 } });
    expect(await operator.load(path, 'chosen', '--entry', 'no such name')).toMatchObject({ code: 6, error: { code: 'OPTION_INVALID' } });
    const log = await operator.stack.log('worker-1') + await operator.stack.log('api');
    for (const name of ['one.csv', 'two.jsonl', 'no such name']) expect(log).not.toContain(name);
  });
});

const corpus = fileURLToPath(new URL('../fixtures/corpus/', import.meta.url));
const mostOfAFolder = 8;
const ending = /\.expected\.json$/;
/** Whatever the corpus has that is refused; new folders join by themselves. */
const hostile = readdirSync(corpus, { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap(({ name: folder }) => {
  const files = readdirSync(join(corpus, folder));
  const refused = files.filter((name) => ending.test(name)).filter((name) => {
    const { error, overrides } = JSON.parse(readFileSync(join(corpus, folder, name), 'utf8')) as { readonly error?: string; readonly overrides?: unknown };
    return error !== undefined && overrides === undefined;
  }).map((name) => name.replace(ending, '.'));
  // Spread over the names, which begin alike where the fault is alike.
  const step = Math.max(1, refused.length / mostOfAFolder);
  return Array.from({ length: Math.min(refused.length, mostOfAFolder) }, (_, index) => refused[Math.floor(index * step)] ?? '')
    .map((stem) => join(corpus, folder, files.find((name) => name.startsWith(stem) && !ending.test(name)) ?? ''));
});

describe('hostile files', () => {
  it('one after the other end in a coded refusal or in issues of rows, and the same worker then does a good import', async () => {
    await operator.table('victims', 'id text primary key, name text');
    const before = operator.stack.pids();
    const made = [
      await operator.file('deep.json', `${'['.repeat(100_000)}1${']'.repeat(100_000)}`),
      await operator.file('deep-record.jsonl', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}\n`),
      await operator.file('bomb.zst', Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]), ...Array.from({ length: 80_000 }, () => Buffer.from([0x02, 0x00, 0x10, 0x30])), Buffer.from([0x03, 0, 0, 0x30])])),
    ];
    const queue = [...hostile, ...made];
    const ended: (readonly [string, number, string])[] = [];
    const lane = async (): Promise<void> => {
      for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
        const answer = await operator.load(path, 'victims');
        ended.push([path, answer.code, answer.error?.code ?? answer.state]);
      }
    };
    await Promise.all([lane(), lane(), lane()]);
    expect(ended.length).toBeGreaterThan(30);
    for (const [path, code, error] of ended) {
      // A few are read after all, some of them with issues of rows: what is no CSV may be sound JSON.
      if (code !== 6) expect([path, error]).toEqual([path, 'completed']);
      else expect(Object.keys(errorKinds), path).toContain(error);
      expect(['INTERNAL', 'WORKER_BROKEN', 'DATABASE_ERROR'], path).not.toContain(error);
    }
    expect(ended.filter(([, code]) => code === 6).length).toBeGreaterThan(ended.length * 0.9);
    await operator.table('survivors', 'id text primary key, name text');
    expect(await operator.load(await operator.file('good.csv', 'id,name\n1,a\n2,b\n'), 'survivors')).toMatchObject({ code: 0, books: { created: 2 } });
    expect(operator.stack.pids()).toEqual(before);
    expect((await operator.sql('select from registry.survivors')).length).toBe(2);
  }, 240_000);
});

/** Every file of the corpus of Parquet, written by pyarrow (test/fixtures/make-parquet-corpus.py): dropping a file in adds its tests. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { inspectSource } from '../../api/inspect/inspect-source.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { openLocalStorage } from '../../storage/local/local-storage.ts';
import { archiveKey } from '../../storage/storage-keys.ts';
import { readParquet } from '../support/read-parquet.ts';

const corpus = new URL('../fixtures/corpus/parquet/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'waybill-parquet-'));
const storage = await openLocalStorage(folder);
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

interface Expected { readonly error?: string; readonly rows?: number; readonly columns?: readonly string[]; readonly cells?: readonly (readonly string[])[] }

const names = readdirSync(corpus).filter((name) => name.endsWith('.parquet'));
const bytesOf = (name: string): Buffer => readFileSync(new URL(name, corpus));
const expectedOf = (name: string): Expected => JSON.parse(readFileSync(new URL(name.replace('.parquet', '.expected.json'), corpus), 'utf8')) as Expected;

const inspect = async (fileName: string, bytes: Buffer) => {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await storage.write(archiveKey(sha256), [bytes]);
  return inspectSource(storage, { file: { sha256, bytes: bytes.length }, fileName, overrides: {}, extent: 'all' });
};

/** The outcome of a broken file: the inspection, or at the latest the reading of its chunks, refuses it. */
const refusalOf = async (name: string, bytes: Buffer): Promise<string> => {
  try {
    await inspect(name, bytes);
    await readParquet(bytes);
  } catch (error) {
    if (isWaybillError(error)) return error.code;
    throw error;
  }
  return 'nothing';
};

describe('the corpus of parquet', () => {
  it.each(names.filter((name) => expectedOf(name).error !== undefined))('refuses %s with the code of its expectation', async (name) => {
    expect(await refusalOf(name, bytesOf(name))).toBe(expectedOf(name).error);
  });

  it.each(names.filter((name) => expectedOf(name).error === undefined))('reads %s as its expectation says, however it is cut into chunks', async (name) => {
    const { rows, columns, cells } = expectedOf(name);
    const bytes = bytesOf(name);
    const found = await inspect(name, bytes);
    expect({ format: found.detection.options.format, columns: found.detection.options.columns, rows: found.rows, exact: found.rowsExact }).toEqual({ format: 'parquet', columns, rows, exact: true });
    const whole = await readParquet(bytes);
    expect(whole.rows.map((row) => row.cells)).toEqual(cells);
    expect(whole.rows.map(({ line }) => line)).toEqual(Array.from({ length: rows ?? 0 }, (_, index) => index + 1));
    expect(whole.rows.flatMap(({ findings, unknown }) => [...findings, ...unknown])).toEqual([]);
    if (whole.rows.length < 100) for (const chunkBytes of [1, 150]) expect((await readParquet(bytes, chunkBytes)).rows).toEqual(whole.rows);
    if (found.sample.length > 0) expect(found.sample[0]).toEqual(cells?.[0]?.map((cell) => (cell.length > 1_000 ? `${cell.slice(0, 1_000)}…` : cell)));
  });

  it('reads a file that is packed as a whole, and takes it for nothing else by its name', async () => {
    const found = await inspect('data.csv', gzipSync(bytesOf('codec-snappy.parquet')));
    expect(found).toMatchObject({ rows: 40, detection: { options: { format: 'parquet', compression: 'gzip' } } });
    expect((await inspect('data.csv', bytesOf('codec-snappy.parquet'))).detection.options.format).toBe('parquet');
  });
});

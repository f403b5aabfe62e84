/** A file's own index of its pages is not believed: rows with lists are never put together of two. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseFooter, readFooterBytes } from '../../core/formats/parquet/parquet-footer.ts';
import { ThriftReader, wire } from '../../core/formats/parquet/thrift-reader.ts';
import { readParquet, sourceOf } from '../support/read-parquet.ts';

const file = readFileSync(new URL('../fixtures/corpus/parquet/nested-index.parquet', import.meta.url));
const source = sourceOf(file);
const { schema, groups } = parseFooter(await readFooterBytes(source), source.bytes);

/** Where the index of a column says with which row each page begins. */
const rowPlaces = ({ start, end }: { readonly start: number; readonly end: number }): readonly number[] => {
  const places: number[] = [];
  const thrift = new ThriftReader(file.subarray(0, end), start);
  thrift.fields((id, type) => {
    if (id !== 1 || type !== wire.list) return false;
    thrift.list(() => { thrift.fields((field) => { if (field === 3) places.push(thrift.at); return false; }); });
    return true;
  });
  return places;
};

const cases = schema.leaves.filter(({ maxRep }) => maxRep > 0).flatMap(({ index }) => {
  const places = rowPlaces(groups[0]?.columns[index]?.offsetIndex ?? { start: 0, end: 0 });
  return places.slice(1).map((place, page) => ({ column: index + 1, page: page + 2, place }));
});

describe('an index that lies', () => {
  it('is there to be tried', () => { expect(cases.length).toBeGreaterThan(10); });

  it.each(cases)('about the first row of page $page of column $column is found out, however the file is cut', async ({ place }) => {
    for (const change of [2, -2]) for (const chunkBytes of [1, 1 << 20]) {
      const bytes = Buffer.from(file);
      bytes[place] = (bytes[place] ?? 0) + change;
      await expect(readParquet(bytes, chunkBytes)).rejects.toMatchObject({ code: 'FILE_PARQUET_INVALID' });
    }
  });
});

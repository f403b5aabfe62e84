/** A footer is read into objects of a bounded number. */
import { describe, expect, it } from 'vitest';
import { parseFooter, readFooterBytes } from '../../core/formats/parquet/parquet-footer.ts';
import { ThriftWriter } from '../../core/formats/parquet/thrift-writer.ts';

const oneColumn = [{ name: 'r', children: 1 }, { name: 'c', children: 0 }];
const places = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

const footerOf = ({ elements = oneColumn, groups = 1, columns = 1 }: { readonly elements?: typeof oneColumn; readonly groups?: number; readonly columns?: number }): Buffer => {
  const writer = new ThriftWriter();
  writer.integer(1, 1);
  writer.structs(2, elements, ({ name, children }) => {
    if (children === 0) writer.integer(1, 1);
    writer.binary(4, Buffer.from(name));
    if (children > 0) writer.integer(5, children);
  });
  writer.long(3, groups);
  writer.structs(4, places(groups), () => {
    writer.structs(1, places(columns), () => {
      writer.struct(3, (meta) => { meta.integer(1, 1).integer(4, 0).long(5, 1).long(6, 8).long(7, 8).long(9, 4); });
    }).long(3, 1);
  });
  return Buffer.from(writer.end());
};

const parse = (bytes: Buffer): ReturnType<typeof parseFooter> => parseFooter(bytes, bytes.length + 1_000);

describe('a footer', () => {
  it('is read with 200,000 columns of row groups', () => { expect(parse(footerOf({ groups: 200_000 })).groups.length).toBe(200_000); });

  it.each([
    ['one more', { groups: 200_001 }], ['as many in one row group', { columns: 200_001 }],
    ['as large a schema', { elements: [{ name: 'r', children: 20_001 }, ...places(20_001).map((index) => ({ name: `c${index}`, children: 0 }))] }],
  ])('is refused with %s', (_, shape) => {
    expect(() => parse(footerOf(shape))).toThrow(expect.objectContaining({ code: 'FILE_EXPANDS_TOO_MUCH' }) as Error);
  });

  it.each([[64 * 1024 * 1024 + 1, 'FILE_EXPANDS_TOO_MUCH'], [0x7fffffff, 'FILE_PARQUET_INVALID']])('is refused when it says to have %i bytes, before they are read', async (length, code) => {
    const tail = Buffer.from('0000PAR1');
    tail.writeUInt32LE(length, 0);
    const fileBytes = 100 * 1024 * 1024;
    const read = async (start: number): Promise<Buffer> => {
      if (start !== fileBytes - 8) throw new RangeError('it was read');
      return Promise.resolve(tail);
    };
    await expect(readFooterBytes({ bytes: fileBytes, read })).rejects.toMatchObject({ code });
  });
});

/** Pages of a column: levels and values, compressed, each behind its header. Pages of the first kind, which every reader takes. */
import { gzipSync } from 'node:zlib';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { packZstd } from '../zstd-library.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { codecs } from './parquet-footer.ts';
import { TextBuilder } from './text-builder.ts';
import { ThriftWriter } from './thrift-writer.ts';

export type WrittenCodec = 'uncompressed' | 'snappy' | 'gzip' | 'zstd';
export const codecNumber = (codec: WrittenCodec): number => codecs.indexOf(codec);

/** A column of a row group as its footer will name it; places from the start of the part. */
export interface WrittenColumn {
  readonly values: number;
  readonly nulls: number;
  readonly dictionaryAt: number | null;
  readonly dataAt: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Base64, so that a part's own note is plain JSON. */
  readonly least: string | null;
  readonly most: string | null;
}

/** As parquet-mr cuts them: small enough to be read one by one. */
const pageRows = 20_000;
const pageBytes = 1024 * 1024;
const encoding = { plain: 0, rle: 3, dictionary: 8 } as const;

const compress = (codec: WrittenCodec, bytes: Uint8Array): Uint8Array => {
  switch (codec) {
    case 'uncompressed': return bytes;
    case 'snappy': return snappyCompress(bytes);
    case 'gzip': return gzipSync(bytes, { level: 5 });
    case 'zstd': return packZstd(bytes, 1);
  }
};

export interface PackedColumn { readonly column: WrittenColumn; readonly pieces: readonly Uint8Array[] }

/** @param at where the column begins in its part */
export const packColumn = (builder: ColumnBuilder, codec: WrittenCodec, at: number): PackedColumn => {
  const packer = new PagePacker(codec, at);
  const hasDictionary = builder instanceof TextBuilder && builder.distinct !== null && builder.distinct > 0;
  const dictionaryAt = hasDictionary ? at : null;
  if (hasDictionary) packer.dictionary(builder.dictionary(), builder.distinct ?? 0);
  const dataAt = packer.at;
  for (let row = 0, value = 0; row < builder.count;) {
    const page = nextPage(builder, row, value);
    const values = page.valueEnd === value ? new Uint8Array(0) : hasDictionary ? builder.packed(value, page.valueEnd) : builder.plain(value, page.valueEnd);
    packer.data(Buffer.concat([builder.levels(row, page.rowEnd), values]), { count: builder.levelsIn(row, page.rowEnd), encoding: hasDictionary ? encoding.dictionary : encoding.plain });
    [row, value] = [page.rowEnd, page.valueEnd];
  }
  const bounds = builder.bounds();
  return {
    pieces: packer.pieces,
    column: {
      values: builder.levelCount, nulls: builder.levelCount - builder.present, dictionaryAt, dataAt, packedBytes: packer.at - at, bytes: packer.bytes,
      least: bounds === null ? null : base64(bounds.least), most: bounds === null ? null : base64(bounds.most),
    },
  };
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');

const nextPage = (builder: ColumnBuilder, row: number, value: number): { readonly rowEnd: number; readonly valueEnd: number } => {
  for (let rows = pageRows; ; rows = Math.ceil(rows / 2)) {
    const rowEnd = Math.min(builder.count, row + rows);
    const valueEnd = value + builder.presentIn(row, rowEnd);
    if (rows === 1 || builder.distinct !== null || builder.plainBytes(value, valueEnd) <= pageBytes) return { rowEnd, valueEnd };
  }
};

class PagePacker {
  readonly pieces: Uint8Array[] = [];
  /** Uncompressed, headers counted in. */
  bytes = 0;
  constructor(private readonly codec: WrittenCodec, public at: number) {}

  dictionary(values: Uint8Array, count: number): void {
    this.page(values, (packed) => new ThriftWriter().integer(1, 2).integer(2, values.length).integer(3, packed).struct(7, (head) => { head.integer(1, count).integer(2, encoding.plain); }));
  }

  data(page: Uint8Array, { count, encoding: way }: { readonly count: number; readonly encoding: number }): void {
    this.page(page, (packed) => new ThriftWriter().integer(1, 0).integer(2, page.length).integer(3, packed)
      .struct(5, (head) => { head.integer(1, count).integer(2, way).integer(3, encoding.rle).integer(4, encoding.rle); }));
  }

  private page(content: Uint8Array, headerOf: (packedBytes: number) => ThriftWriter): void {
    const packed = compress(this.codec, content);
    const header = headerOf(packed.length).end();
    // What is not compressed may lie in memory that the next row group is gathered in.
    this.pieces.push(header, this.codec === 'uncompressed' ? Uint8Array.from(packed) : packed);
    this.bytes += header.length + content.length;
    this.at += header.length + packed.length;
  }
}

/** The footer of a Parquet file (https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift): what of it is needed, checked. */
import { WaybillError } from '../../../contracts/errors.ts';
import type { RandomAccess } from '../source-format.ts';
import { contained, corrupt, tooMuch } from './corrupt.ts';
import { encodingNames } from './page-header.ts';
import { physicalTypes, schemaOf } from './parquet-schema.ts';
import type { Leaf, ParquetSchema, SchemaElement, TimeUnit } from './parquet-schema.ts';
import { ThriftReader, wire } from './thrift-reader.ts';

export const codecs = ['uncompressed', 'snappy', 'gzip', 'lzo', 'brotli', 'lz4', 'zstd', 'lz4_raw'] as const;
export type Codec = typeof codecs[number];

export interface ColumnChunk {
  readonly codec: Codec;
  readonly values: number;
  /** Of its pages. */
  readonly start: number;
  readonly end: number;
  readonly uncompressedBytes: number;
  readonly hasDictionary: boolean;
  /** A text may be written as a piece of the one before, and so be longer than the page that it is in. */
  readonly sharesTexts: boolean;
  /** Null: none. */
  readonly offsetIndex: { readonly start: number; readonly end: number } | null;
}

export interface RowGroup {
  readonly index: number;
  readonly firstRow: number;
  readonly rows: number;
  readonly columns: readonly ColumnChunk[];
}

export interface ParquetFooter {
  readonly schema: ParquetSchema;
  readonly rows: number;
  readonly groups: readonly RowGroup[];
}

export const magic = Buffer.from('PAR1');
export const encryptedMagic = Buffer.from('PARE');
/** Of what is kept an object each: 1,000 columns in 200 row groups, or 20 in 10,000. A column of a row group is about 100 to 300 bytes of footer. */
const mostFooterBytes = 64 * 1024 * 1024;
const mostColumnChunks = 200_000;
/** Of 2,000 columns with lists and groups around them. */
const mostElements = 20_000;
const tailBytes = 8;
/** Old writers name the place of a dictionary as that of the first data page. */
const dictionaryEncodings = 1 << encodingNames.indexOf('plain_dictionary') | 1 << encodingNames.indexOf('rle_dictionary');

export const encryptedFile = (): WaybillError => new WaybillError('FILE_ENCRYPTED', 'The Parquet file is encrypted.');

/** Of the footer, without the length and the magic word behind it. */
export const readFooterBytes = async (source: RandomAccess): Promise<Buffer> => {
  const tail = await source.read(Math.max(0, source.bytes - tailBytes), source.bytes);
  if (tail.length === tailBytes && tail.subarray(4).equals(encryptedMagic)) throw encryptedFile();
  if (tail.length < tailBytes || !tail.subarray(4).equals(magic)) throw new WaybillError('FILE_CUT_OFF', 'The Parquet file has no end.');
  const length = tail.readUInt32LE(0);
  if (length > source.bytes - tailBytes - magic.length) throw corrupt('its footer is longer than the file');
  if (length > mostFooterBytes) throw tooMuch('The footer of the Parquet file is larger than 64 MiB', { bytes: length });
  return source.read(source.bytes - tailBytes - length, source.bytes - tailBytes);
};

export const parseFooter = (bytes: Buffer, fileBytes: number): ParquetFooter =>
  contained(() => new FooterParser(new ThriftReader(bytes), fileBytes - tailBytes - bytes.length).footer(), 'its footer cannot be read');

type ColumnType = { physical: number; codec: number; values: number; uncompressed: number; compressed: number; dataOffset: number; dictionaryOffset: number; indexStart: number; indexBytes: number; hasMeta: boolean; encodings: number };

class FooterParser {
  private schema: ParquetSchema | null = null;
  private rows = -1;
  private readonly groups: RowGroup[] = [];
  private columnChunks = 0;

  /** @param limit where the footer begins: no page lies behind it */
  constructor(private readonly thrift: ThriftReader, private readonly limit: number) {}

  footer(): ParquetFooter {
    const { thrift } = this;
    thrift.fields((id, type) => {
      if (id === 2 && type === wire.list) this.schema = this.readSchema();
      else if (id === 3 && type === wire.i64) this.rows = thrift.integer();
      else if (id === 4 && type === wire.list) thrift.list(() => { this.readGroup(); });
      else return false;
      return true;
    });
    const { schema, rows, groups } = this;
    if (schema === null) throw corrupt('its footer has no schema');
    if (rows !== groups.reduce((sum, group) => sum + group.rows, 0)) throw corrupt('its row groups have another number of rows than it says');
    return { schema, rows, groups };
  }

  private readSchema(): ParquetSchema {
    const elements: SchemaElement[] = [];
    this.thrift.list(() => {
      if (elements.length === mostElements) throw tooMuch('The schema of the Parquet file has more than 20,000 nodes');
      elements.push(this.readElement());
    });
    return schemaOf(elements);
  }

  private readElement(): SchemaElement {
    const { thrift } = this;
    const element: SchemaElement = { name: '', physical: null, typeLength: 0, repetition: 'required', children: 0, converted: -1, scale: 0, logical: null };
    thrift.fields((id, type) => {
      if (id === 4 && type === wire.binary) element.name = thrift.text();
      else if (id === 10 && type === wire.struct) element.logical = this.readLogical();
      else if (type !== wire.i32) return false;
      else if (id === 1) element.physical = physicalTypes[thrift.integer()] ?? unknownPart('type');
      else if (id === 2) element.typeLength = thrift.integer();
      else if (id === 3) element.repetition = (['required', 'optional', 'repeated'] as const)[thrift.integer()] ?? unknownPart('repetition');
      else if (id === 5) element.children = thrift.integer();
      else if (id === 6) element.converted = thrift.integer();
      else if (id === 7) element.scale = thrift.integer();
      else return false;
      return true;
    });
    return element;
  }

  /** A union: one field, whose structure holds the parameters. */
  private readLogical(): SchemaElement['logical'] {
    const { thrift } = this;
    let found: SchemaElement['logical'] = null;
    thrift.fields((id, type) => {
      if (type !== wire.struct) return false;
      let [first, second, unit, utc] = [0, false, 'millis' as TimeUnit, false];
      thrift.fields((parameter, parameterType) => {
        if (parameterType === wire.yes || parameterType === wire.no) { if (parameter === 1) utc = parameterType === wire.yes; else second = parameterType === wire.yes; return true; }
        if (parameterType === wire.i32 && parameter === 1) { first = thrift.integer(); return true; }
        if (parameterType !== wire.struct || parameter !== 2) return false;
        thrift.fields((unitId) => { unit = (['millis', 'micros', 'nanos'] as const)[unitId - 1] ?? unknownPart('unit of time'); return false; });
        return true;
      });
      found = { id, scale: first, unit, utc, signed: second };
      return true;
    });
    return found;
  }

  private readGroup(): void {
    const { thrift, schema } = this;
    if (schema === null) throw corrupt('its footer has row groups before a schema');
    const index = this.groups.length;
    const types: ColumnType[] = [];
    let rows = -1;
    thrift.fields((id, type) => {
      if (id === 1 && type === wire.list) thrift.list(() => { this.countColumn(); types.push(this.readColumn()); });
      else if (id === 3 && type === wire.i64) rows = thrift.integer();
      else return false;
      return true;
    });
    if (rows < 0 || types.length !== schema.leaves.length) throw corrupt('a row group has other columns than the schema', { rowGroup: index + 1 });
    const firstRow = index === 0 ? 0 : (this.groups[index - 1] as RowGroup).firstRow + (this.groups[index - 1] as RowGroup).rows;
    this.groups.push({ index, firstRow, rows, columns: rows === 0 ? [] : types.map((type, column) => this.chunkOf(type, schema.leaves[column] as Leaf, { rowGroup: index + 1, rows })) });
  }

  /** Before it is read: there may be millions of them in a few bytes each. */
  private countColumn(): void {
    this.columnChunks += 1;
    if (this.columnChunks > mostColumnChunks) throw tooMuch('The file has more than 200,000 columns of row groups');
  }

  private readColumn(): ColumnType {
    const { thrift } = this;
    const column: ColumnType = { physical: -1, codec: -1, values: -1, uncompressed: -1, compressed: -1, dataOffset: -1, dictionaryOffset: 0, indexStart: 0, indexBytes: 0, hasMeta: false, encodings: 0 };
    thrift.fields((id, type) => {
      if (id === 1 && type === wire.binary) { if (thrift.binary().length > 0) throw corrupt('its columns are in other files'); }
      else if (id === 3 && type === wire.struct) { column.hasMeta = true; this.readColumnMeta(column); }
      else if (id === 4 && type === wire.i64) column.indexStart = thrift.integer();
      else if (id === 5 && type === wire.i32) column.indexBytes = thrift.integer();
      else if (id === 8) throw encryptedFile();
      else return false;
      return true;
    });
    if (!column.hasMeta) throw corrupt('a column has no metadata');
    return column;
  }

  private readColumnMeta(column: ColumnType): void {
    const { thrift } = this;
    thrift.fields((id, type) => {
      if (id === 2 && type === wire.list) { thrift.list(() => { column.encodings |= 1 << Math.min(31, Math.max(0, thrift.integer())); }); return true; }
      if (type !== wire.i32 && type !== wire.i64) return false;
      if (id === 1) column.physical = thrift.integer();
      else if (id === 4) column.codec = thrift.integer();
      else if (id === 5) column.values = thrift.integer();
      else if (id === 6) column.uncompressed = thrift.integer();
      else if (id === 7) column.compressed = thrift.integer();
      else if (id === 9) column.dataOffset = thrift.integer();
      else if (id === 11) column.dictionaryOffset = thrift.integer();
      else return false;
      return true;
    });
  }

  private chunkOf(type: ColumnType, leaf: Leaf, { rowGroup, rows }: { readonly rowGroup: number; readonly rows: number }): ColumnChunk {
    const place = { rowGroup, column: leaf.index + 1 };
    const isBefore = type.dictionaryOffset > 0 && type.dictionaryOffset < type.dataOffset;
    const start = isBefore ? type.dictionaryOffset : type.dataOffset;
    const end = start + type.compressed;
    const codec = codecs[type.codec];
    if (codec === undefined || codec === 'lzo') throw new WaybillError('FILE_PARQUET_UNSUPPORTED', 'A column is compressed in a way that is not read.', place);
    if (physicalTypes[type.physical] !== leaf.physical) throw corrupt('a column is of another type than in the schema', place);
    if (start < magic.length || type.compressed < 0 || end > this.limit || type.uncompressed < 0) throw corrupt('a column lies outside the file', place);
    if (type.values < rows || (leaf.maxRep === 0 && type.values !== rows)) throw corrupt('a column has another number of values than rows', place);
    const indexEnd = type.indexStart + type.indexBytes;
    const hasIndex = type.indexStart >= magic.length && type.indexBytes > 0 && indexEnd <= this.limit;
    return { codec, values: type.values, start, end, uncompressedBytes: type.uncompressed, hasDictionary: isBefore || (type.encodings & dictionaryEncodings) !== 0, sharesTexts: (type.encodings & 1 << encodingNames.indexOf('delta_texts')) !== 0, offsetIndex: hasIndex ? { start: type.indexStart, end: indexEnd } : null };
  }
}

const unknownPart = (what: string): never => { throw corrupt(`its schema has an unknown ${what}`); };

/** The header before each page: what kind it is, how long, how many values it says to have. */
import { corrupt } from './corrupt.ts';
import { ThriftReader, wire } from './thrift-reader.ts';

export type PageKind = 'data' | 'data2' | 'dictionary' | 'other';
export const encodingNames = ['plain', 'group_var_int', 'plain_dictionary', 'rle', 'bit_packed', 'delta_binary', 'delta_length', 'delta_texts', 'rle_dictionary', 'split_streams'] as const;
export type Encoding = typeof encodingNames[number];

export interface PageHeader {
  kind: PageKind;
  /** Of the header itself. */
  headerBytes: number;
  packedBytes: number;
  bytes: number;
  values: number;
  encoding: Encoding;
  levelEncodings: readonly Encoding[];
  /** Of a page of the second kind only. */
  rows: number;
  defBytes: number;
  repBytes: number;
  isPacked: boolean;
  /** Of what follows the header; null: none. */
  crc: number | null;
}

/** A page is held in memory whole; DuckDB writes up to 100 MB, everybody else 1 MB. */
export const mostPageBytes = 128 * 1024 * 1024;
/** Runs cost nothing: a page of a few bytes may say to have 2^31 values. */
const mostPageValues = 16 * 1024 * 1024;

export const parsePageHeader = (bytes: Uint8Array, at: number): PageHeader => {
  const thrift = new ThriftReader(bytes, at);
  const header: PageHeader = { kind: 'other', headerBytes: 0, packedBytes: -1, bytes: -1, values: 0, encoding: 'plain', levelEncodings: [], rows: 0, defBytes: 0, repBytes: 0, isPacked: true, crc: null };
  thrift.fields((id, type) => {
    if (type === wire.i32 && id === 1) header.kind = (['data', 'other', 'dictionary', 'data2'] as const)[thrift.integer()] ?? 'other';
    else if (type === wire.i32 && id === 2) header.bytes = thrift.integer();
    else if (type === wire.i32 && id === 3) header.packedBytes = thrift.integer();
    else if (type === wire.i32 && id === 4) header.crc = thrift.integer() >>> 0;
    else if (type === wire.struct && (id === 5 || id === 7)) firstKind(thrift, header, id === 5);
    else if (type === wire.struct && id === 8) secondKind(thrift, header);
    else return false;
    return true;
  });
  header.headerBytes = thrift.at - at;
  if (header.bytes < 0 || header.packedBytes < 0 || header.values < 0 || header.defBytes < 0 || header.repBytes < 0 || header.rows < 0) throw corrupt('a page has impossible lengths');
  if (header.defBytes + header.repBytes > Math.min(header.packedBytes, header.bytes)) throw corrupt('the levels of a page are longer than it');
  if (header.bytes > mostPageBytes || header.packedBytes > mostPageBytes) throw corrupt('a page is larger than 128 MiB');
  if (header.values > mostPageValues) throw corrupt('a page says to have more than 16 million values');
  return header;
};

const encodingAt = (index: number): Encoding => {
  const name = encodingNames[index];
  if (name === undefined) throw corrupt('a page has an unknown encoding');
  return name;
};

const firstKind = (thrift: ThriftReader, header: PageHeader, hasLevels: boolean): void => {
  thrift.fields((id, type) => {
    if (type !== wire.i32) return false;
    if (id === 1) header.values = thrift.integer();
    else if (id === 2) header.encoding = encodingAt(thrift.integer());
    else if (hasLevels && (id === 3 || id === 4)) header.levelEncodings = [...header.levelEncodings, encodingAt(thrift.integer())];
    else return false;
    return true;
  });
};

const secondKind = (thrift: ThriftReader, header: PageHeader): void => {
  thrift.fields((id, type) => {
    if (type === wire.yes || type === wire.no) { if (id === 7) header.isPacked = type === wire.yes; return true; }
    if (type !== wire.i32) return false;
    if (id === 1) header.values = thrift.integer();
    else if (id === 3) header.rows = thrift.integer();
    else if (id === 4) header.encoding = encodingAt(thrift.integer());
    else if (id === 5) header.defBytes = thrift.integer();
    else if (id === 6) header.repBytes = thrift.integer();
    else return false;
    return true;
  });
};

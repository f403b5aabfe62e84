/**
 * Writes ZIP files (PKWARE's APPNOTE 6.3.10) of entries that are packed already: nothing is packed again, sums and lengths are known before
 * the bytes, and the same entries give the same file. ZIP64 fields only where a number needs them.
 */
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { combineCrc32 } from './combine-crc32.ts';
import type { DeflatedPiece } from './deflated-piece.ts';

export interface ZipEntry {
  readonly name: string;
  /** Of the plain bytes. */
  readonly crc: number;
  readonly plainBytes: number;
  readonly packedBytes: number;
  /** Raw deflate with its last block. */
  packed(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** An entry of bytes that are in memory. */
export const packEntry = (name: string, plain: Uint8Array): ZipEntry => {
  const bytes = deflateRawSync(plain);
  return { name, crc: crc32(plain), plainBytes: plain.length, packedBytes: bytes.length, packed: () => [bytes] };
};

/** The empty last block of deflate. */
const lastBlock = Uint8Array.of(3, 0);

/** One entry of pieces one behind the other. */
export const joinPieces = (name: string, pieces: readonly DeflatedPiece[]): ZipEntry => {
  const add = (of: (piece: DeflatedPiece) => number): number => pieces.reduce((sum, piece) => sum + of(piece), 0);
  return {
    name, crc: pieces.reduce((sum, piece) => combineCrc32(sum, piece.crc, piece.plainBytes), 0),
    plainBytes: add((piece) => piece.plainBytes), packedBytes: add((piece) => piece.packedBytes) + lastBlock.length,
    packed: () => joined(pieces),
  };
};

async function* joined(pieces: readonly DeflatedPiece[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield* piece.read();
  yield lastBlock;
}

/** A piece of bytes in memory: what stands before, between and behind parts. */
export const pieceOf = (plain: Uint8Array): DeflatedPiece => {
  const bytes = deflateRawSync(plain, { finishFlush: constants.Z_SYNC_FLUSH });
  return { crc: crc32(plain), plainBytes: plain.length, packedBytes: bytes.length, read: async function* read() { yield bytes; } };
};

export async function* zipFile(entries: Iterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const header = localHeader(entry);
    directory.push(directoryHeader(entry, offset));
    yield header;
    yield* entry.packed();
    offset += header.length + entry.packedBytes;
  }
  yield* directory;
  yield endOf(directory, offset);
}

const most32 = 0xffff_ffff, most16 = 0xffff;
const [version20, version45] = [20, 45];
/** Names are UTF-8. */
const flags = 0x0800;
const deflateMethod = 8;
/** 1980-01-01 00:00, the first day that the format has: when a file was made would make each one another. */
const dosTime = 0, dosDate = 0x0021;

const zip64Field = (numbers: readonly number[]): Buffer => {
  if (numbers.length === 0) return Buffer.alloc(0);
  const field = Buffer.alloc(4 + numbers.length * 8);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(numbers.length * 8, 2);
  numbers.forEach((number, index) => { field.writeBigUInt64LE(BigInt(number), 4 + index * 8); });
  return field;
};

const common = (entry: ZipEntry, extra: Buffer, large: boolean): Buffer => {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(extra.length > 0 ? version45 : version20, 0);
  fields.writeUInt16LE(flags, 2);
  fields.writeUInt16LE(deflateMethod, 4);
  fields.writeUInt16LE(dosTime, 6);
  fields.writeUInt16LE(dosDate, 8);
  fields.writeUInt32LE(entry.crc, 10);
  fields.writeUInt32LE(large ? most32 : entry.packedBytes, 14);
  fields.writeUInt32LE(large ? most32 : entry.plainBytes, 18);
  fields.writeUInt16LE(Buffer.byteLength(entry.name), 22);
  fields.writeUInt16LE(extra.length, 24);
  return fields;
};

const isLarge = ({ packedBytes, plainBytes }: ZipEntry): boolean => packedBytes >= most32 || plainBytes >= most32;

const signature = (text: string): Buffer => Buffer.from(`PK${text}`, 'latin1');

const localHeader = (entry: ZipEntry): Buffer => {
  const large = isLarge(entry);
  const extra = zip64Field(large ? [entry.plainBytes, entry.packedBytes] : []);
  return Buffer.concat([signature('\x03\x04'), common(entry, extra, large), Buffer.from(entry.name), extra]);
};

const directoryHeader = (entry: ZipEntry, offset: number): Buffer => {
  const large = isLarge(entry), far = offset >= most32;
  const extra = zip64Field([...(large ? [entry.plainBytes, entry.packedBytes] : []), ...(far ? [offset] : [])]);
  // Made by: version, MS-DOS. Then comment, disk, attributes: none.
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(far ? most32 : offset, 10);
  return Buffer.concat([signature('\x01\x02'), Buffer.from([extra.length > 0 ? version45 : version20, 0]), common(entry, extra, large), rest, Buffer.from(entry.name), extra]);
};

const endOf = (directory: readonly Buffer[], start: number): Buffer => {
  const count = directory.length, bytes = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(Math.min(count, most16), 4);
  end.writeUInt16LE(Math.min(count, most16), 6);
  end.writeUInt32LE(Math.min(bytes, most32), 8);
  end.writeUInt32LE(Math.min(start, most32), 12);
  const needs64 = count >= most16 || bytes >= most32 || start >= most32;
  return Buffer.concat([...(needs64 ? zip64End(count, bytes, start) : []), signature('\x05\x06'), end]);
};

const zip64End = (count: number, bytes: number, start: number): readonly Buffer[] => {
  const record = Buffer.alloc(52), locator = Buffer.alloc(16);
  record.writeBigUInt64LE(44n, 0);
  record.writeUInt16LE(version45, 8);
  record.writeUInt16LE(version45, 10);
  [count, count, bytes, start].forEach((number, index) => { record.writeBigUInt64LE(BigInt(number), 20 + index * 8); });
  locator.writeBigUInt64LE(BigInt(start + bytes), 4);
  locator.writeUInt32LE(1, 12);
  return [signature('\x06\x06'), record, signature('\x06\x07'), locator];
};

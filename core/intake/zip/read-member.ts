import { crc32 } from 'node:zlib';
import { WaybillError } from '../../../contracts/errors.ts';
import type { RandomAccess } from '../../formats/source-format.ts';
import { inflateRaw } from '../gunzip.ts';
import { unpackStream } from '../unpack-stream.ts';
import { damaged } from '../unpacking-error.ts';
import type { ZipMember } from './zip-directory.ts';

export type ReadBytes = (start: number, endExclusive: number) => AsyncIterable<Uint8Array>;

const headerBytes = 30;
const headerSignature = 0x04034b50;

/** Where the packed bytes of a file are. What its own header says has to be what the directory says. */
export const locateMember = async (source: RandomAccess, { headerStart, nameBytes, method, packedBytes, encrypted }: ZipMember): Promise<readonly [number, number]> => {
  if (encrypted) throw new WaybillError('FILE_ENCRYPTED', 'The file in the ZIP file is encrypted.');
  const header = await source.read(headerStart, headerStart + headerBytes + nameBytes.length);
  if (header.length < headerBytes + nameBytes.length || header.readUInt32LE(0) !== headerSignature) throw damaged('zip-header');
  const nameLength = header.readUInt16LE(26), extraLength = header.readUInt16LE(28);
  if (header.readUInt16LE(8) !== method || nameLength !== nameBytes.length || !header.subarray(headerBytes).equals(nameBytes)) throw damaged('zip-header');
  const start = headerStart + headerBytes + nameLength + extraLength;
  if (start + packedBytes > source.bytes) throw damaged('zip-sizes');
  return [start, start + packedBytes];
};

/** The text of a file, measured: FILE_UNPACKING_FAILED when its length or sum is another than the directory says. */
export async function* readMember(packed: AsyncIterable<Uint8Array>, { method, crc, plainBytes }: ZipMember): AsyncGenerator<Uint8Array> {
  let [sum, length] = [0, 0];
  for await (const piece of unpackedBy(method, packed)) {
    length += piece.length;
    if (length > plainBytes) throw damaged('zip-sizes');
    sum = crc32(piece, sum);
    yield piece;
  }
  if (length !== plainBytes) throw damaged('zip-sizes');
  if (sum !== crc) throw damaged('zip-checksum');
}

const unpackedBy = (method: number, packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => {
  switch (method) {
    case 0: return packed;
    case 8: return inflateRaw(packed);
    case 12: return unpackStream('bzip2', packed);
    case 93: return unpackStream('zstd', packed);
    case 95: return unpackStream('xz', packed);
    default: throw damaged(`zip-method-${method}`);
  }
};

/** The codecs of Parquet's pages. What a page grows to is fixed before: a page that says less or more than it holds is broken. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { compressors } from 'hyparquet-compressors';
import { unpackZstdFrame } from '../zstd-library.ts';
import { corrupt } from './corrupt.ts';
import type { Codec } from './parquet-footer.ts';

export const decompress = (codec: Codec, packed: Uint8Array, bytes: number): Uint8Array => {
  const page = unpacked(codec, packed, bytes);
  if (page.length !== bytes) throw corrupt('a page has another length than it says');
  return page;
};

const unpacked = (codec: Codec, packed: Uint8Array, bytes: number): Uint8Array => {
  // Some writers leave a page without values empty.
  if (bytes === 0) return packed.subarray(0, 0);
  switch (codec) {
    case 'uncompressed': return packed;
    case 'snappy': return snappy(packed, bytes);
    case 'gzip': return gunzipSync(packed, { maxOutputLength: bytes });
    case 'brotli': return brotliDecompressSync(packed, { maxOutputLength: bytes });
    case 'zstd': return unpackZstd(packed, bytes);
    case 'lz4': return compressors.LZ4?.(packed, bytes) ?? packed;
    case 'lz4_raw': return compressors.LZ4_RAW?.(packed, bytes) ?? packed;
    case 'lzo': throw corrupt('a page is compressed in a way that is not read');
  }
};

/** The decompressor writes as much as the stream says at its start (https://github.com/google/snappy/blob/main/format_description.txt). */
const snappy = (packed: Uint8Array, bytes: number): Uint8Array => {
  let [said, factor, at] = [0, 1, 0];
  for (; at < 5; at += 1) {
    const byte = packed[at] ?? 0;
    said += (byte & 0x7f) * factor;
    factor *= 128;
    if (byte < 0x80) break;
  }
  if (said !== bytes) throw corrupt('a page has another length than it says');
  return compressors.SNAPPY?.(packed, bytes) ?? packed;
};

/** It makes room for as much as the frame says (RFC 8878, 3.1.1.1), or for `defaultHeapSize` when it does not say. */
const unpackZstd = (packed: Uint8Array, bytes: number): Uint8Array => {
  const said = zstdContentSize(Buffer.from(packed.buffer, packed.byteOffset, packed.length));
  if (said !== null && said !== bytes) throw corrupt('a page has another length than it says');
  return unpackZstdFrame(packed, bytes);
};

const zstdContentSize = (frame: Buffer): number | null => {
  if (frame.length < 6 || frame.readUInt32LE(0) !== 0xfd2fb528) throw corrupt('a page is not in Zstandard');
  const descriptor = frame[4] as number;
  const [sizeFlag, isSingle] = [descriptor >> 6, (descriptor >> 5 & 1) === 1];
  const at = 5 + (isSingle ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] as number);
  switch (sizeFlag) {
    case 0: return isSingle ? frame.readUInt8(at) : null;
    case 1: return frame.readUInt16LE(at) + 256;
    case 2: return frame.readUInt32LE(at);
    default: return Number(frame.readBigUInt64LE(at));
  }
};

import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { combineCrc32 } from '../../core/formats/zip/combine-crc32.ts';
import { deflatePiece, openPieces } from '../../core/formats/zip/deflated-piece.ts';
import { joinPieces, packEntry, pieceOf, zipFile, type ZipEntry } from '../../core/formats/zip/zip-file.ts';

async function* each(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> { yield* pieces; }

const collect = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};

const entriesOf = async (file: Buffer): Promise<Record<string, Buffer>> => {
  const zip = await new Promise<yauzl.ZipFile>((resolve, reject) => { yauzl.fromBuffer(file, { lazyEntries: true }, (error, opened) => { if (error) reject(error); else resolve(opened); }); });
  const found: Record<string, Buffer> = {};
  return new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', () => { resolve(found); });
    zip.on('entry', (entry: yauzl.Entry) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error) { reject(error); return; }
        void collect(stream).then((bytes) => { expect(crc32(bytes)).toBe(entry.crc32); found[entry.fileName] = bytes; zip.readEntry(); }, reject);
      });
    });
    zip.readEntry();
  });
};

describe('the sum of two texts', () => {
  it('is the sum of the text that they are together', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
      expect(combineCrc32(crc32(first), crc32(second), second.length)).toBe(crc32(Buffer.concat([first, second])));
    }));
  });
});

describe('a ZIP file', () => {
  it('holds what was packed, in parts and whole, under names of any script', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 3 }), { maxLength: 4 }), async (parts) => {
      const object = Buffer.concat(await Promise.all(parts.map((pieces) => collect(deflatePiece(each(...pieces))))));
      const opened = await openPieces({ bytes: object.length, read: (start = 0, end = object.length) => each(object.subarray(start, end)) });
      const file = await collect(zipFile([joinPieces('naïve/日.csv', [pieceOf(Buffer.from('<a>')), ...opened]), packEntry('whole', Buffer.from('text'))]));
      expect(await entriesOf(file)).toEqual({ 'naïve/日.csv': Buffer.concat([Buffer.from('<a>'), ...parts.flat()]), whole: Buffer.from('text') });
    }), { numRuns: 50 });
  });

  it('passes on the failure of what is packed', async () => {
    const failing = async function* failing(): AsyncGenerator<Uint8Array> { yield Buffer.from('a'); throw new TypeError('gone'); };
    await expect(collect(deflatePiece(failing()))).rejects.toThrow('gone');
  });

  it('uses the larger numbers beyond 4 GiB and 65,535 entries only', async () => {
    const small = await collect(zipFile([packEntry('a', Buffer.from('x'))]));
    expect(small.includes('PK\x06\x06')).toBe(false);
    const many = await collect(zipFile(Array.from({ length: 65_536 }, (_, index) => packEntry(String(index), new Uint8Array(0)))));
    const zip = await new Promise<yauzl.ZipFile>((resolve, reject) => { yauzl.fromBuffer(many, { lazyEntries: true }, (error, opened) => { if (error) reject(error); else resolve(opened); }); });
    expect(zip.entryCount).toBe(65_536);
    const huge: ZipEntry = { name: 'huge', crc: 0, plainBytes: 5 * 2 ** 30, packedBytes: 0, packed: () => [] };
    const file = await collect(zipFile([huge]));
    const opened = await new Promise<yauzl.Entry>((resolve, reject) => {
      yauzl.fromBuffer(file, {}, (error, zipped) => { if (error) reject(error); else zipped.on('entry', resolve); });
    });
    expect(opened.uncompressedSize).toBe(5 * 2 ** 30);
  });

  it('is the same for the same entries', async () => {
    const make = (): Promise<Buffer> => collect(zipFile([packEntry('a', Buffer.from('x')), joinPieces('b', [pieceOf(Buffer.from('y'))])]));
    expect((await make()).equals(await make())).toBe(true);
  });
});

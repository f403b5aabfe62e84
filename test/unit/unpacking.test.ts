/** Unpacking what partners send: whatever the bytes are, it ends soon, in the text or in a coded refusal. */
import { readdirSync, readFileSync } from 'node:fs';
import { crc32, deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWaybillError, type ErrorCode } from '../../contracts/errors.ts';
import { parseOverridesSchema } from '../../contracts/parse-options.ts';
import { packingOf } from '../../core/export/packing.ts';
import { compressZstd } from '../../core/formats/zstd-library.ts';
import { joinPieces, zipFile } from '../../core/formats/zip/zip-file.ts';
import { layOpen } from '../../core/intake/lay-open.ts';
import { unpackStream, type StreamCompression } from '../../core/intake/unpack-stream.ts';
import { MemoryStore } from '../support/memory-store.ts';

const corpus = new URL('../fixtures/corpus/', import.meta.url);
const packedFolders = ['gzip', 'zstd', 'bzip2', 'xz', 'zip'] as const;
const overrides = parseOverridesSchema.parse({});
const refusals: readonly ErrorCode[] = ['FILE_CUT_OFF', 'FILE_UNPACKING_FAILED', 'FILE_EXPANDS_TOO_MUCH', 'FILE_ENCRYPTED', 'FILE_ZIP_CHOICE', 'FILE_NESTED_ARCHIVE', 'FILE_EMPTY'];

const filesOf = (folder: string): readonly (readonly [string, Buffer])[] => readdirSync(new URL(`${folder}/`, corpus))
  .filter((name) => !name.endsWith('.expected.json')).map((name) => [name, readFileSync(new URL(`${folder}/${name}`, corpus))] as const);
const fileOf = (path: string): Buffer => readFileSync(new URL(path, corpus));

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield Promise.resolve(bytes.subarray(at, at + size));
}
const wholeOf = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(Uint8Array.from(piece));
  return Buffer.concat(all);
};

/** The text, or the code of the refusal. */
const layText = async (bytes: Buffer, entry?: string): Promise<Buffer | ErrorCode> => {
  const store = new MemoryStore();
  store.objects.set('in', bytes);
  try {
    const { key } = await layOpen(store, { key: 'in', spool: 'out', overrides: entry === undefined ? overrides : { ...overrides, entry } });
    return store.objects.get(key) ?? Buffer.alloc(0);
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    return error.code;
  }
};

describe('unpacking', () => {
  it.each([['zstd/many-rows.zst', 'zstd'], ['zstd/skippable-frames.zst', 'zstd'], ['bzip2/small-blocks.bz2', 'bzip2'], ['bzip2/two-streams.bz2', 'bzip2'], ['xz/two-streams-and-padding.xz', 'xz'], ['gzip/two-members.gz', 'gzip']] as const)(
    'does not depend on the pieces in which %s arrives', async (path, compression) => {
      const bytes = fileOf(path);
      const whole = await wholeOf(unpackStream(compression, inPieces(bytes, bytes.length)));
      for (const size of [1, 3, 100]) expect(await wholeOf(unpackStream(compression, inPieces(bytes, size)))).toEqual(whole);
    });

  it('gives back what another program packed as Zstandard, whatever its bytes and level', async () => {
    const text = fc.oneof(fc.uint8Array({ maxLength: 5_000 }), fc.array(fc.constantFrom('a,b,', '17;', 'Zoë\r\n', '0'.repeat(300), 'the quick brown fox'), { maxLength: 2_000 }).map((words) => Buffer.from(words.join(''))));
    await fc.assert(fc.asyncProperty(text, fc.constantFrom(-5, 1, 3, 9, 19), async (plain, level) => {
      expect(Buffer.compare(await wholeOf(unpackStream('zstd', inPieces(await compressZstd(plain, level), 777))), plain)).toBe(0);
    }), { numRuns: 300 });
  });

  it.each(['gzip/csv.gz', 'zstd/csv.zst', 'zstd/fast-without-checksum.zst', 'bzip2/csv.bz2', 'xz/csv.xz', 'xz/several-blocks.xz', 'zip/one-file.zip'])('says of %s, cut anywhere, that it ends too early', async (path) => {
    const bytes = fileOf(path);
    const step = Math.max(1, Math.floor(bytes.length / 400));
    for (let length = 12; length < bytes.length; length += step) expect([length, await layText(bytes.subarray(0, length))]).toEqual([length, 'FILE_CUT_OFF']);
  }, 60_000);

  it.each([['gzip/csv.gz', 'gzip'], ['zstd/many-rows.zst', 'zstd'], ['bzip2/small-blocks.bz2', 'bzip2'], ['xz/several-blocks.xz', 'xz']] as const)(
    'of %s may be given up, or fail by its source, many times and at the same time, and goes on to work', async (path, compression) => {
      const bytes = fileOf(path);
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield* inPieces(bytes.subarray(0, 40), 40);
        throw new RangeError('the disk');
      }
      const giveUp = async (): Promise<void> => {
        for await (const piece of unpackStream(compression, inPieces(bytes, 500))) if (piece.length > 0) return;
      };
      const whole = await wholeOf(unpackStream(compression, inPieces(bytes, 500)));
      for (let round = 0; round < 5; round += 1) {
        await Promise.all([giveUp(), expect(wholeOf(unpackStream(compression, broken()))).rejects.toThrow('the disk'), giveUp()]);
        expect(Buffer.compare(await wholeOf(unpackStream(compression, inPieces(bytes, 500))), whole)).toBe(0);
      }
    });

  it.each(packedFolders)('ends in bytes or in a coded refusal for damaged files of %s', async (folder) => {
    let seed = 20_240_131;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const files = filesOf(folder).filter(([name, bytes]) => !name.startsWith('bomb') && bytes.length < 30_000);
    const end = Date.now() + 15_000;
    for (let run = 0; run < 1_500 && Date.now() < end; run += 1) {
      const [name, bytes] = files[random(files.length)] as (typeof files)[number];
      const damaged = Buffer.from(bytes);
      for (let change = random(4); change >= 0; change -= 1) damaged[random(4) === 0 ? random(Math.min(40, damaged.length)) : random(damaged.length)] = random(3) === 0 ? 255 : random(256);
      const started = Date.now();
      const outcome = await layText(random(5) === 0 ? damaged.subarray(0, random(damaged.length)) : damaged, folder === 'zip' && random(2) === 0 ? '#1' : undefined);
      if (typeof outcome === 'string') expect([...refusals, 'OPTION_INVALID'], name).toContain(outcome);
      expect(Date.now() - started, name).toBeLessThan(5_000);
    }
  }, 60_000);
});

const mebibyte = 1024 * 1024;
const zeros = Buffer.alloc(64 * mebibyte, '0');
const repeated = (bytes: Buffer, count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => bytes));

/** Ten gigabytes of the digit 0. */
const bombs: readonly (readonly [string, () => Promise<Buffer> | Buffer])[] = [
  ['gzip', () => repeated(gzipSync(zeros, { level: 9 }), 160)],
  ['Zstandard', () => Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]), repeated(Buffer.from([0x02, 0x00, 0x10, 0x30]), 80_000), Buffer.from([0x03, 0, 0, 0x30])])],
  ['bzip2', () => repeated(fileOf('bzip2/bomb.bz2'), 100)],
  ['xz', () => repeated(fileOf('xz/bomb.xz'), 146)],
  ['zip', () => {
    const packed = deflateRawSync(zeros, { level: 9, finishFlush: 2 });
    const piece = { crc: crc32(zeros), plainBytes: zeros.length, packedBytes: packed.length, read: () => inPieces(packed, packed.length) };
    return wholeOf(zipFile([joinPieces('a.csv', Array.from({ length: 160 }, () => piece))]));
  }],
];

/** As small as its format allows, and the text it stands for. */
const crumbs: readonly (readonly [string, StreamCompression, string, string])[] = [
  ['bzip2 streams of one byte', 'bzip2', '425a683931415926535919939b6b00000001002000200021184682ee48a70a120332736d60', 'a'],
  ['bzip2 streams of nothing', 'bzip2', '425a683917724538509000000000', ''],
  ['Zstandard frames of one byte', 'zstd', '28b52ffd0458090000615b6e8ca9', 'a'],
  ['Zstandard frames of nothing', 'zstd', '28b52ffd240001000099e9d851', ''],
  ['Zstandard frames to be skipped', 'zstd', '502a4d1800000000', ''],
  ['xz streams of one byte', 'xz', 'fd377a585a000004e6d6b4460200210116000000742fe5a30100006100000000052b652e7784023300011901a52c81cc1fb6f37d010000000004595a', 'a'],
  ['xz streams of nothing', 'xz', 'fd377a585a000004e6d6b446000000001cdf44211fb6f37d010000000004595a', ''],
  ['gzip members of one byte', 'gzip', gzipSync('a').toString('hex'), 'a'],
  ['gzip members of nothing', 'gzip', gzipSync('').toString('hex'), ''],
];
const manyBlocks = (block: Buffer, count: number): Buffer => Buffer.concat([Buffer.from('28b52ffd0058', 'hex'), repeated(block, count), Buffer.from([1, 0, 0])]);

/** How long nothing else had its turn, at most. */
const longestHold = async (work: () => Promise<void>): Promise<number> => {
  let [longest, last] = [0, performance.now()];
  const note = (): void => { [longest, last] = [Math.max(longest, performance.now() - last), performance.now()]; };
  const timer = setInterval(note, 5);
  await work().finally(() => { clearInterval(timer); });
  note();
  return longest;
};

const expectCheap = async (compression: StreamCompression, bytes: Buffer, text: Buffer): Promise<void> => {
  const before = process.memoryUsage().rss;
  const started = Date.now();
  let pieces = 0;
  const held = await longestHold(async () => {
    const all: Uint8Array[] = [];
    // No piece is waited for, as from memory: the reader itself must let others have their turn.
    for await (const piece of unpackStream(compression, inPieces(bytes, 64 * 1024))) pieces = all.push(piece);
    expect(Buffer.compare(Buffer.concat(all), text)).toBe(0);
  });
  expect(Date.now() - started).toBeLessThan(30_000);
  expect(held).toBeLessThan(3_000);
  expect(pieces).toBeLessThanOrEqual(1 + text.length / 1_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(250 * mebibyte);
};

describe('ten megabytes of crumbs', () => {
  it.each(crumbs)('%s cost seconds, little memory, and hold up nothing else', async (_, compression, hex, text) => {
    const crumb = Buffer.from(hex, 'hex');
    const count = Math.floor(10_000_000 / crumb.length);
    await expectCheap(compression, repeated(crumb, count), Buffer.alloc(count * text.length, text));
  }, 60_000);

  it('blocks of nothing in one frame of Zstandard cost no more', async () => {
    await expectCheap('zstd', manyBlocks(Buffer.alloc(3), 3_000_000), Buffer.alloc(0));
  }, 60_000);
});

describe('a bomb', () => {
  it.each(bombs)('of ten gigabytes in %s is refused within seconds, by what it grew to, in little memory', async (_, make) => {
    const store = new MemoryStore(['out']);
    store.objects.set('in', await make());
    const before = process.memoryUsage().rss;
    const started = Date.now();
    await expect(layOpen(store, { key: 'in', spool: 'out', overrides })).rejects.toMatchObject({ code: 'FILE_EXPANDS_TOO_MUCH' });
    expect(Date.now() - started).toBeLessThan(30_000);
    expect(store.written).toBeLessThan(300 * mebibyte);
    expect(process.memoryUsage().rss - before).toBeLessThan(250 * mebibyte);
  }, 60_000);

  it('of archives in archives is refused at the second', async () => {
    let bytes: Buffer = gzipSync(Buffer.alloc(10 * mebibyte, '0'));
    for (let level = 0; level < 6; level += 1) {
      const inner = bytes;
      const packed = deflateRawSync(inner);
      const files = Array.from({ length: 16 }, (__, index) => ({ name: `lib ${index}.zip`, crc: crc32(inner), plainBytes: inner.length, packedBytes: packed.length, packed: () => [packed] }));
      bytes = await wholeOf(zipFile(files));
    }
    expect(await layText(bytes)).toBe('FILE_ZIP_CHOICE');
    expect(await layText(bytes, '#3')).toBe('FILE_NESTED_ARCHIVE');
  });

  it('in the memory of its reader is refused: a window or a list that is only claimed costs nothing', async () => {
    const before = process.memoryUsage().rss;
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00]);
    expect(await layText(repeated(frame, 20_000))).toHaveLength(0);
    const claims = fileOf('zip/one-file.zip');
    claims.writeUInt16LE(0xfffe, claims.length - 12);
    expect(await layText(claims)).toBe('FILE_UNPACKING_FAILED');
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * mebibyte);
  });

  it('of sequences that write more than a block may hold is refused at once', async () => {
    // Tables of one symbol each: no literals, the longest matches.
    const sequences = Buffer.concat([Buffer.from([0x08, 0x61, 0xff, 0xff, 0xff, 0x54, 0, 0, 52]), Buffer.alloc(120_000, 0xff)]);
    const header = Buffer.alloc(3);
    header.writeUIntLE((sequences.length << 3) | 4 | 1, 0, 3);
    const started = Date.now();
    expect(await layText(Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3]), header, sequences]))).toBe('FILE_UNPACKING_FAILED');
    expect(Date.now() - started).toBeLessThan(1_000);
  });
});

describe('what an export packs', () => {
  const rows = ['1,a\r\n2,b\r\n', '', `3,${'x'.repeat(3 * mebibyte)}\r\n`];
  const part = async (compression: 'gzip' | 'zstd' | 'zip' | 'none', text: string) => {
    const bytes = await wholeOf(packingOf(compression).packPart(inPieces(Buffer.from(text), 300_000)));
    return { firstRow: 0, rows: 1, bytes: bytes.length, read: (start = 0, end = bytes.length) => inPieces(bytes.subarray(start, end), 100_000) };
  };

  it.each(['gzip', 'zstd', 'zip', 'none'] as const)('as %s is one file of its parts, the same each time, and is read again', async (compression) => {
    const join = async () => wholeOf(packingOf(compression).join([Buffer.from('id,name\r\n'), ...await Promise.all(rows.map((text) => part(compression, text)))], 'people.csv'));
    const file = await join();
    expect(Buffer.compare(await join(), file)).toBe(0);
    expect(Buffer.compare(Buffer.from(await layText(file)), Buffer.from(`id,name\r\n${rows.join('')}`))).toBe(0);
    if (compression === 'gzip') expect(gunzipSync(file)).toHaveLength(9 + rows.join('').length);
  });

  it.each(['gzip', 'zstd', 'zip'] as const)('as %s of nothing is still a packed file', async (compression) => {
    const file = await wholeOf(packingOf(compression).join([], 'people.csv'));
    expect(file.length).toBeGreaterThan(8);
    expect(['', 'FILE_EMPTY']).toContain(String(await layText(file)));
  });
});

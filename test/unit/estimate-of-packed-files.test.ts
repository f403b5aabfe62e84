/** The estimate before a start: of a packed or foreign-encoded file, from its head alone. */
import { createHash } from 'node:crypto';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import * as sheetjs from '@e965/xlsx';
import { describe, expect, it } from 'vitest';
import { inspectSource } from '../../api/inspect/inspect-source.ts';
import { parseOverridesSchema } from '../../contracts/parse-options.ts';
import { zipFile } from '../../core/formats/zip/zip-file.ts';
import { compressZstd } from '../../core/formats/zstd-library.ts';
import { MemorySpool } from '../../core/intake/memory-spool.ts';
import { archiveKey } from '../../storage/storage-keys.ts';
import { MemoryStore } from '../support/memory-store.ts';

const rows = 400_000;
let state = 1;
const some = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0);
const text = Buffer.from(`id,name,city,amount\n${Array.from({ length: rows }, (_, id) => `${id},name of ${some() % 100_000} and more of it,city ${some() % 500},${some() / 100}`).join('\n')}\n`);

const zipped = async (plain: Buffer): Promise<Buffer> => {
  const packed = deflateRawSync(plain);
  const pieces: Uint8Array[] = [];
  for await (const piece of zipFile([{ name: 'rows.csv', crc: crc32(plain), plainBytes: plain.length, packedBytes: packed.length, packed: () => [packed] }])) pieces.push(piece);
  return Buffer.concat(pieces);
};

const estimate = async (bytes: Buffer) => {
  const store = new MemoryStore();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  store.objects.set(archiveKey(sha256), bytes);
  const found = await inspectSource(store, { file: { sha256, bytes: bytes.length }, overrides: parseOverridesSchema.parse({}), extent: 'head' });
  return { found, written: store.written };
};

const about = (value: number, expected: number): void => {
  expect(value).toBeGreaterThan(expected * 0.85);
  expect(value).toBeLessThan(expected * 1.15);
};

describe('the estimate of a file that has to be unpacked or decoded', () => {
  it.each<readonly [string, () => Promise<Buffer> | Buffer]>([
    ['gzip', () => gzipSync(text)], ['zstd', async () => Buffer.from(await compressZstd(text, 3))], ['zip', () => zipped(text)],
    ['gzip in zip', () => zipped(gzipSync(text))], ['UTF-16', () => Buffer.from(`\ufeff${String(text)}`, 'utf16le')], ['UTF-16 in gzip', () => gzipSync(Buffer.from(`\ufeff${String(text)}`, 'utf16le'))],
  ])('of %s comes from its head, writes no spool, and is about right', async (_, make) => {
    const { found, written } = await estimate(await make());
    expect(written).toBe(0);
    expect(found.rowsExact).toBe(false);
    about(found.rows, rows);
    about(found.bytes, text.length);
  }, 30_000);

  it('of a flat OpenDocument spreadsheet knows its head for one, and is about right', async () => {
    const line = (id: number): string => `<table:table-row><table:table-cell office:value-type="float" office:value="${id}"/><table:table-cell office:value-type="string"><text:p>name of ${id}</text:p></table:table-cell></table:table-row>`;
    const flat = `<office:document office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet><table:table table:name="A">${Array.from({ length: 100_000 }, (_, id) => line(id)).join('')}</table:table></office:spreadsheet></office:body></office:document>`;
    for (const bytes of [Buffer.from(flat), gzipSync(flat)]) {
      const { found } = await estimate(bytes);
      expect(found.detection.options).toMatchObject({ format: 'ods', sheet: 'A' });
      about(found.rows, 100_000);
    }
  });

  it('of a small one is exact', async () => {
    const { found } = await estimate(gzipSync('id,name\n1,a\n2,b\n'));
    expect(found).toMatchObject({ rows: 2, rowsExact: true, bytes: 16 });
  });

  it('of a bomb ends at its head', async () => {
    const bomb = gzipSync(Buffer.alloc(500 * 1024 * 1024, 'a,b\n'));
    const started = Date.now();
    await estimate(bomb).catch(() => undefined);
    expect(Date.now() - started).toBeLessThan(10_000);
  }, 30_000);

  it('of a workbook comes from its first rows', async () => {
    const count = 120_000;
    const book = sheetjs.utils.book_new();
    sheetjs.utils.book_append_sheet(book, sheetjs.utils.aoa_to_sheet([['id', 'name', 'city'], ...Array.from({ length: count }, (_, id) => [id, `name of ${some() % 100_000} and more of it`, `city ${some() % 500}`])]), 'Rows');
    const { found, written } = await estimate(sheetjs.write(book, { type: 'buffer', bookType: 'xlsx', compression: true }) as Buffer);
    expect(written).toBe(0);
    expect(found.rowsExact).toBe(false);
    about(found.rows, count);
  }, 60_000);
});

describe('a spool in memory', () => {
  it('moves to the storage when it grows, and goes with its end', async () => {
    const store = new MemoryStore();
    const spool = new MemorySpool(store, 'spool/x');
    const piece = Buffer.alloc(3 * 1024 * 1024, 7);
    async function* pieces(count: number): AsyncGenerator<Uint8Array> { for (let at = 0; at < count; at += 1) yield Promise.resolve(piece); }
    await spool.write('spool/x', pieces(2));
    expect(store.objects.size).toBe(0);
    expect(await spool.stat('spool/x')).toEqual({ bytes: 2 * piece.length });
    await spool.write('spool/x', pieces(9));
    expect(await spool.stat('spool/x')).toMatchObject({ bytes: 9 * piece.length });
    expect((await spool.readRange('spool/x', 5, 8)).equals(Buffer.alloc(3, 7))).toBe(true);
    await spool.remove('spool/x');
    expect(store.objects.size).toBe(0);
  });
});

/** Every file of the corpus of JSON, XML, text of fixed width and compressed files, the way that `waybill inspect` and the import go: dropping a file in adds its tests. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inspectSource } from '../../api/inspect/inspect-source.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { parseOverridesSchema } from '../../contracts/parse-options.ts';
import { prepareSource } from '../../core/intake/prepare-source.ts';
import { openLocalStorage } from '../../storage/local/local-storage.ts';
import { archiveKey, spoolKey } from '../../storage/storage-keys.ts';
import { readRows } from '../support/read-rows.ts';

const corpus = new URL('../fixtures/corpus/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'waybill-corpus-'));
const storage = await openLocalStorage(folder);
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

interface Expected {
  readonly overrides?: unknown;
  readonly error?: string;
  readonly place?: Readonly<Record<string, unknown>>;
  readonly rows?: number;
  /** Of all rows, in their order. */
  readonly cells?: readonly (readonly string[])[];
  readonly lines?: readonly number[];
  /** `row@line CODE column`, of rows and cells that the reader itself cannot stand for. */
  readonly findings?: readonly string[];
  readonly [option: string]: unknown;
}

/** What the import would read: the file itself, or the spool that is made of it. */
const prepared = async (fileName: string, bytes: Buffer, overrides: unknown): Promise<Buffer> => {
  const key = archiveKey(createHash('sha256').update(bytes).digest('hex'));
  const found = await prepareSource(storage, { key, spool: spoolKey(randomUUID()), fileName, overrides: parseOverridesSchema.parse(overrides ?? {}) });
  return storage.readRange(found.key, 0, found.bytes);
};

const inspect = async (fileName: string, bytes: Buffer, overrides: unknown) => {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await storage.write(archiveKey(sha256), [bytes]);
  return inspectSource(storage, { file: { sha256, bytes: bytes.length }, fileName, overrides: parseOverridesSchema.parse(overrides ?? {}), extent: 'all' });
};

const packed = ['gzip', 'zstd', 'bzip2', 'xz', 'zip'];

describe.each(['jsonl', 'json', 'geojson', 'xml', 'fixed', 'explode', ...packed])('the corpus of %s', (format) => {
  const names = readdirSync(new URL(`${format}/`, corpus)).filter((name) => !name.endsWith('.expected.json'));

  it.each(names)('reads %s as its expectation says', async (fileName) => {
    const bytes = readFileSync(new URL(`${format}/${fileName}`, corpus));
    const { overrides, error, place, rows, cells, lines, findings, ...options } =
      JSON.parse(readFileSync(new URL(`${format}/${fileName.replace(/\.[a-z0-9]+$/, '')}.expected.json`, corpus), 'utf8')) as Expected;
    if (error !== undefined) {
      const refused: unknown = await inspect(fileName, bytes, overrides).catch((reason: unknown) => reason);
      if (!isWaybillError(refused)) throw refused instanceof Error ? refused : new TypeError('nothing was refused');
      expect(refused.code).toBe(error);
      if (place !== undefined) expect(refused.place).toMatchObject(place);
      return;
    }
    const found = await inspect(fileName, bytes, overrides);
    expect(found.detection.options).toMatchObject(options);
    expect(found.rows).toBe(rows);
    for (const guess of Object.values({ ...found.detection.guesses } as Readonly<Record<string, { readonly confidence: number; readonly why: string }>>)) {
      expect(guess.confidence).toBeGreaterThan(0);
      expect(guess.confidence).toBeLessThanOrEqual(1);
      expect(guess.why.length).toBeGreaterThan(10);
    }
    if (packed.includes(format)) return;
    const read = readRows(await prepared(fileName, bytes, overrides), found.detection.options, { chunkBytes: 16, pieceBytes: 7 });
    if (cells !== undefined) expect(read.map((row) => row.cells)).toEqual(cells);
    if (lines !== undefined) expect(read.map((row) => row.line)).toEqual(lines);
    if (findings !== undefined) expect(read.flatMap((row, index) => row.findings.map((finding) => `${index + 1}@${row.line} ${finding}`))).toEqual(findings);
    expect(found.sample.length).toBe(Math.min(5, read.length));
  });
});

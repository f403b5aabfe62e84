/** A file under every other ending is read as what it is. A new folder of the corpus joins by itself. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectSource } from '../../api/inspect/inspect-source.ts';
import { parseOverridesSchema } from '../../contracts/parse-options.ts';
import { readXls } from '../../core/formats/xls/read-xls.ts';
import { archiveKey } from '../../storage/storage-keys.ts';
import { MemoryStore } from '../support/memory-store.ts';

const corpus = new URL('../fixtures/corpus/', import.meta.url);
const storage = new MemoryStore();

const mostFiles = 4;
/** Of formats that are not in the corpus, and none. */
const moreEndings = ['.tsv', '.txt', '.ndjson', '.xml', '.xlsx', '.xls', '.ods', '.parquet', '.dat', '.pdf', '.exe', ''];

/** Where the content leaves it open and the name decides: one line of JSON is a line or a document (docs/formats.md). */
const nameDecided = /^the only line/;
const oneLineOfJson = /^\s*[{[][^\n]*\s*$/;

interface Expected { readonly error?: string; readonly overrides?: { readonly format?: string } }
interface CorpusFile { readonly name: string; readonly bytes: Buffer; readonly expected: Expected }
const filesOf = (format: string): readonly CorpusFile[] => readdirSync(new URL(`${format}/`, corpus)).filter((name) => !name.endsWith('.expected.json'))
  .map((name): CorpusFile => ({
    name, bytes: readFileSync(new URL(`${format}/${name}`, corpus)),
    expected: JSON.parse(readFileSync(new URL(`${format}/${name.slice(0, -extname(name).length)}.expected.json`, corpus), 'utf8')) as Expected,
  }))
  .filter(({ bytes, expected: { error, overrides } }) => error === undefined && overrides?.format === undefined && bytes.length < 4_000).slice(0, mostFiles);

const formats = readdirSync(corpus, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
const endings = [...new Set([...formats.flatMap((format) => filesOf(format).map(({ name }) => extname(name))), ...moreEndings])];

const inspect = async (fileName: string, { bytes, expected }: CorpusFile) => {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  storage.objects.set(archiveKey(sha256), bytes);
  const { detection, rows, sample } = await inspectSource(storage, { file: { sha256, bytes: bytes.length }, fileName, overrides: parseOverridesSchema.parse(expected.overrides ?? {}), extent: 'all', readLegacy: (book) => Promise.resolve(readXls(book)) });
  return { options: detection.options, rows, sample, nameDecides: nameDecided.test(detection.guesses.format?.why ?? '') || oneLineOfJson.test(bytes.toString('latin1')) };
};

describe.each(formats)('a file of the corpus of %s', (format) => {
  const files = filesOf(format);
  it.each(endings)('is read the same when its name ends with "%s"', async (ending) => {
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const own = await inspect(file.name, file);
      if (own.nameDecides) continue;
      const other = await inspect(`file${ending}`, file);
      if (!other.nameDecides) expect(other, file.name).toEqual(own);
    }
  });
});

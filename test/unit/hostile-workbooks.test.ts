/** What workbooks can do to who reads them: each ends in rows or in a coded refusal, within a bound of time and memory. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWaybillError } from '../../contracts/errors.ts';
import { openOds } from '../../core/formats/ods/ods-workbook.ts';
import { chooseSheet } from '../../core/formats/sheets/choose-sheet.ts';
import { PackageParts } from '../../core/formats/sheets/package-parts.ts';
import type { Workbook } from '../../core/formats/sheets/workbook.ts';
import { openXlsx } from '../../core/formats/xlsx/xlsx-workbook.ts';
import { mostSharedBytes, SharedStrings } from '../../core/formats/xlsx/shared-strings.ts';
import type { ReadXlsSheet } from '../../core/formats/xls/read-xls.ts';
import type { ReadLegacyWorkbook } from '../../core/formats/xls/xls-workbook.ts';
import { packEntry, zipFile, type ZipEntry } from '../../core/formats/zip/zip-file.ts';
import { deflatePiece, openPieces } from '../../core/formats/zip/deflated-piece.ts';
import { joinPieces } from '../../core/formats/zip/zip-file.ts';
import { legacyRunLimits, runContained } from '../../storage/contained-run.ts';
import { openLocalStorage } from '../../storage/local/local-storage.ts';
import { buildThread } from '../support/built-thread.ts';
import { cellsOf, prepareBytes } from '../support/prepared-bytes.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-hostile-'));
const storage = await openLocalStorage(folder);
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

let thread: URL;
beforeAll(async () => { thread = await buildThread('worker/workbook-thread.ts'); });
afterAll(() => { rmSync(thread, { force: true }); });
const readLegacy: ReadLegacyWorkbook = async (bytes) => await runContained(thread, bytes, { ...legacyRunLimits, seconds: 20 }) as readonly ReadXlsSheet[];

const collect = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};

const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const frame: readonly ZipEntry[] = [
  packEntry('[Content_Types].xml', Buffer.from('<Types/>')),
  packEntry('xl/workbook.xml', Buffer.from(`<workbook xmlns:r="${relations}"><sheets><sheet name="A" r:id="rId1"/></sheets></workbook>`)),
  packEntry('xl/_rels/workbook.xml.rels', Buffer.from(`<Relationships><Relationship Id="rId1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`)),
];

/** A part too large to be held in one buffer. */
const largeEntry = async (name: string, pieces: Iterable<string>): Promise<ZipEntry> => {
  const bytes = async function* bytes(): AsyncGenerator<Uint8Array> { for (const piece of pieces) yield Buffer.from(piece); };
  const object = await collect(deflatePiece(bytes()));
  return joinPieces(name, await openPieces({ bytes: object.length, read: async function* read(start = 0, end = object.length) { yield object.subarray(start, end); } }));
};
const workbook = async (sheet: Iterable<string>, more: readonly ZipEntry[] = []): Promise<Buffer> => collect(zipFile([...frame, await largeEntry('xl/worksheets/sheet1.xml', sheet), ...more]));
const head = '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>name</t></is></c></row><row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>Ann</t></is></c></row>';
const tail = '</sheetData></worksheet>';
function* repeated(count: number, make: (index: number) => string): Generator<string> {
  yield head;
  for (let index = 0; index < count; index += 1000) yield Array.from({ length: Math.min(1000, count - index) }, (_, at) => make(index + at)).join('');
  yield tail;
}

describe('a workbook made to harm', () => {
  it('of a million empty styled rows is a workbook of its filled rows', async () => {
    const file = await workbook(repeated(1_000_000, (index) => `<row r="${index + 3}" s="1" customFormat="1" ht="12"/>`));
    expect(cellsOf(await prepareBytes(storage, file))).toEqual([['1', 'Ann']]);
  }, 60_000);

  it('whose sheet is a zip bomb is refused by what it grows to', async () => {
    const file = await workbook(repeated(100_000, () => '<a/>'.repeat(500)));
    await expect(prepareBytes(storage, file)).rejects.toMatchObject({ code: 'FILE_EXPANDS_TOO_MUCH' });
  }, 60_000);

  it('that names one long text in very many cells is refused by what its rows grow to', async () => {
    const strings = await largeEntry('xl/sharedStrings.xml', ['<sst><si><t>', 'x'.repeat(32_767), '</t></si></sst>']);
    const file = await workbook(repeated(20_000, (index) => `<row r="${index + 3}"><c r="A${index + 3}" t="s"><v>0</v></c></row>`), [strings]);
    await expect(prepareBytes(storage, file)).rejects.toMatchObject({ code: 'FILE_EXPANDS_TOO_MUCH' });
  }, 60_000);

  it('with a row of very many long texts is refused for the row', async () => {
    const strings = await largeEntry('xl/sharedStrings.xml', ['<sst><si><t>', 'x'.repeat(32_767), '</t></si></sst>']);
    const file = await workbook([head, `<row r="3">${'<c t="s"><v>0</v></c>'.repeat(600)}</row>`, tail], [strings]);
    await expect(prepareBytes(storage, file)).rejects.toMatchObject({ code: 'FILE_ROW_TOO_LONG', place: { line: 3 } });
  });

  it('with an endless tag, or nested ten thousand deep, ends soon', async () => {
    await expect(prepareBytes(storage, await workbook([head, `<row r="3" x="${'y'.repeat(20_000_000)}"/>`, tail]))).rejects.toMatchObject({ code: 'FILE_WORKBOOK_INVALID' });
    const nested = await workbook([head, '<a>'.repeat(10_000), '</a>'.repeat(10_000), tail]);
    expect(cellsOf(await prepareBytes(storage, nested))).toEqual([['1', 'Ann']]);
  });

  it('of rows that name a text of megabytes is refused before they lie in memory', async () => {
    const strings = await largeEntry('xl/sharedStrings.xml', ['<sst><si><t>', 'x'.repeat(4_000_000), '</t></si></sst>']);
    const file = await workbook([head, '<row><c t="s"><v>0</v></c></row>'.repeat(500), tail], [strings]);
    const before = process.memoryUsage().arrayBuffers;
    await expect(prepareBytes(storage, file)).rejects.toMatchObject({ code: 'FILE_EXPANDS_TOO_MUCH' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(400_000_000);
  }, 60_000);

  it('has an end of the texts that its cells share', () => {
    const strings = new SharedStrings(), cell = Buffer.alloc(8 * 1024 * 1024, 'x');
    expect(() => { for (let bytes = 0; bytes <= mostSharedBytes; bytes += cell.length) strings.add(cell); }).toThrow(expect.objectContaining({ code: 'FILE_WORKBOOK_TOO_LARGE' }));
  });
});

/** Sheets with the parts that they name. */
const severalSheets = async (names: readonly string[], parts: Readonly<Record<string, Iterable<string>>>): Promise<Buffer> => collect(zipFile([
  packEntry('[Content_Types].xml', Buffer.from('<Types/>')),
  packEntry('xl/workbook.xml', Buffer.from(`<workbook xmlns:r="${relations}"><sheets>${names.map((_, index) => `<sheet name="S${index + 1}" r:id="rId${index + 1}"/>`).join('')}</sheets></workbook>`)),
  packEntry('xl/_rels/workbook.xml.rels', Buffer.from(`<Relationships>${names.map((name, index) => `<Relationship Id="rId${index + 1}" Type="${relations}/worksheet" Target="${name}.xml"/>`).join('')}</Relationships>`)),
  ...await Promise.all(Object.entries(parts).map(([name, pieces]) => largeEntry(`xl/${name}.xml`, pieces))),
]));
const opened = async (file: Buffer): Promise<{ readonly workbook: Workbook; readonly packedBytesRead: () => number }> => {
  let read = 0;
  const parts = await PackageParts.open({ bytes: file.length, read: (start, end) => { read += end - start; return Promise.resolve(file.subarray(start, end)); } }) as PackageParts;
  const workbook = await openXlsx(parts) as Workbook;
  read = 0;
  return { workbook, packedBytesRead: () => read };
};
/** A row of one cell, that packs badly. */
const narrowRows = function* narrowRows(bytes: number): Generator<string> {
  yield '<worksheet><sheetData>';
  for (let made = 0; made < bytes; made += 1_000_000) yield `<row><c t="inlineStr"><is/></c></row><!--${randomBytes(500_000).toString('hex')}-->`;
  yield tail;
};

describe('the look for a sheet with a table', () => {
  it('reads no more of a sheet than 8 MiB, and of a workbook than 64 MiB', async () => {
    const narrow = narrowRows(12_000_000), pieces = [...narrow];
    const one = await opened(await severalSheets(['a', 'b'], { a: pieces, b: [head, tail] }));
    expect((await chooseSheet(one.workbook, undefined)).guess).toMatchObject({ value: 'S2', confidence: 0.9 });
    expect(one.packedBytesRead()).toBeLessThan(6_000_000);
    const names = Array.from({ length: 12 }, (_, index) => `a${index}`);
    const many = await opened(await severalSheets([...names, 'b'], { ...Object.fromEntries(names.map((name) => [name, pieces])), b: [head, tail] }));
    expect((await chooseSheet(many.workbook, undefined)).guess).toMatchObject({ value: 'S1', confidence: 0.5 });
    expect(many.packedBytesRead()).toBeLessThan(40_000_000);
  }, 60_000);

  it('reads a part once that many sheets name', async () => {
    const { workbook, packedBytesRead } = await opened(await severalSheets(Array.from({ length: 60 }, () => 'a'), { a: narrowRows(2_000_000) }));
    await chooseSheet(workbook, undefined);
    expect(packedBytesRead()).toBeLessThan(2_000_000);
  });

  it('ends at the first rows of a table', async () => {
    const { workbook, packedBytesRead } = await opened(await severalSheets(['a', 'b'], { a: [head, ...[...narrowRows(4_000_000)].slice(1)], b: [head, tail] }));
    expect((await chooseSheet(workbook, undefined)).guess).toMatchObject({ value: 'S1', confidence: 0.7 });
    expect(packedBytesRead()).toBeLessThan(1_000_000);
  });
});

const odsFrame = [packEntry('mimetype', Buffer.from('application/vnd.oasis.opendocument.spreadsheet'))];
const ods = async (...sheets: readonly Iterable<string>[]): Promise<Buffer> => {
  const all = function* all(): Generator<string> {
    yield '<office:document-content><office:body><office:spreadsheet>';
    for (const [index, rows] of sheets.entries()) { yield `<table:table table:name="S${index + 1}">`; yield* rows; yield '</table:table>'; }
    yield '</office:spreadsheet></office:body></office:document-content>';
  };
  return collect(zipFile([...odsFrame, await largeEntry('content.xml', all())]));
};
const odsCell = (text: string, attributes = ''): string => `<table:table-cell office:value-type="string"${attributes}><text:p>${text}</text:p></table:table-cell>`;
const odsRow = (...cells: readonly string[]): string => `<table:table-row>${cells.join('')}</table:table-row>`;
const odsTable = [odsRow(odsCell('id'), odsCell('name')), odsRow(odsCell('1'), odsCell('Ann')), odsRow(odsCell('2'), odsCell('Bob'))];
const everyColumn = ' table:number-columns-repeated="16384"';

/** The longest time in which nothing else had a turn: a heartbeat is missed after 15 seconds. */
const longestSilence = async (work: () => Promise<unknown>): Promise<number> => {
  let last = performance.now(), longest = 0;
  const note = (): void => { longest = Math.max(longest, performance.now() - last); last = performance.now(); };
  const timer = setInterval(note, 20);
  try { await work(); note(); } finally { clearInterval(timer); }
  return longest;
};

describe('an OpenDocument spreadsheet made to harm', () => {
  it('of cells that repeat in a sheet beside the table is read, as fast as its XML', async () => {
    const file = await ods(odsTable, [odsRow(odsCell('x'.repeat(1000), everyColumn)).repeat(2000)]);
    const startedAt = performance.now();
    const prepared = await prepareBytes(storage, file);
    expect([prepared.detection.options, cellsOf(prepared)]).toMatchObject([{ sheet: 'S1' }, [['1', 'Ann'], ['2', 'Bob']]]);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  }, 60_000);

  it('of cells that repeat in its table is refused by what its rows grow to', async () => {
    const file = await ods([odsRow(odsCell('x'.repeat(1000), everyColumn)).repeat(2000)]);
    const startedAt = performance.now();
    await expect(prepareBytes(storage, file)).rejects.toMatchObject({ code: 'FILE_EXPANDS_TOO_MUCH' });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  }, 60_000);

  it('of numbers with a million digits is soon read, however often they repeat', async () => {
    const number = `<table:table-cell office:value-type="float" office:value="0.1${'0'.repeat(1_000_000)}1" table:number-columns-repeated="10"/>`;
    const prepared = await prepareBytes(storage, await ods([odsRow(...Array.from({ length: 10 }, (_, index) => odsCell(`c${index}`))), odsRow(number)]));
    expect(cellsOf(prepared)[0]?.map((cell) => cell?.length)).toEqual(Array.from({ length: 10 }, () => 1_000_004));
  }, 20_000);

  it('lets heartbeats through while a long one is read', async () => {
    const rows = function* rows(): Generator<string> { for (let at = 0; at < 200; at += 1) yield Array.from({ length: 1000 }, (_, index) => odsRow(odsCell(String(at * 7919 + index * 31)), odsCell('x'))).join(''); };
    const file = await ods(odsTable, rows());
    expect(await longestSilence(() => prepareBytes(storage, file))).toBeLessThan(2000);
  }, 60_000);

  it('is left off when the work is cancelled', async () => {
    const file = await ods(odsTable, [odsRow(odsCell('1'), odsCell('x')).repeat(300_000)]);
    const parts = await PackageParts.open({ bytes: file.length, read: (start, end) => Promise.resolve(file.subarray(start, end)) }, AbortSignal.timeout(30));
    await expect(openOds(parts as PackageParts)).rejects.toMatchObject({ name: 'TimeoutError' });
  }, 20_000);
});

describe('the thread of old workbooks', () => {
  it('reads one', async () => {
    const file = readFileSync(new URL('../fixtures/corpus/xls/biff8.xls', import.meta.url));
    expect(cellsOf(await prepareBytes(storage, file, { readLegacy }))[0]).toEqual(['1', 'Ann', '1.5', '2024-01-31']);
  });

  it('passes on the code of a refusal', async () => {
    const file = readFileSync(new URL('../fixtures/corpus/xls/password-protected.xls', import.meta.url));
    await expect(prepareBytes(storage, file, { readLegacy })).rejects.toMatchObject({ code: 'FILE_ENCRYPTED' });
  });

  it('is ended when it takes too long, needs too much memory or dies', async () => {
    const run = (code: string): Promise<unknown> => runContained(new URL(`data:text/javascript,${encodeURIComponent(code)}`), null, { heapMb: 32, seconds: 2 });
    await expect(run('for (;;);')).rejects.toMatchObject({ code: 'FILE_WORKBOOK_INVALID', place: { seconds: 2 } });
    await expect(run('const all = []; for (;;) all.push(new Array(1000).fill(0).map(() => ({})));')).rejects.toMatchObject({ code: 'FILE_WORKBOOK_TOO_LARGE' });
    await expect(run('process.exit(3)')).rejects.toMatchObject({ code: 'FILE_WORKBOOK_INVALID' });
    await expect(run('throw new Error("a value")')).rejects.toMatchObject({ code: 'FILE_WORKBOOK_INVALID', message: 'The workbook cannot be read.' });
  }, 30_000);

  it('without it an old workbook is refused as what it looks like', async () => {
    const file = readFileSync(new URL('../fixtures/corpus/xls/biff8.xls', import.meta.url));
    await expect(prepareBytes(storage, file)).rejects.toMatchObject({ code: 'FILE_BINARY', place: { looksLike: 'xls' } });
  });
});

/** Rows or a coded refusal; anything else is a defect. */
const survives = async (file: Uint8Array): Promise<void> => {
  try {
    cellsOf(await prepareBytes(storage, file, { readLegacy }));
  } catch (error) {
    if (!isWaybillError(error)) throw error;
  }
};

const splice = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }), remove: fc.nat(12),
  insert: fc.constantFrom('', '<', '>', '"', '/>', '</c>', '<row>', '<c t="s">', 'r="ZZZZ9"', '-1', '99999999999999999999', '&#x0;', '&amp', '<![CDATA[', '<!--', '\0', '\u00ff', 's="4294967296"', '<table:table-row table:number-rows-repeated="1048576">'),
});
const spliced = (bytes: Buffer, changes: readonly { readonly at: number; readonly remove: number; readonly insert: string }[]): Buffer =>
  changes.reduce((text, { at, remove, insert }) => { const from = Math.floor(at * text.length); return Buffer.concat([text.subarray(0, from), Buffer.from(insert, 'latin1'), text.subarray(from + remove)]); }, bytes);

const corpusOf = (format: string): readonly Buffer[] => readdirSync(new URL(`../fixtures/corpus/${format}/`, import.meta.url))
  .filter((name) => !name.endsWith('.json') && !name.startsWith('bomb')).map((name) => readFileSync(new URL(`../fixtures/corpus/${format}/${name}`, import.meta.url)));

const unpackAll = async (file: Buffer): Promise<readonly (readonly [string, Buffer])[]> => {
  const parts = await PackageParts.open({ bytes: file.length, read: (start, end) => Promise.resolve(file.subarray(start, end)) });
  const all: (readonly [string, Buffer])[] = [];
  for (const name of parts?.names ?? []) all.push([name === '[content_types].xml' ? '[Content_Types].xml' : name, await collect(parts?.read(name) ?? (async function* none() { /* Nothing. */ })()).catch(() => Buffer.alloc(0))]);
  return all;
};

describe('the readers of workbooks, fuzzed', () => {
  it.each(['xlsx', 'ods'])('%s: changed parts give rows or a coded refusal', async (format) => {
    const packages = (await Promise.all(corpusOf(format).map(unpackAll))).filter((parts) => parts.length > 0);
    await fc.assert(fc.asyncProperty(fc.constantFrom(...packages), fc.nat(20), fc.array(splice, { minLength: 1, maxLength: 3 }), async (parts, which, changes) => {
      const changed = parts.map(([name, bytes], index) => packEntry(name, index === which % parts.length && name !== 'mimetype' ? spliced(bytes, changes) : bytes));
      await survives(await collect(zipFile(changed)));
    }), { numRuns: 120, interruptAfterTimeLimit: 40_000 });
  }, 60_000);

  it.each(['xlsx', 'ods', 'xls'])('%s: changed bytes give rows or a coded refusal', async (format) => {
    await fc.assert(fc.asyncProperty(fc.constantFrom(...corpusOf(format)), fc.array(splice, { minLength: 1, maxLength: 3 }), async (file, changes) => {
      await survives(spliced(file, changes));
    }), { numRuns: format === 'xls' ? 25 : 120, interruptAfterTimeLimit: 40_000 });
  }, 60_000);
});

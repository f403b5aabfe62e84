import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isWaybillError } from '../../contracts/errors.ts';
import type { DelimitedDetection as Detection, Guess, ParseOverrides } from '../../contracts/parse-options.ts';
import { detectDelimited, type Sample } from '../../core/detect/detect-delimited.ts';
import { nameColumns } from '../../core/detect/column-names.ts';
import { ChunkPlanner } from '../../core/formats/csv/chunk-planner.ts';
import { createSourceDecoder } from '../../core/formats/csv/source-decoder.ts';

const corpus = new URL('../fixtures/corpus/csv/', import.meta.url);
const shared = new URL('../../../shared/data/', import.meta.url);

function samplesOf(bytes: Uint8Array, sampleBytes = 256 * 1024): Sample[] {
  if (bytes.length <= sampleBytes) return [{ offset: 0, bytes }];
  const middle = Math.floor(bytes.length / 2);
  const last = Math.max(0, bytes.length - sampleBytes);
  return [0, middle, last].map((offset) => ({ offset, bytes: bytes.subarray(offset, offset + sampleBytes) }));
}

const detect = (bytes: Uint8Array, overrides: ParseOverrides = {}, sampleBytes?: number): Detection =>
  detectDelimited({ samples: samplesOf(bytes, sampleBytes), totalBytes: bytes.length, overrides });
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

function refusal(action: () => unknown): { code: string; place: Record<string, unknown>; message: string } {
  try {
    action();
  } catch (error) {
    if (isWaybillError(error)) return { code: error.code, place: { ...error.place }, message: error.message };
    throw error;
  }
  throw new TypeError('nothing was refused');
}

/** Plans the records as the import would, over the source or its spool. */
function planRecords(bytes: Uint8Array, { options, needsSpool }: Detection): number {
  const decoder = createSourceDecoder(options.encoding);
  const spool = needsSpool ? Buffer.concat([decoder.push(bytes), decoder.end()]) : bytes;
  const planner = new ChunkPlanner({
    dialect: { delimiter: options.delimiter.charCodeAt(0), quote: options.quote?.charCodeAt(0) ?? -1, escape: options.escape },
    chunkBytes: 64, startByte: options.dataStartByte, startLine: options.dataStartLine,
  });
  planner.push(spool.subarray(options.dataStartByte));
  planner.end();
  return planner.rows;
}

interface Expected {
  readonly error?: string;
  readonly looksLike?: string;
  readonly rows?: number;
  readonly lineEnd?: string;
  readonly unclosedQuote?: { readonly line: number; readonly byte: number };
  readonly [option: string]: unknown;
}

describe('detection over the corpus', () => {
  const names = readdirSync(corpus).filter((name) => name.endsWith('.csv')).map((name) => name.slice(0, -4));
  it.each(names)('reads %s as its expectation says', (name) => {
    const bytes = new Uint8Array(readFileSync(new URL(`${name}.csv`, corpus)));
    const { error, looksLike, rows, lineEnd, unclosedQuote, ...options } = JSON.parse(readFileSync(new URL(`${name}.expected.json`, corpus), 'utf8')) as Expected;
    if (error !== undefined) {
      const refused = refusal(() => detect(bytes));
      expect(refused.code).toBe(error);
      if (looksLike !== undefined) expect(refused.place['looksLike']).toBe(looksLike);
      return;
    }
    const detection = detect(bytes);
    expect(detection.options).toMatchObject(options);
    if (lineEnd !== undefined) expect(detection.guesses.lineEnd.value).toBe(lineEnd);
    expect(detection.needsSpool).toBe(detection.options.encoding !== 'utf-8');
    if (rows !== undefined) expect(planRecords(bytes, detection)).toBe(rows);
    if (unclosedQuote !== undefined) expect(refusal(() => planRecords(bytes, detection))).toMatchObject({ code: 'FILE_UNCLOSED_QUOTE', place: unclosedQuote });
    for (const guess of Object.values({ ...detection.guesses } as Readonly<Record<string, Guess<unknown>>>)) {
      expect(guess.confidence).toBeGreaterThan(0);
      expect(guess.confidence).toBeLessThanOrEqual(1);
      expect(guess.why.length).toBeGreaterThan(10);
    }
  });
});

describe.skipIf(!existsSync(shared))('detection over the partners’ real files', () => {
  const real = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, shared)));

  it('reads the Denied Persons List: tabs, quotes, a header, 546 records', () => {
    const bytes = real('bis_denied_persons.txt');
    const detection = detect(bytes);
    expect(detection.options).toMatchObject({ encoding: 'utf-8', delimiter: '\t', quote: '"', header: true, preambleLines: 0 });
    expect(detection.options.columns).toHaveLength(12);
    expect(planRecords(bytes, detection)).toBe(546);
  });
  it.each([['ofac_sdn.csv', 12], ['ofac_add.csv', 6]])('finds no header in %s', (name, width) => {
    const detection = detect(real(name));
    expect(detection.options).toMatchObject({ encoding: 'utf-8', delimiter: ',', quote: '"', header: false, dataStartByte: 0, dataStartLine: 1 });
    expect(detection.options.columns).toHaveLength(width);
  });
  it('says that the UN list is XML', () => {
    expect(refusal(() => detect(real('un_consolidated.xml')))).toMatchObject({ code: 'FILE_BINARY', place: { looksLike: 'xml' } });
  });

  interface MappingCase { readonly file: string; readonly header_row: number | null; readonly encoding: string; readonly delimiter: string; readonly rows: { readonly total: number } }
  const cases = existsSync(new URL('mapping/expected.json', shared)) ? (JSON.parse(readFileSync(new URL('mapping/expected.json', shared), 'utf8')) as MappingCase[]) : [];
  it.each(cases.map((one) => [one.file, one] as const))('agrees with the published description of %s', (file, expected) => {
    const bytes = real(`mapping/files/${file}`);
    const detection = detect(bytes);
    expect(detection.options).toMatchObject({
      encoding: expected.encoding, delimiter: expected.delimiter === 'tab' ? '\t' : expected.delimiter,
      header: expected.header_row !== null, preambleLines: expected.header_row === null ? 0 : expected.header_row - 1,
    });
    expect(planRecords(bytes, detection)).toBe(expected.rows.total);
  });
});
if (!existsSync(shared)) console.warn('The partners’ real files are absent (../shared/data): the tests that read them are skipped.');

describe('what an operator says', () => {
  it('overrides every guess with confidence 1', () => {
    const overrides: ParseOverrides = { encoding: 'iso-8859-2', delimiter: ';', quote: null, escape: 'double', preambleLines: 1, header: false };
    const { options, guesses } = detect(text('x,y\na;"b"\nc;d\n'), overrides);
    expect(options).toMatchObject({ encoding: 'iso-8859-2', delimiter: ';', quote: null, preambleLines: 1, header: false, columns: ['column_1', 'column_2'], dataStartByte: 4, dataStartLine: 2 });
    for (const name of ['encoding', 'delimiter', 'quote', 'escape', 'preambleLines', 'header'] as const) expect(guesses[name].confidence).toBe(1);
  });
  it.each([{ delimiter: '§' }, { delimiter: '\n' }, { quote: 'é' }, { delimiter: "'", quote: "'" }])('is refused when it cannot be: %j', (overrides) => {
    expect(refusal(() => detect(text('a,b\n'), overrides)).code).toBe('OPTION_INVALID');
  });
  it('skips the named lines as they stand, quotes in them not looked at', () => {
    expect(detect(text('title\n"open\nid,name\n1,2\n'), { preambleLines: 2 }).options).toMatchObject({ delimiter: ',', columns: ['id', 'name'], dataStartByte: 20, dataStartLine: 4 });
  });
  it('lets a JSON-like file be read as delimited when the delimiter is named', () => {
    expect(detect(text('{"a":1}|x\n{"a":2}|y\n'), { delimiter: '|' }).options.delimiter).toBe('|');
  });
});

describe('detection from samples of a large file', () => {
  const row = (number: number): string => `${number},"Žofie ""Z"" Nováková, ${number}\nsecond line",2020-01-${10 + (number % 20)},${number / 4}\n`;
  const large = text(`id,name,born,amount\n${Array.from({ length: 12_000 }, (_, number) => row(number + 1)).join('')}`);

  it('is not misled by samples that begin and end in the middle of a character, a quote or a record', () => {
    for (let cut = 0; cut < 40; cut++) {
      const at = Math.floor(large.length / 2) + cut;
      const samples = [{ offset: 0, bytes: large.subarray(0, 40_000 + cut) }, { offset: at, bytes: large.subarray(at, at + 30_000 + cut) }, { offset: large.length - 20_000 - cut, bytes: large.subarray(-20_000 - cut) }];
      const { options } = detectDelimited({ samples, totalBytes: large.length, overrides: {} });
      expect(options).toMatchObject({ encoding: 'utf-8', delimiter: ',', quote: '"', escape: 'double', header: true, columns: ['id', 'name', 'born', 'amount'], dataStartByte: 20, dataStartLine: 2 });
    }
  });
  it('sees in a later sample that the file is not UTF-8', () => {
    const bytes = new Uint8Array(Buffer.concat([Buffer.from(`id,name,city\n${'1,Anna,Oslo\n'.repeat(40_000)}`), Buffer.from('2,Jörg Müller,Köln\n3,Käthe Weiß,Münster\n'.repeat(20), 'latin1')]));
    const { options, guesses } = detect(bytes);
    expect(options.encoding).toBe('windows-1252');
    expect(guesses.encoding.confidence).toBeLessThan(0.95);
  });
  it('does not take a UTF-8 file with a broken cell for a file in another encoding', () => {
    const bytes = Buffer.concat([Buffer.from('id,name\n1,日本語テキスト\n2,'), Buffer.from([0xff, 0xfe, 0x80]), Buffer.from('\n3,日本\n4,日本\n')]);
    expect(detectDelimited({ samples: [{ offset: 0, bytes }], totalBytes: bytes.length, overrides: {} }).options.encoding).toBe('utf-8');
  });

  it('finds 10,000 columns, and asks for a longer sample when the header does not fit', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `measurement_number_with_a_long_name_${index}`);
    const bytes = text(`${names.join(',')}\n${names.map((_, index) => index).join(',')}\n`);
    expect(refusal(() => detect(bytes))).toMatchObject({ code: 'FILE_ROW_TOO_LONG', place: { sampleBytes: 256 * 1024 } });
    const { options } = detect(bytes, {}, 1024 * 1024);
    expect(options.columns).toEqual(names);
    expect(options.header).toBe(true);
  });
  it('reads the header when the first record is larger than the sample', () => {
    const bytes = text(`id,text,when\n1,"${'x, "" \n'.repeat(200_000)}",2020-01-01\n2,y,2020-01-02\n`);
    expect(detect(bytes).options).toMatchObject({ delimiter: ',', quote: '"', header: true, columns: ['id', 'text', 'when'], dataStartByte: 13 });
  });
  it('decodes UTF-16 samples at odd offsets', () => {
    const bytes = new Uint8Array(Buffer.from('id;name\n' + '1;Zoë Łódź\n'.repeat(50_000), 'utf16le'));
    const samples = [{ offset: 0, bytes: bytes.subarray(0, 99_999) }, { offset: 400_001, bytes: bytes.subarray(400_001, 500_000) }];
    expect(detectDelimited({ samples, totalBytes: bytes.length, overrides: {} }).options).toMatchObject({ encoding: 'utf-16le', delimiter: ';', columns: ['id', 'name'], dataStartByte: 8 });
  });
  it('never puts a value or a header of the file into a reason or a refusal', () => {
    const bytes = text('secretheader,other\nsecretvalue,1\n"unclosed,2\n');
    expect(JSON.stringify(detect(bytes).guesses)).not.toContain('secret');
    expect(refusal(() => detect(text('id,"secretheader\n'))).message).not.toContain('secret');
  });
});

describe('names of columns', () => {
  it('are unique, trimmed, numbered where empty, and never collide with a given name', () => {
    expect(nameColumns([' a ', 'a', 'a_2', '', 'b\r\n c', 'column_4'])).toEqual(['a', 'a_3', 'a_2', 'column_4', 'b c', 'column_4_2']);
  });
  it('stay fast for ten thousand equal names', () => {
    const names = nameColumns(Array.from({ length: 10_000 }, () => 'x'));
    expect(new Set(names).size).toBe(10_000);
    expect(names[9_999]).toBe('x_10000');
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import type { Detection, ParseOptions, ParseOverrides } from '../../contracts/parse-options.ts';
import { detectSource } from '../../core/detect/detect-source.ts';
import { withWholeColumns } from '../../core/formats/json/whole-columns.ts';
import type { OutputField, OutputRow } from '../../core/formats/format-writer.ts';
import { escapeName, escapeValue, restoreName } from '../../core/formats/xml/xml-escape.ts';
import { xmlSchemaOf } from '../../core/formats/xml/xml-schema.ts';
import { XmlWriter } from '../../core/formats/xml/xml-writer.ts';
import { readRows, type Cutting } from '../support/read-rows.ts';

const sampleBytes = 256 * 1024;
const detect = (bytes: Buffer, overrides: ParseOverrides = {}): Detection => {
  const middle = Math.floor((bytes.length - sampleBytes) / 2);
  const samples = bytes.length <= sampleBytes * 3 ? [{ offset: 0, bytes }]
    : [0, middle, bytes.length - sampleBytes].map((offset) => ({ offset, bytes: bytes.subarray(offset, offset + sampleBytes) }));
  return detectSource({ samples, totalBytes: bytes.length, overrides });
};
const readAll = (text: string | Buffer, { options }: { readonly options: ParseOptions }, cutting?: Cutting) => readRows(Buffer.from(text), options, cutting);

const unList = ['../../../shared/data/', '../../../../shared/data/'].map((folder) => new URL(`${folder}un_consolidated.xml`, import.meta.url)).find((place) => existsSync(place));

describe('the consolidated list of the United Nations', () => {
  it.skipIf(unList === undefined)('yields its individuals, names its entities, and yields them by record path (skipped where the list is absent)', () => {
    const bytes = readFileSync(unList as URL);
    const text = bytes.toString('utf8');
    const people = detect(bytes);
    expect(people.guesses).toMatchObject({ recordPath: { value: 'CONSOLIDATED_LIST.INDIVIDUALS.INDIVIDUAL', why: expect.stringContaining('CONSOLIDATED_LIST.ENTITIES.ENTITY') as string } });
    const rows = readAll(bytes, people, { chunkBytes: 50_000, pieceBytes: 4_001 });
    expect(rows.length).toBe(text.match(/<INDIVIDUAL>/g)?.length);
    expect(rows.flatMap(({ findings }) => findings)).toEqual([]);
    const id = people.options.columns.indexOf('DATAID');
    expect(rows.map(({ cells }) => cells[id])).toEqual([...text.matchAll(/<INDIVIDUAL>\s*<DATAID>(\d+)</g)].map((match) => match[1]));
    const firms = detectSource({ samples: [{ offset: 0, bytes }], totalBytes: bytes.length, overrides: { recordPath: 'CONSOLIDATED_LIST.ENTITIES.ENTITY' } });
    expect(readAll(bytes, firms).length).toBe(text.match(/<ENTITY>/g)?.length);
  });
});

describe('XML', () => {
  it('reports elements, attributes and texts that no sample had, by their places', () => {
    const detection = detect(Buffer.from('<d><i><a>1</a><n><x>1</x></n></i><i><a>2</a></i></d>'));
    const rows = readAll('<d><i><a>1</a><n><x>1</x></n></i><i b="1"><a c="2">2</a><a>3</a><z/><y><q/></y><w>t</w><n>beside<x>1</x></n></i></d>', detection);
    expect(rows.map((row) => row.unknown)).toEqual([[], ['@b', 'a.@c', 'a[]', 'w', 'n']]);
  });

  it('gives an element whole where an operator names it, all of a repeated one, and none to a field of JSON', () => {
    const text = '<d><i><a><b>1</b><c x="y">2</c></a><t>p</t><t>q</t></i><i><a><b>3</b></a></i></d>';
    const detection = detect(Buffer.from(text));
    const whole = withWholeColumns(detection.options, { named: ['a', 't'], jsonFields: [] });
    expect(whole.columns).toEqual(['a', 't']);
    expect(readAll(text, { options: whole }).map(({ cells, unknown }) => [cells, unknown])).toEqual([[['<b>1</b><c x="y">2</c>', '<t>p</t><t>q</t>'], []], [['<b>3</b>', ''], []]]);
    const both = withWholeColumns(detection.options, { named: ['t', 't[1]'], jsonFields: [] });
    expect(readAll(text, { options: both })[0]?.cells.slice(both.columns.indexOf('t'))).toEqual(['<t>p</t><t>q</t>', 'q']);
    expect(withWholeColumns(detection.options, { named: [], jsonFields: ['a'] })).toBe(detection.options);
  });

  it('asks for a longer sample until the chosen path is in it', () => {
    const bytes = Buffer.from(`<d><p>${'<i><a>1</a></i>'.repeat(100_000)}</p><q><j><b>1</b></j><j><b>2</b></j></q></d>`);
    expect(() => detect(bytes, { recordPath: 'd.q.j' })).toThrow(expect.objectContaining({ code: 'FILE_ROW_TOO_LONG' }) as Error);
    expect(detect(bytes).guesses).toMatchObject({ recordPath: { why: expect.stringContaining('d.q.j') as string } });
  });

  it('cuts a chunk where a long stretch of other elements lies between records', () => {
    const text = `<d><i><a>1</a></i><o>${'<x/>'.repeat(5_000)}</o><i><a>2</a></i></d>`;
    const rows = readAll(text, detect(Buffer.from(text), { recordPath: 'd.i' }), { chunkBytes: 1_000, pieceBytes: 100 });
    expect(rows.map(({ cells }) => cells)).toEqual([['1'], ['2']]);
  });

  const word = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '<', '>', '&', '"', "'", ' ', ']', '-', '0', '\n'), minLength: 1, maxLength: 8 }).filter((text) => text.trim() === text);
  const encode = (text: string, how: number): string => {
    const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('>', '&gt;');
    if (how === 0 || text.includes(']]')) return escaped;
    return how === 1 ? `<![CDATA[${text}]]>` : `<!-- <a>&x; -->${escaped}<!---->`;
  };
  const record = fc.record({ id: fc.nat(), name: fc.option(word, { nil: undefined }), note: fc.option(word, { nil: undefined }), how: fc.nat(2) });

  it('finds in every record what fast-xml-parser finds, however the file is cut', () => {
    fc.assert(fc.property(fc.array(record, { minLength: 2, maxLength: 12 }), fc.integer({ min: 1, max: 40 }), (records, size) => {
      const text = `<?xml version="1.0"?>\n<all>\n<!-- <i> -->${records.map(({ id, name, note, how }) =>
        `<i id="${id}"${note === undefined ? '' : ` note='${encode(note, 0).replaceAll("'", '&apos;').replaceAll('\n', '&#10;')}'`}>\n${name === undefined ? '' : `<n>${encode(name, how)}</n>`}<k>1</k></i>`).join('\n')}</all>\n`;
      const detection = detect(Buffer.from(text));
      const { columns } = detection.options;
      const rows = readAll(text, detection, { chunkBytes: size, pieceBytes: size });
      const parsed = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', parseTagValue: false, parseAttributeValue: false, trimValues: false, htmlEntities: true, isArray: (name) => name === 'i' })
        .parse(text) as { readonly all: { readonly i: readonly Readonly<Record<string, string>>[] } };
      expect(rows.map(({ cells }) => Object.fromEntries(['@id', '@note', 'n', 'k'].map((name) => [name, cells[columns.indexOf(name)] ?? '']))))
        .toEqual(parsed.all.i.map((found) => Object.fromEntries(['@id', '@note', 'n', 'k'].map((name) => [name, found[name] ?? '']))));
      expect(rows.flatMap(({ findings }) => findings)).toEqual([]);
    }), { numRuns: 400 });
  });

  const corpus = new URL('../fixtures/corpus/xml/', import.meta.url);
  const files = readdirSync(corpus).filter((name) => name.endsWith('.xml')).map((name) => readFileSync(new URL(name, corpus))).filter((bytes) => bytes.length < 5_000);

  it('ends with rows or a coded refusal for any damage, and reads the same however it is cut', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(...'<>/&"\'![]-?=ai \n'), fc.constantFrom('<i>', '</i>', '<!--', '-->', '<![CDATA[', ']]>', '<?', '<!DOCTYPE d [', ''))), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(fc.constantFrom(...files), damage, fc.integer({ min: 1, max: 30 }), (file, changes, size) => {
      let bytes = file;
      for (const [at, put] of changes) {
        const place = at % (bytes.length + 1);
        bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from(put), bytes.subarray(place + (put === '' ? 3 : 0))]);
      }
      const outcome = (cutting: Cutting): unknown => {
        try {
          const detection = detect(bytes);
          return detection.options.encoding === 'utf-8' ? readAll(bytes, detection, cutting) : null;
        } catch (error) {
          if (!isWaybillError(error)) throw error;
          return error.code;
        }
      };
      expect(outcome({ chunkBytes: size, pieceBytes: size })).toEqual(outcome({}));
    }), { numRuns: 3_000 });
  });
});

const outputFields = (...definitions: readonly object[]): readonly OutputField[] =>
  datasetDefinitionSchema.parse({ name: 'x', fields: definitions }).fields.map((field) => ({ name: field.name, field }));
const write = (fields: readonly OutputField[], rows: readonly OutputRow[]): string => {
  const writer = new XmlWriter(fields);
  return [writer.opening, ...(rows.length === 0 ? [] : [writer.encode(rows)]), writer.closing].map((piece) => Buffer.from(piece).toString()).join('');
};

describe('XML that was written', () => {
  const hard = fc.oneof(
    fc.constantFrom('', ' ', '"', "'", '\r\n', '\n', '\r', '\t', '<', '&amp;', ']]>', '_x0041_', '_x005F_x0041_', '_x0041', '\u0001', '_x0041\u0001', '\ufffe', '😀', 'שלום עולם', '\ufeff', '  x ', 'x'.repeat(70_000), '12345678901234567890.123456789012345678'),
    fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\ud800-\udfff\0]/g, '')));

  it('gives every text back, nulls apart from empty texts', () => {
    const fields = outputFields({ name: 'id', type: 'text' }, { name: 'full name', type: 'text' }, { name: 'xml_1', type: 'text' });
    fc.assert(fc.property(fc.array(fc.tuple(fc.uuid(), fc.option(hard), fc.option(hard)), { minLength: 2, maxLength: 6 }), fc.integer({ min: 20, max: 4_000 }), (rows, size) => {
      const text = write(fields, rows);
      const detection = detect(Buffer.from(text));
      if (detection.options.format !== 'xml') throw new TypeError('no XML');
      const { columns } = detection.options;
      const read = readAll(text, { options: { ...detection.options, restoresEscapes: true } }, { chunkBytes: size, pieceBytes: size });
      expect(read.map(({ cells }) => fields.map(({ name }) => cells[columns.indexOf(name)] ?? ''))).toEqual(rows.map((row) => row.map((cell) => cell ?? '')));
      expect(rows.map((row) => row.map((cell) => cell === null))).toEqual(text.split('<record>').slice(1).map((record) => ['id', 'full_x0020_name', '_x0078_ml_1'].map((name) => !record.includes(`<${name}>`))));
    }), { numRuns: 400 });
  });

  it('has names that are different from one another and come back', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !/[\u0000-\u001f]/.test(text)), (name) => {
      expect(escapeName(name)).toMatch(/^[\p{L}_][\p{L}\p{Nd}_.\u00b7\u0300-\u036f-]*$/u);
      expect(restoreName(escapeName(name))).toBe(name);
    }), { numRuns: 2_000 });
    expect([escapeName('a b'), escapeName('1st'), escapeName('XMLish'), escapeName('_x0020_'), escapeValue('a\u0001\r<')]).toEqual(['a_x0020_b', '_x0031_st', '_x0058_MLish', '_x005F_x0020_', 'a_x0001_&#13;&lt;']);
  });

  const hasLxml = spawnSync('python3', ['-c', 'import lxml']).status === 0;
  it.skipIf(!hasLxml)('is valid by the schema beside it (skipped without Python’s lxml)', () => {
    const fields = outputFields(
      { name: 'id', type: 'integer' }, { name: 'full name', type: 'text' }, { name: 'amount', type: 'number', pgType: 'numeric(38,10)' }, { name: 'real', type: 'number', pgType: 'double precision' }, { name: 'flag', type: 'boolean' },
      { name: 'day', type: 'date' }, { name: 'at', type: 'timestamp' }, { name: 'uid', type: 'uuid' }, { name: 'kind', type: 'enum', values: ['a "b"', 'c<d'] }, { name: 'doc', type: 'json' }, { name: 'tags', type: 'text_list' }, { name: 'spot', type: 'point' });
    const sound: readonly OutputRow[] = [
      ['1', 'Ann & \u0001 Bo', '12345678901234567890.0000000001', '1e-07', 'true', '2024-01-31', '2024-01-31 10:00:00.5+00', '0b7a1f2e-1111-4222-8333-444455556666', 'a "b"', '{"a": [1]}', '{a,"b c"}', '(1,2)'],
      ['-2', '', 'NaN', 'Infinity', 'false', '0044-03-15 BC', 'infinity', null, 'c<d', null, null, null], Array.from({ length: 12 }, () => null),
    ];
    const folder = mkdtempSync(join(tmpdir(), 'waybill-xsd-'));
    try {
      writeFileSync(join(folder, 'x.xsd'), xmlSchemaOf(fields));
      const check = (rows: readonly OutputRow[]): string => {
        writeFileSync(join(folder, 'x.xml'), write(fields, rows));
        return execFileSync('python3', ['-c', 'import sys; from lxml import etree; s = etree.XMLSchema(etree.parse(sys.argv[1])); s.validate(etree.parse(sys.argv[2])); print("; ".join(e.message for e in s.error_log))', join(folder, 'x.xsd'), join(folder, 'x.xml')], { encoding: 'utf8' }).trim();
      };
      expect(check(sound)).toBe('');
      expect(check([])).toBe('');
      expect(check([['one', ...Array.from({ length: 11 }, () => null)]])).not.toBe('');
    } finally { rmSync(folder, { recursive: true, force: true }); }
  });
});

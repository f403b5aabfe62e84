import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Detection, ParseOverrides } from '../../contracts/parse-options.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { issueCodeOf } from '../../contracts/issue-codes.ts';
import { detectSource } from '../../core/detect/detect-source.ts';
import { createPlanner } from '../../core/formats/formats.ts';
import { JsonReader } from '../../core/formats/json/json-reader.ts';
import { treeOf } from '../../core/formats/json/path-tree.ts';
import { withWholeColumns } from '../../core/formats/json/whole-columns.ts';
import { readRows, type Cutting, type ReadRow } from '../support/read-rows.ts';

const detect = (text: string | Buffer, overrides: ParseOverrides = {}, fileName?: string): Detection => {
  const bytes = Buffer.from(text);
  return detectSource({ samples: [{ offset: 0, bytes }], totalBytes: bytes.length, overrides, fileName });
};

/** As the import reads: planned in pieces, then chunk by chunk. */
const readAll = (text: string | Buffer, { options }: Pick<Detection, 'options'>, cutting: Cutting = {}): readonly ReadRow[] => readRows(Buffer.from(text), options, cutting);

const cellsOf = (text: string, overrides?: ParseOverrides) => {
  const detection = detect(text, overrides);
  return { columns: detection.options.columns, rows: readAll(text, detection).map((row) => row.cells) };
};

describe('JSON Lines', () => {
  it('keep the text of every number, and tell booleans, nulls and nothing apart no more than a table does', () => {
    expect(cellsOf('{"id":1234567890123456789,"n":1E5,"d":0.10,"b":true,"x":null}\n{"id":-0,"n":1.50,"s":"007"}\n')).toEqual({
      columns: ['id', 'n', 'd', 'b', 'x', 's'],
      rows: [['1234567890123456789', '1E5', '0.10', 'true', '', ''], ['-0', '1.50', '', '', '', '007']],
    });
  });
  it('are flattened to dotted columns, arrays of objects too; lists and geometries stay one cell', () => {
    expect(cellsOf('{"a":{"b":1,"c":{"d":"x"}},"names":[{"full":"A"},{"full":"B"}],"tags":["p","q"],"g":{"type":"Point","coordinates":[1,2]}}\n{"a":{"b":2}}\n')).toEqual({
      columns: ['a.b', 'a.c.d', 'names[0].full', 'names[1].full', 'tags', 'g'],
      rows: [['1', 'x', 'A', 'B', '["p","q"]', '{"type":"Point","coordinates":[1,2]}'], ['2', '', '', '', '', '']],
    });
  });
  it('report a value that has no column, by its place and never by a key that may be data', () => {
    const detection = detect('{"a":1,"o":{"p":1},"l":[{"x":1}]}\n', { format: 'jsonl' });
    const text = '{"a":1,"new":5,"o":{"q":[1],"jane@example.org":2,"nothing":null},"l":[{"x":1},{"x":2}]}\n{"o":7}\n';
    const rows = readAll(text, detection);
    expect(rows.map((row) => row.unknown)).toEqual([['new', 'o.q', 'o.*', 'l[]'], ['o']]);
  });
  it('reject the row that is no JSON, with its own line and text, and no other', () => {
    const detection = detect('{"a":1}\n{"a":2}\n');
    const rows = readAll('{"a":1}\n\n  \t\n{"a":1,}\r\n{"a":3}\n[1]\n5\n{"a":"cut', detection);
    expect(rows.map(({ line, findings, raw }) => [line, findings[0] ?? null, raw])).toEqual([
      [1, null, '{"a":1}'], [4, 'ROW_JSON_INVALID', '{"a":1,}'], [5, null, '{"a":3}'], [6, 'ROW_NOT_OBJECT', '[1]'], [7, 'ROW_NOT_OBJECT', '5'], [8, 'ROW_JSON_INVALID', '{"a":"cut'],
    ]);
  });
  it('reject a key that stands twice, half a surrogate pair and nesting beyond the limit', () => {
    const detection = detect('{"a":"x","b":{"c":1}}\n');
    const deep = `{"a":${'['.repeat(1_000)}${']'.repeat(1_000)}}`;
    const rows = readAll(`{"a":"1","a":"2"}\n{"a":"\\ud83d\\ude00"}\n{"a":"\\ud83d"}\n{"b":{"c":1},"b":{"c":2}}\n${deep}\n${'['.repeat(100_000)}\n`, detection);
    expect(rows.map(({ findings }) => findings)).toEqual([
      ['ROW_KEY_REPEATED 1'], [], ['TEXT_HALF_SURROGATE 1'], ['ROW_KEY_REPEATED 2'], ['ROW_JSON_TOO_DEEP'], ['ROW_JSON_TOO_DEEP'],
    ]);
    expect(rows[1]?.cells[0]).toBe('😀');
  });
  it('of one line are told from a document by the name', () => {
    expect(detect('{"a":1,"l":[{"x":1}]}', {}, 'x.jsonl').options.format).toBe('jsonl');
    expect(detect('{"a":1,"l":[{"x":1}]}', {}, 'x.json').options).toMatchObject({ format: 'json', recordPath: ['l'] });
    expect(detect('{"a":1}', {}, 'x.json').options).toMatchObject({ format: 'json', container: 'object', recordPath: [] });
    expect(detect('{"a":1}').options.format).toBe('jsonl');
  });
});

describe('an object that somebody wants whole', () => {
  const detection = detect('{"id":1,"doc":{"n":1,"deep":{"x":2}},"other":{"y":3}}\n', { format: 'jsonl' });

  it('is one column in the place of its parts, all of it, whatever a row has there', () => {
    const options = withWholeColumns(detection.options, { named: [], jsonFields: ['Doc'] });
    expect(options.columns).toEqual(['id', 'doc', 'other.y']);
    expect(readAll('{"doc":{"n":1, "new":[ 1.0 ]},"id":5}\n{"doc":[7]}\n{"doc":"t"}\n', { ...detection, options }).map(({ cells, unknown }) => [cells, unknown])).toEqual([
      [['5', '{"n":1, "new":[ 1.0 ]}', ''], []], [['', '[7]', ''], []], [['', 't', ''], []],
    ]);
  });
  it('keeps the parts that are mapped themselves', () => {
    const options = withWholeColumns(detection.options, { named: ['doc.deep', 'doc.n'], jsonFields: [] });
    expect(options.columns).toEqual(['id', 'doc.n', 'doc.deep', 'other.y']);
  });
  it('is nothing that other formats know', () => {
    const { options } = detect('a,b\n1,2\n');
    expect(withWholeColumns(options, { named: ['doc'], jsonFields: ['doc'] })).toBe(options);
  });
});

describe('a JSON document', () => {
  it('is read at the list of records that is found, or at the one that is chosen', () => {
    const text = '{"meta":{"n":2,"more":[{"k":1}]},\n "data":{"items":[\n  {"id":1,"t":"long enough"},\n  {"id":2,"t":"to be the largest"}\n]},"tail":[1,2]}\n';
    const detection = detect(text);
    expect(detection.options).toMatchObject({ format: 'json', recordPath: ['data', 'items'], container: 'array', columns: ['id', 't'], dataStartLine: 3 });
    expect(readAll(text, detection).map(({ line, cells }) => [line, cells[0]])).toEqual([[3, '1'], [4, '2']]);
    expect(cellsOf(text, { recordPath: 'meta.more' })).toEqual({ columns: ['k'], rows: [['1']] });
    expect(cellsOf(text, { recordPath: '/meta' })).toEqual({ columns: ['n', 'more[0].k'], rows: [['2', '1']] });
    expect(cellsOf(text, { recordPath: '.' }).rows).toHaveLength(1);
    expect(() => detect(text, { recordPath: 'nowhere' })).toThrow(expect.objectContaining({ code: 'FILE_RECORDS_UNKNOWN' }) as Error);
  });
  it('keeps a bad record to itself', () => {
    const detection = detect('[{"a":1},{"a":2},{"a":3}]');
    const rows = readAll('[{"a":1},\n{"a":01},{"a" 1},\n{"a":"x" "y"}, nonsense, {"a":4} \n, 7]', detection);
    expect(rows.map(({ line, raw, findings }) => [line, raw, findings[0] ?? null])).toEqual([
      [1, '{"a":1}', null], [2, '{"a":01}', 'ROW_JSON_INVALID'], [2, '{"a" 1}', 'ROW_JSON_INVALID'], [3, '{"a":"x" "y"}', 'ROW_JSON_INVALID'], [3, 'nonsense', 'ROW_JSON_INVALID'],
      [3, '{"a":4}', null], [4, '7', 'ROW_NOT_OBJECT'],
    ]);
  });
  it.each([
    ['[{"a":1},{"a":2}', 'FILE_CUT_OFF'], ['[{"a":1},{"a":"x]', 'FILE_CUT_OFF'], ['[{"a":1},]', 'FILE_JSON_INVALID'], ['[{"a":1},,{"a":2}]', 'FILE_JSON_INVALID'],
    ['[{"a":1}}', 'FILE_JSON_INVALID'], ['[{"a":[1}]', 'FILE_JSON_INVALID'], ['[{"a":1}] x', 'FILE_JSON_INVALID'], ['{"r":[{"a":1}]', 'FILE_CUT_OFF'], ['{"r":[{"a":1}]]', 'FILE_JSON_INVALID'],
    ['{"r":[{"a":1}],"x":[}', 'FILE_JSON_INVALID'],
  ])('is refused with a place when its records have no certain borders: %s', (text, code) => {
    const recordPath = text.startsWith('[') ? '.' : 'r';
    const good = recordPath === '.' ? '[{"a":1}]' : '{"r":[{"a":1}]}';
    const { options } = detect(good);
    const planner = createPlanner(options, { chunkBytes: 1 });
    expect(() => { planner.push(Buffer.from(text).subarray(options.dataStartByte)); planner.end(); })
      .toThrow(expect.objectContaining({ code, place: expect.objectContaining({ line: 1, byte: expect.any(Number) as number }) as object }) as Error);
  });
  it('may be a GeoJSON FeatureCollection: properties under their own names, the geometry as one value', () => {
    const text = '{"type":"FeatureCollection","name":"x","features":[{"type":"Feature","id":7,"properties":{"name":"A","type":"t","o":{"p":1}},"geometry":{"type":"Point","coordinates":[5.1,52]}},{"type":"Feature","properties":null,"geometry":null}]}';
    const detection = detect(text);
    expect(detection.options).toMatchObject({ format: 'geojson', recordPath: ['features'] });
    expect(cellsOf(text)).toEqual({ columns: ['feature.type', 'id', 'name', 'type', 'o.p', 'geometry'], rows: [['Feature', '7', 'A', 't', '1', '{"type":"Point","coordinates":[5.1,52]}'], ['Feature', '', '', '', '', '']] });
  });
  it('leaves text in brackets and braces that is none to the delimited reader', () => {
    expect(detect('[Section],b\n1,2\n3,4\n').options.format).toBe('csv');
    expect(detect('{abc},b\n1,2\n3,4\n').options.format).toBe('csv');
    expect(detect('{"a":1}|x\n{"a":2}|y\n', { delimiter: '|' }).options.format).toBe('csv');
  });
});

/** Values as JSON texts with blanks wherever the grammar allows them; keys of an object differ. */
const blank = fc.constantFrom('', '', '', ' ', '\t', '\r');
const content = fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀', '"', '\\', '/', '\n', '\u0001', ' ', ',', '{', ']', '\u2028'), maxLength: 6 });
const escaped = (text: string): string => JSON.stringify(text).replace(/[a-zé]/g, (letter) => (letter === 'é' ? '\\u00e9' : letter));
const number = fc.oneof(fc.constantFrom('0', '-0', '1E5', '0.10', '12345678901234567890', '1e-7', '2.50', '-3.0E+2'), fc.integer().map(String));
const scalar = fc.oneof(content.map((text) => JSON.stringify(text)), content.map(escaped), number, fc.constantFrom('true', 'false', 'null'));
const { value: anyValue } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar,
    fc.tuple(blank, fc.array(tie('value'), { maxLength: 3 })).map(([space, parts]) => `[${space}${parts.join(`${space},${space}`)}${space}]`),
    fc.tuple(blank, fc.uniqueArray(fc.tuple(content, tie('value')), { maxLength: 3, selector: ([key]) => key }))
      .map(([space, parts]) => `{${space}${parts.map(([key, part]) => `${escaped(key)}${space}:${space}${part}`).join(`${space},`)}${space}}`)),
}));
const record = fc.tuple(blank, fc.uniqueArray(fc.tuple(fc.oneof(content, fc.constantFrom('id', 'name', 'o')), anyValue), { minLength: 1, maxLength: 4, selector: ([key]) => key }))
  .map(([space, parts]) => `{${space}${parts.map(([key, part]) => `${JSON.stringify(key)}:${space}${part}`).join(',')}}${space}`);

/** What the cells of a record must say, from JSON.parse: a naive walk along each path. */
const expectedCells = (text: string, paths: readonly (readonly (string | number)[])[], cells: readonly string[]): void => {
  const root = JSON.parse(text) as unknown;
  paths.forEach((path, column) => {
    const found = path.reduce<unknown>((value, step) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value) !== (typeof step === 'number')) return undefined;
      return Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined;
    }, root);
    const cell = cells[column] ?? '';
    if (found === undefined || found === null) expect(cell).toBe('');
    else if (typeof found === 'object') expect(JSON.parse(cell)).toEqual(found);
    else if (typeof found === 'string') expect(cell).toBe(found.replace(/[\ud800-\udfff](?![\udc00-\udfff])/gu, '\ufffd'));
    else expect(JSON.parse(cell)).toBe(found);
  });
};

describe('detection of JSON', () => {
  it('ends with a guess or a coded refusal for any text, whatever its name', () => {
    const parts = fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', '\n', ' ', '"a"', '"a":1', '{"a":1}', '{"type":"FeatureCollection","features":[', 'null', '1', 'x', '\ufeff', '\ud800');
    const names = fc.constantFrom('x.json', 'x.jsonl', 'x.geojson', 'x.csv', 'x.json.gz', '');
    fc.assert(fc.property(fc.array(parts, { minLength: 1, maxLength: 14 }), names, (marks, name) => {
      const text = marks.join('');
      try {
        const detection = detect(text, {}, name);
        expect(detection.options.columns.length).toBeGreaterThan(0);
        readAll(text, detection);
      } catch (error) { expect(isWaybillError(error), String(error)).toBe(true); }
    }), { numRuns: 5000 });
  });

  it('sees keys in the middle and at the end of a large document as well', () => {
    const record = (index: number): string => `{"id":${index},"text":"${'x'.repeat(80)}"${index > 4_000 && index < 6_000 ? ',"middle":{"a":1}' : ''}${index > 9_900 ? ',"late":[{"b":2}]' : ''}}`;
    const lines = Array.from({ length: 10_000 }, (_, index) => record(index));
    for (const text of [`[${lines.join(',')}]`, `{"x":[${lines.join(', ')}]}`, lines.join('\n')]) {
      const bytes = Buffer.from(text);
      const samples = [0, Math.floor(bytes.length / 2), bytes.length - 60_000].map((offset) => ({ offset, bytes: bytes.subarray(offset, offset + 60_000) }));
      const detection = detectSource({ samples, totalBytes: bytes.length, overrides: {} });
      expect(detection.options.columns).toEqual(['id', 'text', 'middle.a', 'late[0].b']);
      expect(readAll(bytes, detection, { chunkBytes: 100_000, pieceBytes: 65_536 }).filter((row) => row.unknown.length + row.findings.length > 0)).toEqual([]);
    }
  });

  it('asks for a longer sample until a record is whole', () => {
    const big = `{"id":1,"items":[${Array.from({ length: 9 }, (_, index) => `{"x":"${'y'.repeat(20_000)}","n":${index}}`).join(',')}]}`;
    const look = (text: string, length: number, fileName: string): Detection =>
      detectSource({ samples: [{ offset: 0, bytes: Buffer.from(text).subarray(0, length) }], totalBytes: text.length, overrides: {}, fileName });
    const lines = `${big}\n${big}\n`;
    expect(() => look(lines, 100_000, 'x.jsonl')).toThrow(expect.objectContaining({ code: 'FILE_ROW_TOO_LONG' }) as Error);
    expect(look(lines, 300_000, 'x.jsonl').options.format).toBe('jsonl');
    expect(() => look(`[${big}]`, 100_000, '')).toThrow(expect.objectContaining({ code: 'FILE_ROW_TOO_LONG' }) as Error);
    expect(() => look(`{"long":"${'x'.repeat(200_000)}","rows":[{"a":1}]}`, 100_000, '')).toThrow(expect.objectContaining({ code: 'FILE_ROW_TOO_LONG' }) as Error);
  });
});

describe('the reader beside JSON.parse', () => {
  it('finds in every record the values that JSON.parse finds, numbers by their own digits, however the file is cut', () => {
    fc.assert(fc.property(fc.array(record, { minLength: 1, maxLength: 8 }), fc.boolean(), fc.integer({ min: 1, max: 80 }), (records, isLines, size) => {
      const text = isLines ? `${records.join('\n')}\n` : `[${records.join(',\n')}]`;
      const detection = detect(text, { format: isLines ? 'jsonl' : 'json' });
      if (!('paths' in detection.options)) throw new TypeError('not JSON');
      const { paths = [] } = detection.options;
      const rows = readAll(text, detection);
      expect(rows.map(({ findings, unknown }) => [findings, unknown])).toEqual(records.map(() => [[], []]));
      rows.forEach((row, index) => { expectedCells(records[index] ?? '', paths, row.cells); });
      expect(readAll(text, detection, { chunkBytes: size, pieceBytes: size })).toEqual(rows);
    }), { numRuns: 1000 });
  });

  it('accepts and refuses exactly the texts that JSON.parse accepts and refuses', () => {
    const reader = new JsonReader({ tree: treeOf([['a']]), columnCount: 1, framing: 'lines' });
    const damaged = fc.tuple(anyValue, fc.nat(), fc.constantFrom('', ',', '"', '\\', '{', '}', '[', ']', '0', '.', 'e', '-', ' ', 'u', '\u0001')).map(([text, at, mark]) => {
      const place = at % (text.length + 1);
      return `${text.slice(0, place)}${mark}${text.slice(place + (at % 2))}`;
    }).filter((text) => !text.includes('\n') && text.trim() !== '' && !/^[\u00a0\ufeff]/.test(text));
    fc.assert(fc.property(damaged, (text) => {
      let accepted = true;
      try { JSON.parse(text); } catch { accepted = false; }
      const bytes = Buffer.from(text);
      reader.reset(bytes, 0, bytes.length, 1);
      expect(reader.next()).toBe(true);
      expect(reader.problem === 0 || issueCodeOf(reader.problem) === 'ROW_NOT_OBJECT').toBe(accepted);
      expect(reader.next()).toBe(false);
    }), { numRuns: 5000 });
  });

  it('refuses a second list at the record path behind the sample, and no key that only looks like it', () => {
    const head = `{"data":{"items":[{"a":1}],`;
    const detection = detect(`${head}"x":1}}`, { recordPath: 'data.items' });
    const codeOf = (text: string, size: number): string | number => {
      try { return readAll(text, detection, { chunkBytes: size, pieceBytes: size }).length; } catch (error) { return isWaybillError(error) ? error.code : 'other'; }
    };
    for (const size of [1, 2, 3, 1_000]) {
      expect(codeOf(`${head}"items":[{"a":2}]}}`, size)).toBe('FILE_JSON_INVALID');
      expect(codeOf(`${head}"it\\u0065ms":[{"a":2}]}}`, size)).toBe('FILE_JSON_INVALID');
      expect(codeOf(`${head}"x":1},"data":{"items":[]}}`, size)).toBe('FILE_JSON_INVALID');
      expect(codeOf(`${head}"x":"items","y":["items",{"items":1}],"data":2},"items":3,"z":"data"}`, size)).toBe(1);
    }
  });

  it('survives any bytes: every record that the planner counts is read, and nothing else', () => {
    const marks = fc.constantFrom(...[...'{}[],:"\\ \n1ae'].map((mark) => mark.charCodeAt(0)), 0x80, 0x00);
    fc.assert(fc.property(fc.array(marks, { maxLength: 60 }), fc.integer({ min: 1, max: 30 }), fc.boolean(), (codes, size, isLines) => {
      const head = isLines ? '' : '[';
      const detection = detect(isLines ? '{"a":1}\n{"a":1}\n' : '[{"a":1}]');
      const bytes = Buffer.concat([Buffer.from(head), Buffer.from(codes)]);
      let whole;
      try { whole = readAll(bytes, detection); } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^FILE_(JSON_INVALID|CUT_OFF)$/) as string });
        return;
      }
      expect(readAll(bytes, detection, { chunkBytes: size, pieceBytes: size })).toEqual(whole);
    }), { numRuns: 3000 });
  });
});

import { parse as parseCsv } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvDialectSchema } from '../../contracts/export-request.ts';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { createFormatWriter } from '../../core/export/create-file-writer.ts';
import { restoreFormula } from '../../core/formats/csv/formula-text.ts';
import type { OutputField, OutputRow } from '../../core/formats/format-writer.ts';

const outputFields = (...definitions: readonly object[]): readonly OutputField[] =>
  datasetDefinitionSchema.parse({ name: 'x', fields: definitions }).fields.map((field) => ({ name: field.name, field }));
const texts = (count: number): readonly OutputField[] => outputFields(...Array.from({ length: count }, (_, index) => ({ name: `f${index}`, type: 'text' })));

const write = (format: Parameters<typeof createFormatWriter>[0], fields: readonly OutputField[], parts: readonly (readonly OutputRow[])[], dialect: object = {}): string => {
  const csv = format === 'csv' || format === 'tsv';
  const writer = createFormatWriter(format, csv ? { dialect: csvDialectSchema.parse(dialect) } : {}, fields);
  const pieces = parts.map((rows) => Buffer.from(writer.encode(rows)).toString());
  return [Buffer.from(writer.opening), pieces.join(Buffer.from(writer.between).toString()), Buffer.from(writer.closing)].map(String).join('');
};

const hard = fc.oneof(
  fc.constantFrom('', ' ', '"', "'", '\r\n', '\n', '\r', '\t', ',', ';', '=1+1', "'=1", "''", '-5', '+32 470', '@x', '😀', 'שלום', '\ufeff', 'NULL', '\\N', '007', '\u0001', '  x '),
  fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\ud800-\udfff\0]/g, '')));
const row = fc.array(fc.option(hard), { minLength: 3, maxLength: 3 });

/** A plain reader of the written dialect that tells nothing from a quoted nothing. */
const readCsv = (text: string, options: { readonly delimiter: string; readonly quote: string }): readonly OutputRow[] =>
  parseCsv(text, { delimiter: options.delimiter, quote: options.quote, escape: options.quote, record_delimiter: ['\r\n', '\n'], skip_empty_lines: false,
    cast: (cell, { quoting }) => cell === '' && !quoting ? null : cell });

describe('CSV and TSV', () => {
  it('give every row back, nulls apart from empty texts, in every dialect', () => {
    fc.assert(fc.property(fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), { maxLength: 3 }), fc.constantFrom(',', ';', '\t', '|', '^', '\\', ']'), fc.constantFrom('"', "'"), fc.constantFrom('crlf', 'lf'), (parts, delimiter, quote, lineEnd) => {
      const written = write('csv', texts(3), parts, { delimiter, quote, lineEnd, header: false });
      const read = written === '' ? [] : readCsv(written, { delimiter, quote });
      expect(read.map((cells) => cells.map((cell) => cell === null ? null : restoreFormula(cell)))).toEqual(parts.flat());
    }), { numRuns: 500 });
  });

  it('guard texts that a spreadsheet would run, count them, and leave numbers alone', () => {
    const fields = outputFields({ name: 'a', type: 'text' }, { name: 'n', type: 'number' }, { name: 'p', type: 'phone' });
    const writer = createFormatWriter('csv', {}, fields);
    expect(Buffer.from(writer.encode([['=cmd', '-12.5', '+32 (47) 1'], ['-12.5', '-Infinity', '@x'], ["'=x", null, '']])).toString())
      .toBe(`'=cmd,-12.5,'+32 (47) 1\r\n-12.5,-Infinity,'@x\r\n''=x,,""\r\n`);
    expect(writer.guardedCells).toBe(4);
    expect(write('csv', fields, [[['=cmd', '1', '2']]], { guardFormulas: false })).toContain('=cmd');
  });

  it('begin with a byte order mark when asked, and leave the header out when asked', () => {
    expect(write('csv', texts(2), [], { bom: true })).toBe('\ufefff0,f1\r\n');
    expect(write('tsv', texts(2), [[['a', null]]], { header: false, lineEnd: 'lf' })).toBe('a\t\n');
  });

  it('of one column write a null as a quoted nothing, and refuse an empty text there', () => {
    expect(write('csv', texts(1), [[[null], ['x']]])).toBe('f0\r\n""\r\nx\r\n');
    expect(() => write('csv', texts(1), [[['']]])).toThrow(expect.objectContaining({ code: 'EXPORT_UNWRITABLE', place: { field: 'f0' } }));
  });
});

describe('JSON and JSON Lines', () => {
  it('give every text and null back, a record a line, whatever a text holds', () => {
    fc.assert(fc.property(fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), { maxLength: 3 }), (parts) => {
      const expected = parts.flat().map(([f0, f1, f2]) => ({ f0, f1, f2 }));
      expect(JSON.parse(write('json', texts(3), parts))).toEqual(expected);
      expect(write('jsonl', texts(3), parts).split('\n').slice(0, -1).map((line) => JSON.parse(line) as unknown)).toEqual(expected);
    }), { numRuns: 300 });
  });

  it('write numbers with the digits that they have, and what is no JSON number as a text', () => {
    const fields = outputFields({ name: 'n', type: 'number' }, { name: 'i', type: 'integer' });
    expect(write('jsonl', fields, [[['12345678901234567890123456789012345678.10', '9007199254740993'], ['NaN', null], ['1e-07', '-5']]]))
      .toBe('{"n":12345678901234567890123456789012345678.10,"i":9007199254740993}\n{"n":"NaN","i":null}\n{"n":1e-07,"i":-5}\n');
  });

  it('write stored JSON as it is, on one line, lists as arrays and points as WKT', () => {
    const fields = outputFields({ name: 'd', type: 'json', pgType: 'json' }, { name: 'l', type: 'text_list' }, { name: 'p', type: 'point' }, { name: 't', type: 'timestamp' });
    expect(write('jsonl', fields, [[['{"a":\n 1.10}', '{a,"b \\"c\\"",NULL}', '(4.35,50.85)', '2024-01-31 10:00:00.5+00']]]))
      .toBe('{"d":{"a":  1.10},"l":["a","b \\"c\\"",null],"p":"POINT(4.35 50.85)","t":"2024-01-31T10:00:00.5Z"}\n');
  });
});

describe('GeoJSON', () => {
  const fields = outputFields({ name: 'id', type: 'integer' }, { name: 'p', type: 'point' }, { name: 'q', type: 'point' });
  it('has the first point as geometry, longitude first, and the rest as properties', () => {
    expect(JSON.parse(write('geojson', fields, [[['1', '(4.35,50.85)', '(1,2)']], [['2', null, null]]]))).toEqual({ type: 'FeatureCollection', features: [
      { type: 'Feature', geometry: { type: 'Point', coordinates: [4.35, 50.85] }, properties: { id: 1, q: 'POINT(1 2)' } },
      { type: 'Feature', geometry: null, properties: { id: 2, q: null } },
    ] });
  });
  it('refuses a selection without a point, and a point that is not finite', () => {
    expect(() => write('geojson', texts(1), [])).toThrow(expect.objectContaining({ code: 'EXPORT_FORMAT_UNFIT' }));
    expect(() => write('geojson', fields, [[['1', '(Infinity,0)', null]]])).toThrow(expect.objectContaining({ code: 'EXPORT_UNWRITABLE' }));
  });
});

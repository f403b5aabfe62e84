import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startImportInput } from '../../cli/import-command.ts';
import { addDateFormat, parseCount, parseDelimiter, parseMap, parseMaxErrors, parseNames, parseQuote, parseTableName } from '../../cli/parse-options.ts';
import { parseOverridesOf } from '../../cli/parse-override-options.ts';

describe('--map', () => {
  it('takes a column, a place or two columns', () => {
    expect(parseMap('Ref. No.=incident_id')).toEqual({ columns: ['Ref. No.'], field: 'incident_id' });
    expect(parseMap('#3=name')).toEqual({ columns: ['#3'], field: 'name' });
    expect(parseMap(' Lat + Lon = location')).toEqual({ columns: ['Lat', 'Lon'], field: 'location' });
  });
  it('leaves = and escaped + to the column’s name', () => {
    expect(parseMap('a=b=c')).toEqual({ columns: ['a=b'], field: 'c' });
    expect(parseMap('C\\+\\+=lang')).toEqual({ columns: ['C++'], field: 'lang' });
  });
  it('sends a column through functions without arguments, and several columns through one that joins them', () => {
    expect(parseMap('Nombre=name|trim|title')).toEqual({ columns: ['Nombre'], field: 'name', transforms: [{ fn: 'trim' }, { fn: 'title' }] });
    expect(parseMap('a+b+c=name|join')).toEqual({ columns: ['a', 'b', 'c'], field: 'name', transforms: [{ fn: 'join' }] });
    expect(parseMap('a=odd\\|name')).toEqual({ columns: ['a'], field: 'odd|name' });
    for (const text of ['a=b|', 'a=b|split(1)', 'a=|trim']) expect(() => parseMap(text), text).toThrow();
  });
  it('refuses what names no source or no field', () => {
    for (const text of ['', '=', 'a', 'a=', '=b', '+b=c', 'a+=c', 'a+b+c=d']) expect(() => parseMap(text), text).toThrow();
  });
  it('takes every name back out as it was put in', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => text.trim() === text && !text.includes('\\'));
    fc.assert(fc.property(fc.array(name, { minLength: 1, maxLength: 2 }), name.filter((text) => !text.includes('=')), (columns, field) => {
      expect(parseMap(`${columns.map((column) => column.replaceAll('+', '\\+')).join('+')}=${field.replaceAll('|', '\\|')}`)).toEqual({ columns, field });
    }));
  });
});

describe('the other values of options', () => {
  it('read --max-errors as rows or as a share', () => {
    expect(parseMaxErrors('100')).toEqual({ maxErrors: 100 });
    expect(parseMaxErrors('0')).toEqual({ maxErrors: 0 });
    expect(parseMaxErrors('2.5%')).toEqual({ maxErrorPercent: 2.5 });
    for (const text of ['', '-1', '1.5', '101%', '5 rows', '%', '99999999999']) expect(() => parseMaxErrors(text), text).toThrow();
  });
  it('read --date-format once a field', () => {
    expect(addDateFormat('closed_on=dmy', addDateFormat('born=MDY'))).toEqual([{ field: 'born', order: 'mdy' }, { field: 'closed_on', order: 'dmy' }]);
    expect(() => addDateFormat('born=DMY', addDateFormat('born=MDY'))).toThrow();
    for (const text of ['born', 'born=YMD', '=DMY']) expect(() => addDateFormat(text), text).toThrow();
  });
  it('read delimiters and quotes by name or as they are', () => {
    expect(['tab', '\\t', ';', 'pipe', ','].map(parseDelimiter)).toEqual(['\t', '\t', ';', '|', ',']);
    for (const text of ['', 'ab', '"', '\n', 'é']) expect(() => parseDelimiter(text), text).toThrow();
    expect(['none', '"', "'", 'single'].map((text) => parseQuote(text).quote)).toEqual([null, '"', "'", "'"]);
    for (const text of ['', 'ab', ' ']) expect(() => parseQuote(text), text).toThrow();
  });
  it('read names and whole numbers', () => {
    expect(parseNames('a, b')).toEqual(['a', 'b']);
    expect(() => parseNames('a,,b')).toThrow();
    expect(parseCount('12')).toBe(12);
    for (const text of ['', '-1', '1.5', '1e3', 'x']) expect(() => parseCount(text), text).toThrow();
  });
  it('read tables with and without a schema, quoted or not', () => {
    expect(parseTableName('registry.people')).toEqual({ schema: 'registry', table: 'people' });
    expect(parseTableName('people')).toEqual({ schema: 'public', table: 'people' });
    expect(parseTableName('"a.b"."c""d"')).toEqual({ schema: 'a.b', table: 'c"d' });
    for (const text of ['', 'a.b.c', '.b', 'a.', 'a..b']) expect(() => parseTableName(text), text).toThrow();
  });
});

describe('the request of an import', () => {
  it('says only what was asked, and of the path only the name', () => {
    expect(startImportInput({ file: '/home/somebody/list.csv', dataset: 'people' }, { sha256: 'a' })).toEqual({ sha256: 'a', fileName: 'list.csv', dataset: 'people' });
  });
  it('carries every option', () => {
    const input = startImportInput({
      file: '-', dataset: 'people', mode: 'insert', key: ['a'], map: [{ columns: ['x'], field: 'a' }], dateFormat: [{ field: 'd', order: 'dmy' }],
      duplicates: 'reject', onError: 'abort', maxErrors: { maxErrorPercent: 5 }, partner: 'p', purpose: 'q', zone: 'Europe/Kyiv', dryRun: true, again: true,
      quote: { quote: null }, header: false, preamble: 2, encoding: 'utf-8', delimiter: ';',
    }, { sha256: 'a' });
    expect(input).toEqual({
      sha256: 'a', fileName: 'standard input', dataset: 'people', mode: 'insert', key: ['a'], map: [{ columns: ['x'], field: 'a' }],
      dateOrders: [{ field: 'd', order: 'dmy' }], duplicates: 'reject', onError: 'abort', maxErrorPercent: 5, partner: 'p', purpose: 'q',
      zone: 'Europe/Kyiv', dryRun: true, again: true, parse: { encoding: 'utf-8', delimiter: ';', quote: null, header: false, preambleLines: 2 },
    });
  });
  it('tells "no quotes" from "not said"', () => {
    expect(parseOverridesOf({})).toEqual({});
    expect(parseOverridesOf({ quote: { quote: null } })).toEqual({ quote: null });
  });
});

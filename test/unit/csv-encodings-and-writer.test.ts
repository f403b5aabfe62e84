import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodings, type Encoding } from '../../contracts/parse-options.ts';
import { encodeCsvRow } from '../../core/formats/csv/csv-row-writer.ts';
import { neutraliseFormula, restoreFormula } from '../../core/formats/csv/formula-text.ts';
import { codePointsOf, createSourceDecoder } from '../../core/formats/csv/source-decoder.ts';

function decode(bytes: Uint8Array, encoding: Encoding, pieceBytes = bytes.length || 1): string {
  const decoder = createSourceDecoder(encoding);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(decoder.push(bytes.subarray(at, at + pieceBytes)));
  pieces.push(decoder.end());
  return new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(Buffer.concat(pieces));
}
const utf16 = (text: string, bigEndian: boolean): Uint8Array => {
  const bytes = Buffer.from(text, 'utf16le');
  return new Uint8Array(bigEndian ? bytes.swap16() : bytes);
};

describe('the source decoder', () => {
  it('decodes UTF-16 of both orders in any pieces, without its mark', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.boolean(), fc.integer({ min: 1, max: 9 }), (text, bigEndian, pieceBytes) => {
      fc.pre(!text.startsWith('\ufeff'));
      expect(decode(utf16(`\ufeff${text}`, bigEndian), bigEndian ? 'utf-16be' : 'utf-16le', pieceBytes)).toBe(Buffer.from(text, 'utf8').toString('utf8'));
    }));
  });
  it('gives U+FFFD for a half character at the end and for a lone surrogate', () => {
    expect(decode(Uint8Array.of(0x61, 0, 0x62), 'utf-16le')).toBe('a\ufffd');
    expect(decode(Uint8Array.of(0, 0x61, 0), 'utf-16be')).toBe('a\ufffd');
    expect(decode(Uint8Array.of(0, 0xd8, 0x61, 0), 'utf-16le', 1)).toBe('\ufffda');
  });
  it('passes UTF-8 through without its mark, split anywhere', () => {
    const bytes = new TextEncoder().encode('\ufeffé漢😀');
    for (let pieceBytes = 1; pieceBytes < 9; pieceBytes++) expect(decode(bytes, 'utf-8', pieceBytes)).toBe('é漢😀');
    expect(decode(Uint8Array.of(0x61, 0xff, 0x62), 'utf-8')).toBe('a\ufffdb');
  });
  it.each([
    ['windows-1252', [0x80, 0xe9, 0x92], '€é’'], ['iso-8859-1', [0xe9, 0xff], 'éÿ'], ['iso-8859-2', [0xb1, 0xb3], 'ął'], ['iso-8859-15', [0xa4], '€'],
    ['windows-1250', [0xb9, 0xb3, 0x9c], 'ąłś'], ['windows-1251', [0xcf, 0xf0], 'Пр'], ['koi8-r', [0xf0, 0xd2], 'Пр'], ['macintosh', [0x8e, 0x88], 'éà'], ['ibm866', [0x8f, 0xe0], 'Пр'],
  ] as const)('knows %s', (encoding, bytes, expected) => {
    expect(decode(Uint8Array.from(bytes), encoding)).toBe(expected);
  });
  it('gives U+FFFD for bytes that an 8-bit encoding does not define', () => {
    expect(decode(Uint8Array.of(0x61, 0x81, 0x62), 'windows-1252')).toBe('a\ufffdb');
  });
  it('leaves ASCII alone in every 8-bit encoding, also where the platform swaps control characters (ibm866)', () => {
    const low = Uint8Array.from({ length: 128 }, (_, byte) => byte);
    for (const encoding of encodings.filter((name) => !name.startsWith('utf-16'))) expect(decode(low, encoding)).toBe(Buffer.from(low).toString('latin1'));
  });
  it('agrees with the platform for the upper half of the 8-bit encodings that the platform decodes rightly', () => {
    for (const encoding of encodings.filter((name) => !/^utf-|1252|8859-1$/.test(name))) {
      const all = Uint8Array.from({ length: 128 }, (_, byte) => byte + 128);
      expect(decode(all, encoding, 7)).toBe(new TextDecoder(encoding).decode(all).replace(/[\u0080-\u009f]/g, '\ufffd'));
      expect(codePointsOf(encoding)).toHaveLength(256);
    }
  });
});

describe('the CSV row writer', () => {
  it('quotes only what must be, and tells a null from an empty text', () => {
    expect(encodeCsvRow(['a', null, '', 'b,c', 'd"e', 'f\ng', ' h', '007'])).toBe('a,,"","b,c","d""e","f\ng"," h",007\r\n');
    expect(encodeCsvRow([null])).toBe('""\r\n');
    expect(encodeCsvRow(['a;b', 'c,d'], { delimiter: ';' })).toBe('"a;b";c,d\r\n');
  });
  it('is read back by csv-parse as it was written', () => {
    fc.assert(fc.property(fc.array(fc.option(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é', '=', ';') })), { minLength: 1 }), fc.constantFrom(',', ';', '\t'), (cells, delimiter) => {
      expect(parse(encodeCsvRow(cells, { delimiter }), { delimiter, record_delimiter: '\r\n' })).toEqual([cells.map((cell) => cell ?? '')]);
    }));
  });
  it('neutralises texts that a spreadsheet would run, and no numbers', () => {
    expect(encodeCsvRow(['=1+1', '+44 20 7946', '-x', '@sum', '-12.5', '+1', '-1,234.50', '1E5', "'=x", "it's"], { neutraliseFormulas: true, delimiter: ';' }))
      .toBe("'=1+1;'+44 20 7946;'-x;'@sum;-12.5;+1;-1,234.50;1E5;''=x;it's\r\n");
    expect(encodeCsvRow(['=1+1'])).toBe('=1+1\r\n');
    expect(neutraliseFormula('-1-2')).toBe("'-1-2");
    expect(neutraliseFormula('\tx')).toBe("'\tx");
  });
  it('is undone exactly', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom("'", '=', '-', '+', '@', '\t', '\r', '1', 'a', '.', ' ') }), (text) => {
      expect(restoreFormula(neutraliseFormula(text))).toBe(text);
    }), { numRuns: 3000 });
  });
});

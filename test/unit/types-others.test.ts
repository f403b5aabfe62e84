import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldTypes } from '../../contracts/dataset-definition.ts';
import { encodeCell, encodePair, readAs } from '../support/encode-cell.ts';

describe('yes and no', () => {
  it('are read in the usual words, in any case', () => {
    for (const word of ['true', 'T', 'Yes', 'y', 'ON', '1', ' TRUE ']) expect(readAs({ type: 'boolean' }, word)).toBe('t');
    for (const word of ['false', 'F', 'No', 'n', 'oFF', '0']) expect(readAs({ type: 'boolean' }, word)).toBe('f');
    for (const word of ['tr', '2', 'maybe', 'X', '-1', 'truee', '1.0', 'oui']) expect(readAs({ type: 'boolean' }, word)).toBe('BOOLEAN_INVALID');
  });
});

describe('UUIDs', () => {
  it.each(['3f2504e0-4f89-11d3-9a0c-0305e82c3301', '3F2504E04F8911D39A0C0305E82C3301', '{3f2504e0-4f89-11d3-9a0c-0305e82c3301}', '3f25-04e0-4f89-11d3-9a0c-0305-e82c-3301'])('stay as they stood: %s', (cell) => {
    expect(readAs({ type: 'uuid' }, cell)).toBe(cell);
  });
  it.each(['3f2504e0-4f89-11d3-9a0c-0305e82c330', '3f2504e0-4f89-11d3-9a0c-0305e82c33011', '{3f2504e0-4f89-11d3-9a0c-0305e82c3301', '3f2504e0--4f89-11d3-9a0c-0305e82c3301', '-3f2504e04f8911d39a0c0305e82c3301', '3f2504e04f8911d39a0c0305e82c3301-', '{}', 'g'.repeat(32)])('refuse %s', (cell) => {
    expect(readAs({ type: 'uuid' }, cell)).toBe('UUID_INVALID');
  });
});

describe('JSON', () => {
  it.each(['{"a":1}', '[]', 'null', '"x"', '1e5', '12345678901234567890.123', '{"a":{"a":1}}', '{"__proto__":1}', '"\\ud83d\\ude42"'])('stays as it stood: %s', (cell) => {
    expect(encodeCell({ type: 'json' }, cell).issue).toBeNull();
    expect(encodeCell({ type: 'json' }, cell).copy?.replaceAll('\\\\', '\\')).toBe(cell);
  });
  it.each(['{a:1}', "{'a':1}", '[1,]', 'undefined', 'NaN', '{"a":1', '"a\nb"', '01', '\u0000'])('must be JSON: not %j', (cell) => {
    expect(readAs({ type: 'json' }, cell)).toBe('JSON_INVALID');
  });
  it.each(['"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '1e131072', '1e-16384', '{"a":1,"a":2}', '[{"b":{"c":1,"\\u0063":2}}]'])('in jsonb is refused where PostgreSQL would refuse or change it: %s', (cell) => {
    expect(readAs({ type: 'json' }, cell)).toBe('JSON_INVALID');
  });
  it('in json keeps what jsonb would change', () => {
    expect(readAs({ type: 'json', pgType: 'json' }, '{"a":1, "a":2}')).toBe('{"a":1, "a":2}');
  });
  it('nests 1,000 levels and no more', () => {
    expect(encodeCell({ type: 'json' }, '['.repeat(1000) + ']'.repeat(1000)).issue).toBeNull();
    expect(readAs({ type: 'json' }, '['.repeat(1001) + ']'.repeat(1001))).toBe('JSON_INVALID');
    expect(readAs({ type: 'json' }, '['.repeat(500_000) + ']'.repeat(500_000))).toBe('JSON_INVALID');
  });
  it('takes whatever JSON.stringify writes', () => {
    fc.assert(fc.property(fc.json(), (cell) => {
      const { issue } = encodeCell({ type: 'json', pgType: 'json' }, cell);
      expect(issue).toBeNull();
    }));
  });
});

describe('enums', () => {
  const status = { type: 'enum', values: ['open', ' closed', 'a\tb', 'é'] };
  it('match exactly, then without outer blanks', () => {
    expect(['open', ' open ', ' closed', 'a\tb', 'é', 'Open', 'closed', 'ope', ' '].map((cell) => readAs(status, cell)))
      .toEqual(['open', 'open', ' closed', 'a\\tb', 'é', 'ENUM_UNKNOWN', 'ENUM_UNKNOWN', 'ENUM_UNKNOWN', 'NULL']);
  });
  it('find each of ten thousand values', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => `value ${i}`);
    for (const cell of ['value 0', 'value 4711', 'value 9999']) expect(readAs({ type: 'enum', values }, cell)).toBe(cell);
    expect(readAs({ type: 'enum', values }, 'value 10000')).toBe('ENUM_UNKNOWN');
  });
});

describe('lists of texts', () => {
  const list = (cell: string): string => readAs({ type: 'text_list' }, cell);
  it.each([
    ['a; b ;c', '{"a","b","c"}'], ['a;', '{"a"}'], ['a;;b', '{"a","","b"}'], ['one, two', '{"one, two"}'], ['["a;b",null,"q\\"\\\\"]', '{"a;b",NULL,"q\\\\"\\\\\\\\"}'], ['[]', '{}'],
    ['{ }', '{}'], ['{a, b c ,"d,e",null,"null"}', '{"a","b c","d,e",NULL,"null"}'], ['{a\\,b}', '{"a,b"}'], ['{\\ a\\ }', '{" a "}'], ['{\\null}', '{"null"}'], ['{\u2003a}', '{"\u2003a"}'], ['{""}', '{""}'],
  ])('are read from %s', (cell, copy) => {
    expect(list(cell)).toBe(copy);
  });
  it.each(['[1,2]', '["a"', '["a",["b"]]', '{a', '{a,}', '{,a}', '{{a}}', '{a}b', '{"a"b}', '["\\ud800"]', '{"a"x"b"}', '{a', '{"a', '{a\\', '{"a\\', '{', '{}}', '{a;b}x'])('refuse %s', (cell) => {
    expect(list(cell)).toBe('ARRAY_INVALID');
  });
  it('refuse NUL and elements that are too long', () => {
    expect(list('["\\u0000"]')).toBe('TEXT_NUL');
    expect(readAs({ type: 'text_list', pgType: 'character varying(3)[]' }, 'abc;abcd')).toBe('TEXT_TOO_LONG');
    expect(readAs({ type: 'text_list', pgType: 'character varying(3)[]' }, '🙂🙂🙂')).toBe('{"🙂🙂🙂"}');
  });
});

describe('cells of megabytes', () => {
  const long = 2_000_000;
  it.each([
    ['text_list', `{${'a '.repeat(long)}"`], ['text_list', `{a${' '.repeat(long)}b${' '.repeat(long)}"`], ['text_list', `{"${'\\"'.repeat(long)}`], ['text_list', `x${' '.repeat(long)}x;y`],
    ['json', `"${'\\n'.repeat(long)}"`], ['json', `"${'\\u0041'.repeat(long)}"`], ['json', `[${'1,'.repeat(long)}1]`], ['point', `POINT(${' '.repeat(long)}`], ['point', '1'.repeat(long)],
    ['number', `${'1'.repeat(long)}x`], ['number', `1e${'9'.repeat(long)}`], ['integer', '0'.repeat(long)], ['date', `${' '.repeat(long)}x`], ['timestamp', `2020-01-01${' '.repeat(long)}10:00`],
    ['timestamp', `2020-01-01 10:00:00.${'1'.repeat(long)}`], ['email', 'a.'.repeat(long)], ['uuid', 'a'.repeat(long)], ['boolean', 'y'.repeat(long)], ['enum', 'a'.repeat(long)],
  ])('are judged in a moment and never throw (%s)', (type, cell) => {
    const begin = performance.now();
    encodeCell({ type, ...(type === 'enum' ? { values: ['a'] } : {}) }, cell);
    expect(performance.now() - begin).toBeLessThan(3_000);
  });
});

describe('points', () => {
  const point = (cell: string): string => readAs({ type: 'point' }, cell);
  it.each([
    ['52.370216,4.895168', '(4.895168,52.370216)'], ['52.370216; 4.895168', '(4.895168,52.370216)'], ['52.370216 4.895168', '(4.895168,52.370216)'], ['POINT(4.895168 52.370216)', '(4.895168,52.370216)'],
    ['SRID=4326;Point (4.895168  52.370216)', '(4.895168,52.370216)'], ['(41.895080471, -87.765400451)', '(-87.765400451,41.895080471)'], ['-90,180', '(180,-90)'], ['90.000,-180.0', '(-180.0,90.000)'],
    ['0,0', '(0,0)'], [' +1.50 , -2 ', '(-2,+1.50)'], ['1e-5,2', '(2,1e-5)'],
  ])('are read from %j', (cell, copy) => {
    expect(point(cell)).toBe(copy);
  });
  it.each([
    ['{"type":"Point","coordinates":[4.895168,52.370216]}', '(4.895168,52.370216)'], [' { "coordinates" : [ -1E1 , 2.50 , 0.0 ] , "type" : "Point" } ', '(-1E1,2.50)'],
    ['{"type":"Point","coordinates":[1,2,3]}', 'POINT_INVALID'], ['{"type":"LineString","coordinates":[[1,2],[3,4]]}', 'POINT_INVALID'], ['{"type":"Point","coordinates":[1,2}', 'POINT_INVALID'],
    ['{"type":"Point","x":{"coordinates":[1,2]},"coordinates":[3,4]}', 'POINT_INVALID'], ['{"type":"Point","coordinates":[52,-122]}', 'POINT_OUT_OF_RANGE'], ['{}', 'POINT_INVALID'],
  ])('read a GeoJSON Point, longitude first: %s', (cell, copy) => {
    expect(point(cell)).toBe(copy);
  });
  it.each(['90.0000001,0', '-90.1,0', '0,180.00000001', '0,-181', '-122.4,37.7', 'POINT(37.7 -122.4)', '1e9,0'])('lie on the globe: not %s', (cell) => {
    expect(point(cell)).toBe('POINT_OUT_OF_RANGE');
  });
  it.each(['52.37', '52.37,', ',4.89', '52.37,4.89,0', 'N52 E4', '52°22′N 4°53′E', 'POINT(1 2 3)', 'POINT EMPTY', 'POLYGON((1 2))', '(1,2', 'a,b', '()', '(,)', 'NaN,0', '52,37 4,89'])('refuse %j', (cell) => {
    expect(point(cell)).toBe('POINT_INVALID');
  });
  it('refuse more digits than a double tells apart', () => {
    expect(point('52.3702161234567891234,4')).toBe('NUMBER_PRECISION_LOSS');
  });
  it('are made of two columns', () => {
    expect(encodePair('52.37', ' 4.89 ')).toEqual({ copy: '(4.89,52.37)', issue: null });
    expect(encodePair(' ', '')).toEqual({ copy: null, issue: null });
    expect(encodePair('52.37', '')).toEqual({ copy: null, issue: 'POINT_INVALID' });
    expect(encodePair('', '4.89')).toEqual({ copy: null, issue: 'POINT_INVALID' });
    expect(encodePair('91', '4.89')).toEqual({ copy: null, issue: 'POINT_OUT_OF_RANGE' });
  });
});

describe('every type', () => {
  it('survives any bytes, and appends no tab or newline', () => {
    const alphabet = fc.constantFrom(...Array.from('0123456789-+./:eETZ{}[]();," \t\n\\NaPOINTmar\u00a0é'), '\u0000');
    const cell = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.array(alphabet, { maxLength: 24 }).map((letters) => Buffer.from(letters.join(''))));
    fc.assert(fc.property(fc.constantFrom(...fieldTypes), cell, (type, bytes) => {
      const definition = type === 'enum' ? { type, values: ['a', '0'] } : { type };
      expect(encodeCell(definition, bytes).copy ?? '').not.toMatch(/[\t\n\r\0]/);
    }), { numRuns: 5_000 });
  });
  it.each(fieldTypes.filter((type) => !['text', 'code', 'country', 'phone', 'email', 'other', 'enum'].includes(type)))('takes a blank cell of type %s for NULL', (type) => {
    expect(readAs({ type }, ' \u00a0\t ')).toBe('NULL');
  });
});

import fc from 'fast-check';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import exampleNumbers from 'libphonenumber-js/examples.mobile.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { fieldDefinitionSchema, type FieldType } from '../../contracts/dataset-definition.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { issueCodeOf, issueNumber } from '../../contracts/issue-codes.ts';
import { languageNames, parseTransforms, transformStepSchema, type TransformStep } from '../../contracts/transform.ts';
import { ByteCell, TransformArena } from '../../core/transform/byte-cell.ts';
import { compileTransforms } from '../../core/transform/compile-transforms.ts';
import { alpha2ByNumber, alpha3ByAlpha2 } from '../../core/transform/country-codes.ts';
import { alpha3ByLanguage } from '../../core/transform/language-codes.ts';
import { declined, nothing } from '../../core/transform/step.ts';
import { TransformEncoder } from '../../core/transform/transform-encoder.ts';
import { placeOfUtm, readMgrs } from '../../core/transform/utm.ts';
import { unitKinds } from '../../core/transform/unit-table.ts';
import { createCellEncoder } from '../../core/types/cell-encoder.ts';
import { CopyBuffer } from '../../core/types/copy-buffer.ts';

const programOf = (steps: readonly object[], { type = 'text', columns = 1 }: { readonly type?: FieldType; readonly columns?: number } = {}) =>
  compileTransforms(parseTransforms(steps, 'map[0].transforms'), { type, columns, at: 'map[0].transforms' });
const run = (steps: readonly object[], ...cells: readonly (string | null)[]): string => {
  const outcome = programOf(steps, { columns: cells.length }).run(cells.map((cell) => cell === '' ? null : cell));
  return outcome === null ? 'NULL' : typeof outcome === 'number' ? issueCodeOf(outcome) : outcome;
};
const refusal = (work: () => unknown): string => {
  try { work(); } catch (error) { if (isWaybillError(error)) return `${error.code} ${String(error.place['at'])}`; throw error; }
  return 'accepted';
};

/** One of each function, and some in a row. */
const programs: readonly (readonly object[])[] = [
  [{ fn: 'trim' }], [{ fn: 'collapse' }], [{ fn: 'upper' }], [{ fn: 'lower' }], [{ fn: 'title' }], [{ fn: 'upper', locale: 'tr' }], [{ fn: 'normalize' }], [{ fn: 'normalize', form: 'NFKC' }],
  [{ fn: 'split', separator: '-', part: 2 }], [{ fn: 'split', separator: '-', part: -1 }], [{ fn: 'split', separator: 'é', part: 1 }], [{ fn: 'substring', start: 2, length: 3 }], [{ fn: 'substring', start: -2 }],
  [{ fn: 'replace', pattern: '[aé]*', with: '<$0>' }], [{ fn: 'replace', pattern: ' ', with: '' }], [{ fn: 'replace', pattern: '[a-m .]+', with: '$$é' }], [{ fn: 'replace', pattern: '\\s', with: 'xy', first: true }], [{ fn: 'replace', pattern: '[a ]+', with: '', first: true }], [{ fn: 'extract', pattern: '(\\d+)', unmatched: 'keep' }], [{ fn: 'trim' }, { fn: 'default', value: 'x' }, { fn: 'upper' }], [{ fn: 'join' }], [{ fn: 'coalesce' }],
  [{ fn: 'number' }], [{ fn: 'number', decimal: ',' }], [{ fn: 'number', decimal: ',', group: ' ', currency: ['€', 'EUR'], percent: 'drop' }], [{ fn: 'units', from: 'ft', to: 'm' }], [{ fn: 'units', to: 'kg', decimals: 3 }],
  [{ fn: 'boolean' }], [{ fn: 'date', formats: ['DD/MM/YYYY'] }], [{ fn: 'date', formats: ['D/M/YYYY'] }], [{ fn: 'date', formats: ['YYYYMMDD', 'D MMM YYYY'] }], [{ fn: 'date', formats: ['DD/MM/YYYY HH:mm'], zone: 'Europe/Madrid' }],
  [{ fn: 'date_parts', order: ['year'], partial: true }], [{ fn: 'partial_date', formats: ['M/YYYY', 'D/M/YYYY'] }], [{ fn: 'name', part: 'family' }], [{ fn: 'name', part: 'given' }], [{ fn: 'phone', country: 'ES' }],
  [{ fn: 'country' }], [{ fn: 'language', to: 'alpha3' }], [{ fn: 'coordinates' }], [{ fn: 'coordinates', form: 'dms' }], [{ fn: 'map', table: { a: 'b', '': 'c' }, unknown: 'keep', fold: true }], [{ fn: 'hash' }],
  [{ fn: 'collapse' }, { fn: 'split', separator: ' ', part: 1 }, { fn: 'title' }, { fn: 'substring', start: 1, length: 4 }],
];

const piece = fc.constantFrom(
  'a', 'É', 'e\u0301', 'ß', 'İ', 'Σ', 'Σας', 'ы', '漢', '😀', ' ', '  ', '\u00a0', '\u2003', '\u0085', '\ufeff', '\t', '\n', '-', "'", '’', '.', ',', '0', '7', '12', '123', '1985', '/', ':', '(', ')', '%', '€', '+', '°', 'N', 'W',
  'X', '31/12/2023', '01/02/1999', '20231231', ' de ', 'enero', 'Sí', 'No', '+34 612 34 56 78', 'España', 'POINT(', '17T 630084 4833438', '{"type":"Point","coordinates":[1,2]}', '"', '\\', '\u0000', 'Ǆ', 'ŉ',
);
const cell = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')).filter((text) => text !== '');
const anyText = fc.oneof(cell, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }).map((text) => Buffer.from(text).toString())).filter((text) => text !== '');

describe('each function, whatever the text', () => {
  it('gives a well-formed text, nothing or an issue, and the same by bytes, from memory and by texts', () => {
    const field = fieldDefinitionSchema.parse({ name: 'f', type: 'text' });
    const lanes = programs.map((steps) => ({ program: programOf(steps), encoder: new TransformEncoder(programOf(steps), createCellEncoder(field, { zone: 'UTC' })) }));
    const byteCell = new ByteCell(new TransformArena());
    const expected = new CopyBuffer(), out = new CopyBuffer();
    fc.assert(fc.property(anyText, (text) => {
      const bytes = Buffer.from(`7${text}7`);
      for (const [index, { program, encoder }] of lanes.entries()) {
        const outcome = program.run([text]);
        expect(outcome).not.toBe('');
        if (typeof outcome === 'string') expect(outcome).not.toMatch(/\p{Cs}/u);
        if (program.hasBytes) {
          byteCell.set(bytes, 1, bytes.length - 1);
          const answer = program.runBytes(byteCell);
          if (answer !== declined) expect([index, answer === nothing ? null : answer > 0 ? answer : Buffer.from(byteCell.bytes).toString('utf8', byteCell.start, byteCell.end)]).toEqual([index, outcome]);
        }
        expected.truncate(0);
        const direct = typeof outcome === 'string' ? createCellEncoder(field, { zone: 'UTC' }).encode(Buffer.from(outcome), 0, Buffer.byteLength(outcome), expected) : outcome ?? -1;
        for (let turn = 0; turn < 2; turn += 1) {
          out.truncate(0);
          expect([index, encoder.encode(bytes, 1, bytes.length - 1, out)]).toEqual([index, direct]);
          if (direct === 0) expect(out.view().toString()).toBe(expected.view().toString());
        }
      }
    }), { numRuns: 400 });
  });

  it('takes time in proportion to the text, also where it is all blanks, zeros, dots or brackets', () => {
    for (const filler of [' ', '0', '.', '(', "'", '-', '9', '°', 'a ', '\u2003', '1,', '1 ', 'É']) {
      const text = `1${filler.repeat(200_000)}x`;
      for (const [index, steps] of programs.entries()) {
        const program = programOf(steps), began = performance.now();
        program.run([text]);
        expect(performance.now() - began, `${JSON.stringify(programs[index])} of ${filler}`).toBeLessThan(4_000);
      }
    }
  }, 120_000);

  it('that tidies a text leaves a tidy one alone', () => {
    const tidying = [[{ fn: 'trim' }], [{ fn: 'collapse' }], [{ fn: 'normalize' }], [{ fn: 'normalize', form: 'NFKC' }], [{ fn: 'lower' }], [{ fn: 'country' }], [{ fn: 'phone' }], [{ fn: 'boolean' }], [{ fn: 'number' }], [{ fn: 'coordinates' }], [{ fn: 'partial_date' }]].map((steps) => programOf(steps));
    fc.assert(fc.property(anyText, (text) => {
      for (const program of tidying) {
        const once = program.run([text]);
        if (typeof once === 'string') expect(program.run([once])).toBe(once);
      }
    }), { numRuns: 300 });
  });
});

describe('a column that repeats itself', () => {
  it('is remembered, also over the limits of the memory, and one that does not is not', () => {
    const field = fieldDefinitionSchema.parse({ name: 'f', type: 'text' });
    const encoder = new TransformEncoder(programOf([{ fn: 'replace', pattern: '(a)', with: 'b' }]), createCellEncoder(field, { zone: 'UTC' }));
    const out = new CopyBuffer();
    for (const distinct of [10, 3_000, 20_000]) for (let i = 0; i < 20_000; i += 1) {
      const bytes = Buffer.from(`a${i % distinct}`);
      out.truncate(0);
      expect(encoder.encode(bytes, 0, bytes.length, out)).toBe(0);
      if (out.view().toString() !== `b${i % distinct}`) expect.unreachable(`a${i % distinct}`);
    }
  });
});

describe('a number', () => {
  const digits = fc.bigInt({ min: 0n, max: 10n ** 30n });
  const grouped = (whole: string, mark: string): string => whole.replace(/\B(?=(\d{3})+$)/g, mark);

  it('keeps every digit, whatever its marks', () => {
    fc.assert(fc.property(digits, fc.stringMatching(/^\d{0,12}$/), fc.constantFrom('', '.', ' ', '\u00a0', '\u202f', "'", '’'), fc.boolean(), (whole, fraction, mark, negative) => {
      const text = `${negative ? '-' : ''}${grouped(String(whole), mark)}${fraction === '' ? '' : `,${fraction}`}`;
      expect(run([{ fn: 'number', decimal: ',' }], text)).toBe(`${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`);
    }));
  });
  it('divides a percentage exactly', () => {
    fc.assert(fc.property(digits, fc.stringMatching(/^\d{0,9}[1-9]$/), (whole, fraction) => {
      const scaled = BigInt(`${whole}${fraction}`), places = fraction.length + 2;
      const padded = scaled.toString().padStart(places + 1, '0');
      expect(run([{ fn: 'number' }], `${whole}.${fraction} %`)).toBe(`${padded.slice(0, -places)}.${padded.slice(-places)}`);
    }));
  });
  it.each([
    ['1.23,4', 'TRANSFORM_NUMBER_INVALID'], ['1.234.56', 'TRANSFORM_NUMBER_INVALID'], ['12.34.567,1', '1234567.1'], ['1,2,3', 'TRANSFORM_NUMBER_INVALID'], ['1 234.567', 'TRANSFORM_NUMBER_INVALID'], ['--1', 'TRANSFORM_NUMBER_INVALID'],
    ['5-', '-5'], ['(5)-', 'TRANSFORM_NUMBER_INVALID'], ['5,', 'TRANSFORM_NUMBER_INVALID'], [',5', '0.5'], ['007,50', '7.50'], ['', 'NULL'], ['1,5E3', '1.5E3'], ['−3', '-3'], ['$3', 'TRANSFORM_NUMBER_INVALID'], ['0,0 %', '0'],
  ])('with a decimal comma reads %j as %s', (text, read) => { expect(run([{ fn: 'number', decimal: ',' }], text)).toBe(read); });
});

describe('units', () => {
  it('convert there and back without losing a digit, by an oracle of BigInts', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 9 }), (value, places) => {
      const padded = (value < 0n ? -value : value).toString().padStart(places + 1, '0');
      const text = `${value < 0n ? '-' : ''}${places === 0 ? padded : `${padded.slice(0, -places)}.${padded.slice(-places)}`}`;
      // 1 ft = 3048 / 10^4 m.
      const metres = run([{ fn: 'units', from: 'ft', to: 'm' }], text);
      const [whole = '', fraction = ''] = metres.replace('-', '').split('.');
      const found = BigInt(`${whole}${fraction.padEnd(places + 4, '0')}`) * (metres.startsWith('-') ? -1n : 1n);
      expect(found).toBe(value * 3048n);
      expect(run([{ fn: 'units', from: 'm', to: 'ft', decimals: 12 }], metres)).toBe(text.includes('.') ? text.replace(/\.?0+$/, '').replace(/^-0$/, '0') : text);
    }));
  });
  it.each([['0', 'C', 'F', '32'], ['-40', 'F', 'C', '-40'], ['100', 'C', 'K', '373.15'], ['1', 'nmi', 'km', '1.852'], ['10', 'kn', 'km/h', '18.52'], ['1', 'mi', 'ft', '5280'], ['2.5', 'imp gal', 'l', '11.365225'], ['1', 'd', 'min', '1440']])(
    '%s %s is %s: %s', (value, from, to, read) => { expect(run([{ fn: 'units', from, to, decimals: 10 }], value)).toBe(read); });
  it('have one meaning for each symbol', () => {
    const names = Object.values(unitKinds).flatMap((units) => Object.entries(units).flatMap(([symbol, { names: others = [] }]) => [symbol, ...others]));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

describe('dates', () => {
  const day = fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true });
  const two = (number: number): string => String(number).padStart(2, '0');
  it.each(['en', 'es', 'fr', 'pt', 'de'])('in words of %s are those that Intl writes', (language) => {
    for (const style of ['long', 'short'] as const) for (let month = 1; month <= 12; month += 1) {
      const word = new Intl.DateTimeFormat(language, { month: style, timeZone: 'UTC' }).format(new Date(Date.UTC(2024, month - 1, 15)));
      expect(run([{ fn: 'date', formats: ['D MMM YYYY'] }], `7 ${word} 2024`), word).toBe(`2024-${two(month)}-07`);
    }
  });
  it('come out as the days that they are', () => {
    fc.assert(fc.property(day, (date) => {
      const [y, m, d] = [String(date.getUTCFullYear()).padStart(4, '0'), date.getUTCMonth() + 1, date.getUTCDate()];
      const iso = `${y}-${two(m)}-${two(d)}`;
      expect(run([{ fn: 'date', formats: ['DD.MM.YYYY', 'D/M/YYYY', 'YYYYMMDD'] }], `${two(d)}.${two(m)}.${y}`)).toBe(iso);
      expect(run([{ fn: 'date', formats: ['D/M/YYYY'] }], `${d}/${m}/${y}`)).toBe(iso);
      expect(run([{ fn: 'date', formats: ['YYYYMMDD'] }], `${y}${two(m)}${two(d)}`)).toBe(iso);
      expect(run([{ fn: 'date_parts' }], String(d), String(m), y)).toBe(iso);
    }));
  });
  it('of two digits fall into the hundred years that the mapping names', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1000, max: 2100 }), (short, pivot) => {
      const year = Number(run([{ fn: 'date', formats: ['D/M/YY'], pivot }], `1/1/${two(short)}`).slice(0, 4));
      expect([year % 100, year >= pivot, year < pivot + 100]).toEqual([short, true, true]);
    }));
  });
  it('that are partial are valid EDTF and stay as exact as they are', () => {
    for (const text of ['1985', '1985-04', '1985-04-12', '1985-04-12T23:20:30Z', '1964/2008', '2004-06/2006-08', '../1985', '198X', '19XX', '2004-XX', '1985-04-XX', '1985-XX-XX', '1984?', '2004-06~', '2004-06-11%', '2001-21', 'Y170000002', '-1985'])
      expect(run([{ fn: 'partial_date' }], text)).toBe(text);
    for (const text of ['1985-13', '1985-02-30', '1985-4', '85', '1XXX', '1985-XX-12', '1/2/3', '/', 'Y1', '2001-25', '1985-04-12T25:00:00', '']) expect(run([{ fn: 'partial_date' }], text || '-'), text).toBe('TRANSFORM_PARTIAL_DATE_INVALID');
  });
});

describe('a place', () => {
  /** The forward projection by another formula: J. P. Snyder, Map Projections: A Working Manual (USGS 1395), equations 8-9 to 8-15. */
  const forward = (latitude: number, longitude: number, zone: number): readonly [number, number] => {
    const a = 6_378_137, e2 = 0.006_694_379_990_14, ep2 = e2 / (1 - e2), k0 = 0.9996, phi = (latitude * Math.PI) / 180;
    const N = a / Math.sqrt(1 - e2 * Math.sin(phi) ** 2), T = Math.tan(phi) ** 2, C = ep2 * Math.cos(phi) ** 2, A = Math.cos(phi) * (((longitude - (zone * 6 - 183)) * Math.PI) / 180);
    const M = a * ((1 - e2 / 4 - (3 * e2 ** 2) / 64 - (5 * e2 ** 3) / 256) * phi - ((3 * e2) / 8 + (3 * e2 ** 2) / 32 + (45 * e2 ** 3) / 1024) * Math.sin(2 * phi)
      + ((15 * e2 ** 2) / 256 + (45 * e2 ** 3) / 1024) * Math.sin(4 * phi) - ((35 * e2 ** 3) / 3072) * Math.sin(6 * phi));
    return [
      k0 * N * (A + ((1 - T + C) * A ** 3) / 6 + ((5 - 18 * T + T ** 2 + 72 * C - 58 * ep2) * A ** 5) / 120) + 500_000,
      k0 * (M + N * Math.tan(phi) * (A ** 2 / 2 + ((5 - T + 9 * C + 4 * C ** 2) * A ** 4) / 24 + ((61 - 58 * T + T ** 2 + 600 * C - 330 * ep2) * A ** 6) / 720)) + (latitude < 0 ? 10_000_000 : 0),
    ];
  };
  const bands = 'CDEFGHJKLMNPQRSTUVWX', columns = ['STUVWXYZ', 'ABCDEFGH', 'JKLMNPQR'], rows = 'ABCDEFGHJKLMNPQRSTUV';
  const place = fc.record({ zone: fc.integer({ min: 1, max: 60 }), latitude: fc.double({ min: -79.9, max: 83.9, noNaN: true }), east: fc.double({ min: -2.99, max: 2.99, noNaN: true }) });

  it('in UTM and MGRS is where another formula puts it, to a metre', () => {
    fc.assert(fc.property(place, ({ zone, latitude, east }) => {
      const longitude = zone * 6 - 183 + east;
      const [easting, northing] = forward(latitude, longitude, zone);
      const back = placeOfUtm({ zone, south: latitude < 0, easting, northing });
      expect(Math.abs(back.latitude - latitude)).toBeLessThan(2e-7);
      expect(Math.abs(back.longitude - longitude) * Math.cos((latitude * Math.PI) / 180)).toBeLessThan(2e-7);
      const band = bands[Math.min(19, Math.floor((latitude + 80) / 8))] ?? '';
      const square = `${columns[zone % 3]?.[Math.floor(easting / 100_000) - 1] ?? ''}${rows[(Math.floor(northing / 100_000) + (zone % 2 === 0 ? 5 : 0)) % 20] ?? ''}`;
      const corner = readMgrs(`${zone}${band}${square}${String(Math.floor(easting % 100_000)).padStart(5, '0')}${String(Math.floor(northing % 100_000)).padStart(5, '0')}`);
      expect(Math.abs((corner?.latitude ?? 99) - latitude)).toBeLessThan(2e-5);
    }), { numRuns: 300 });
  });
  it.each([
    ['17T 630084 4833438', [43.642567, -79.387139]], ['31N 500000 0', [0, 3]], ['38SMB4414084706', [33.3, 44.4]], ['4QFJ 12345 67890', [21.409796, -157.916083]],
  ] as const)('%s is where the textbooks say', (text, [latitude, longitude]) => {
    const [, lon = '', lat = ''] = /POINT\((\S+) (\S+)\)/.exec(run([{ fn: 'coordinates' }], text)) ?? [];
    expect(Math.abs(Number(lat) - latitude)).toBeLessThan(2e-5);
    expect(Math.abs(Number(lon) - longitude)).toBeLessThan(2e-5);
  });
  it.each([
    ['N40 25 0.5 W3 42 14', 'POINT(-3.703888889 40.416805556)'], ['40,4168 -3,7038', 'POINT(-3.7038 40.4168)'], ['40°61\'N 3°W', 'TRANSFORM_COORDINATES_INVALID'], ['40N 41N', 'TRANSFORM_COORDINATES_INVALID'], ['3°42\'14"W 40°25\'N', 'POINT(-3.703888889 40.416666667)'],
    // The S behind seconds was taken for their mark, and the place put north of the equator.
    ['33:18:7.50S 152:11:45E', 'POINT(152.195833333 -33.302083333)'], ['33 18 7.5 S, 152 11 45 E', 'POINT(152.195833333 -33.302083333)'], ['33 18 7.5s 152 11 45e', 'POINT(152.195833333 -33.302083333)'], ['33d18m7.5s 152d11m45s', 'POINT(152.195833333 33.302083333)'],
    ['33d18m7.5sS 152d11m45sE', 'POINT(152.195833333 -33.302083333)'], ['33D18M7.5S 152D11M45S', 'TRANSFORM_COORDINATES_INVALID'], ['33d18m7.5s 152d11m45sE', 'TRANSFORM_COORDINATES_INVALID'],
    ['40°25´30´´N 3°42´14´´W', 'POINT(-3.703888889 40.425)'], ['40deg 25\' 30" N, 3deg 42\' 14" W', 'POINT(-3.703888889 40.425)'], ['40-25.5N 003-42W', 'POINT(-3.7 40.425)'], ['40-25-30N / 3-42-14W', 'POINT(-3.703888889 40.425)'], ['40-25, 3-42', 'TRANSFORM_COORDINATES_INVALID'], ['40.5;\u22123.7', 'POINT(-3.7 40.5)'],
    ['30S 440290 4474258', 'POINT(-3.831115 -49.881098429)'], ['18S 323394 4306479', 'TRANSFORM_COORDINATES_AMBIGUOUS'], ['19S 349000 6298000', 'POINT(-70.624580161 -33.44679004)'], ['UTM 30T 440290 mE 4474258 mN', 'POINT(-3.703805457 40.416805534)'], ['30T 440290 447425', 'TRANSFORM_COORDINATES_INVALID'],
    ['95, 40', 'TRANSFORM_COORDINATES_SWAPPED'], ['95, 181', 'POINT_OUT_OF_RANGE'], ['(41.89, -87.76)', 'POINT(-87.76 41.89)'], ['61N 500000 0', 'TRANSFORM_COORDINATES_INVALID'], ['31ZZZ12', 'TRANSFORM_COORDINATES_INVALID'],
  ])('%s is %s', (text, read) => { expect(run([{ fn: 'coordinates' }], text)).toBe(read); });
  it('is north or south by what the mapping says of the zone’s letter', () => {
    expect(run([{ fn: 'coordinates', zoneLetter: 'band' }], '18S 323394 4306479')).toMatch(/^POINT\(-77\.03\d+ 38\.88\d+\)$/);
    expect(run([{ fn: 'coordinates', zoneLetter: 'hemisphere' }], '18S 323394 4306479')).toMatch(/^POINT\(-77\.\d+ -51\.\d+\)$/);
    expect(run([{ fn: 'coordinates', zoneLetter: 'band' }], '19S 349000 6298000')).toBe('TRANSFORM_COORDINATES_INVALID');
  });
});

describe('a cell of blanks', () => {
  it.each([
    [{ fn: 'number' }], [{ fn: 'units', to: 'm' }], [{ fn: 'boolean' }], [{ fn: 'date', formats: ['D/M/YYYY'] }], [{ fn: 'partial_date' }], [{ fn: 'phone', country: 'ES' }], [{ fn: 'country' }], [{ fn: 'language' }], [{ fn: 'coordinates' }],
    [{ fn: 'map', table: { a: 'b' }, unknown: 'block', fold: true }],
  ])('is nothing to %j, as to a type', (step) => {
    for (const text of [' ', '\u00a0', ' \t ']) expect(run([step], text)).toBe('NULL');
  });
});

describe('countries, languages and telephones of the world', () => {
  it('are known by every name that Intl has for a country in five languages', () => {
    for (const language of languageNames) {
      const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
      for (const [two, three] of alpha3ByAlpha2) {
        const name = names.of(two) ?? two;
        expect([name, run([{ fn: 'country' }], name)]).toEqual([name, two]);
        expect(run([{ fn: 'country' }], name.toUpperCase())).toBe(two);
        expect([run([{ fn: 'country', to: 'alpha3' }], two.toLowerCase()), run([{ fn: 'country' }], three)]).toEqual([three, two]);
      }
    }
    expect([...alpha3ByAlpha2].length).toBe(250);
    expect(new Set(alpha3ByAlpha2.values()).size).toBe(250);
  });
  it('are known by every name that Intl has for a language in five languages', () => {
    for (const language of languageNames) {
      const names = new Intl.DisplayNames([language], { type: 'language', fallback: 'none' });
      for (const [two, three] of alpha3ByLanguage) {
        const name = names.of(two);
        // Twi has the name of Akan, and the name of Yi is the code of Yiddish: a code is read first.
        if (name !== undefined && two !== 'tw' && two !== 'ii') expect([name, run([{ fn: 'language' }], name)]).toEqual([name, two]);
        expect([run([{ fn: 'language', to: 'alpha3' }], two), run([{ fn: 'language' }], three)]).toEqual([three, two]);
        // Intl knows most three-letter codes as aliases of the two-letter ones.
        const canonical = Intl.getCanonicalLocales(three)[0] ?? '';
        if (canonical.length === 2 && two !== 'tw') expect([three, canonical]).toEqual([three, two]);
      }
    }
    expect([...alpha3ByLanguage].length).toBe(183);
  });
  it('are read from their national form in every country that has telephones', () => {
    for (const country of getCountries()) {
      const example = getExampleNumber(country, exampleNumbers);
      if (example?.isValid() !== true) continue;
      expect([country, run([{ fn: 'phone', country }], example.formatNational())]).toEqual([country, example.number]);
      expect(run([{ fn: 'phone' }], example.formatInternational())).toBe(example.number);
    }
  });
});

describe('a country', () => {
  it.each([
    ['724', 'ES'], ['052', 'BB'], ['52', 'TRANSFORM_COUNTRY_UNKNOWN'], ['Vietname', 'VN'], ['Irão', 'IR'], ['Federal Republic of Germany', 'DE'], ['República Oriental del Uruguay', 'UY'], ['Royaume de Belgique', 'BE'], ['Bundesrepublik Deutschland', 'DE'], ['Gambia, The', 'GM'], ['Bahamas (the)', 'BS'], ['Holy See (Vatican City State)', 'VA'],
    ['République démocratique du Congo', 'CD'], ['Republik Kongo', 'CG'], ['Republic of China', 'TW'], ['República de China', 'TRANSFORM_COUNTRY_UNKNOWN'], ['Republic of Korea', 'KR'], ['Democratic Republic of Korea', 'TRANSFORM_COUNTRY_UNKNOWN'], ['State of Georgia', 'TRANSFORM_COUNTRY_UNKNOWN'], ['German Democratic Republic', 'TRANSFORM_COUNTRY_UNKNOWN'],
  ])('%s is %s', (text, read) => { expect(run([{ fn: 'country' }], text)).toBe(read); });
  it('has one number of three digits', () => {
    expect([alpha2ByNumber.size, new Set(alpha2ByNumber.values()).size]).toEqual([249, 249]);
    for (const two of alpha2ByNumber.values()) expect(alpha3ByAlpha2.has(two), two).toBe(true);
  });
});

describe('what people and programs put around', () => {
  it.each<readonly [object, string, string]>([
    [{ fn: 'phone' }, 'tel:+34-612-345-678', '+34612345678'], [{ fn: 'phone', country: 'ES' }, 'Tel. 612 345 678', '+34612345678'], [{ fn: 'phone' }, '\u202a+34 612 345 678\u202c', '+34612345678'],
    [{ fn: 'date', formats: ['ddd, D [de] MMM [de] YYYY'] }, 'terça-feira, 5 de janeiro de 1982', '1982-01-05'], [{ fn: 'date', formats: ['D/M/YYYY h:mm A'] }, '1/2/2024 12:30 p.\u00a0m.', '2024-02-01T12:30:00'],
    [{ fn: 'date', formats: ['YYYY-MM-DD HH:mm'] }, '2024-12-31 24:00', '2025-01-01T00:00:00'], [{ fn: 'date', formats: ['YYYY-MM-DD HH:mm'] }, '2024-12-31 24:01', 'DATE_IMPOSSIBLE'], [{ fn: 'date', formats: ['YYYY-MM-DD HH:mm'], zone: 'Europe/Madrid' }, '2024-03-30 24:00', '2024-03-31T00:00:00+01:00'], [{ fn: 'date', formats: ['YYYY-MM-DD HH:mm'] }, '9999-12-31 24:00', 'DATE_IMPOSSIBLE'],
    [{ fn: 'partial_date' }, '1985-04-00', '1985-04'], [{ fn: 'partial_date' }, '1985-00-00', '1985'], [{ fn: 'boolean' }, 'Falsa', 'false'], [{ fn: 'units', to: 'W' }, '5 mW', '0.005'], [{ fn: 'units', to: 'W' }, '5 MW', '5000000'],
  ])('%j reads %s as %s', (step, text, read) => { expect(run([step], text)).toBe(read); });
});

describe('a pattern', () => {
  it('that would run away elsewhere takes time in proportion to the text', () => {
    for (const pattern of ['(a+)+$', '(a|aa)+$', '(.*)*x', '(a|a?)+b']) for (const steps of [[{ fn: 'extract', pattern }], [{ fn: 'replace', pattern, with: '' }]]) {
      const program = programOf(steps), began = performance.now();
      program.run([`${'a'.repeat(20_000)}!`]);
      expect(performance.now() - began, pattern).toBeLessThan(3_000);
    }
  });
  it.each(['(', 'a{1001}', '(a)\\1', '(?=a)', '(?<!a)b', '((a{30}){30}){2}b'.repeat(20), `${'(a{30}){30}'.repeat(8)}`])('is refused where RE2 does not take it or it is too large: %s', (pattern) => {
    expect(refusal(() => programOf([{ fn: 'trim' }, { fn: 'extract', pattern }]))).toBe('TRANSFORM_INVALID map[0].transforms[1]');
  });
  it('that would fill the memory is an issue', () => {
    expect(programOf([{ fn: 'replace', pattern: 'a*', with: 'x'.repeat(1_000) }]).run(['a'.repeat(1_000_000)])).toBe(issueNumber('TEXT_TOO_LONG'));
  });
});

describe('a definition', () => {
  it.each<readonly [object, string]>([
    [{ fn: 'constant' }, '.value cannot be used: it is missing.'], [{ fn: 'hash', salt: 'x' }, ' cannot be used: it has an argument that the function does not take; it takes none.'], [{ fn: 'split', separator: '-', part: 1, from: 2 }, ' cannot be used: it has an argument that the function does not take; it takes separator, part.'],
    [{ fn: 'date', formats: ['D/M/YY'], pivot: '1950' }, '.pivot cannot be used: it must be a number.'], [{ fn: 'country', to: 'alpha9' }, '.to cannot be used: it is one of "alpha2", "alpha3".'], [{ fn: 'phone', country: 'Spain' }, '.country cannot be used: it is two capital letters, as ES.'],
    [{ fn: 'split', separator: '', part: 1 }, '.separator cannot be used: at least 1 character.'], [{ fn: 'map', table: { secret: 7 }, unknown: 'keep' }, '.table cannot be used: it must be a text in quotes.'],
  ])('%j is refused with what is expected', (step, told) => {
    let said = '';
    try { parseTransforms([step], 'transforms'); } catch (error) { said = error instanceof Error ? error.message : ''; }
    expect(said).toBe(`transforms[0]${told}`);
  });
  it.each<readonly [unknown, string]>([
    [[], ''], ['trim', ''], [[{}], '[0]'], [[{ fn: 'trim' }, { fn: 'eval' }], '[1]'], [[{ fn: 'trim', more: 1 }], '[0]'], [[{ fn: 'split', separator: '-' }], '[0].part'], [[{ fn: 'split', separator: '-', part: 0 }], '[0].part'],
    [[{ fn: 'substring', start: 1.5 }], '[0].start'], [[{ fn: 'default', value: '\ud800' }], '[0].value'], [[{ fn: 'map', table: { a: 1 }, unknown: 'keep' }], '[0].table'], [[{ fn: 'date', formats: [] }], '[0].formats'],
  ])('%j is refused at %s', (written, place) => { expect(refusal(() => parseTransforms(written, 'map[3].transforms'))).toBe(`TRANSFORM_INVALID map[3].transforms${place}`); });

  it.each<readonly [readonly object[], FieldType, number, string]>([
    [[{ fn: 'boolean' }, { fn: 'number' }], 'text', 1, '[1]'], [[{ fn: 'number' }], 'date', 1, '[0]'], [[{ fn: 'trim' }, { fn: 'boolean' }], 'integer', 1, '[1]'], [[{ fn: 'partial_date' }], 'date', 1, '[0]'],
    [[{ fn: 'trim' }], 'text', 2, ''], [[{ fn: 'trim' }], 'text', 0, ''], [[{ fn: 'constant', value: 'a' }], 'text', 1, '[0]'], [[{ fn: 'join' }], 'text', 17, ''], [[{ fn: 'date_parts' }], 'date', 2, '[0]'], [[{ fn: 'join' }, { fn: 'coalesce' }], 'text', 2, 'accepted'],
    [[{ fn: 'date', formats: ['DD/MM/YY'] }], 'date', 1, '[0]'], [[{ fn: 'date', formats: ['MM/YYYY'] }], 'date', 1, '[0]'], [[{ fn: 'date', formats: ['DD/MM/YYYY Q'] }], 'date', 1, '[0]'], [[{ fn: 'date', formats: ['D/M/YYYY H:mm'], zone: 'Mars/Base' }], 'timestamp', 1, '[0]'],
    [[{ fn: 'number', decimal: ',', group: ',' }], 'number', 1, '[0]'], [[{ fn: 'number', locale: 'xx-notalocale-zzzzzzzzz' }], 'number', 1, '[0].locale'], [[{ fn: 'units', from: 'kg', to: 'm' }], 'number', 1, '[0]'], [[{ fn: 'units', from: 'kg', to: 'lb' }], 'number', 1, '[0]'],
    [[{ fn: 'phone', country: 'XX' }], 'phone', 1, '[0]'], [[{ fn: 'replace', pattern: '(a)', with: '$2' }], 'text', 1, '[0]'], [[{ fn: 'map', table: {}, unknown: 'set' }], 'text', 1, '[0]'], [[{ fn: 'map', table: { A: '1', a: '2' }, unknown: 'keep', fold: true }], 'text', 1, '[0]'],
    [[{ fn: 'trim' }], 'point', 2, 'accepted'], [[{ fn: 'trim' }, { fn: 'coordinates' }], 'point', 2, 'accepted'], [[{ fn: 'date', formats: ['DD/MM/YYYY'] }, { fn: 'substring', start: 1, length: 4 }], 'integer', 1, 'accepted'],
  ])('%j into %s from %i columns: %s', (steps, type, columns, place) => {
    expect(refusal(() => programOf(steps, { type, columns }))).toBe(place === 'accepted' ? place : `TRANSFORM_INVALID map[0].transforms${place}`);
  });

  it('never repeats a value of a table in its refusal', () => {
    try { parseTransforms([{ fn: 'map', table: { secretcode: 5 }, unknown: 'keep' }], 'map[0].transforms'); } catch (error) { expect(String(error)).not.toContain('secretcode'); return; }
    expect.unreachable();
  });
  it('has a name in kebab or snake for each function', () => {
    const names: readonly TransformStep['fn'][] = transformStepSchema.options.map((option) => option.unwrap().shape.fn.value);
    expect(names.every((name) => /^[a-z_]+$/.test(name))).toBe(true);
  });
});

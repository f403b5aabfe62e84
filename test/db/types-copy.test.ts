/**
 * The other half of the encoders' promise: what they accept, PostgreSQL's COPY accepts too, and what it then holds is what the cell
 * said. A cell that COPY would refuse would take its whole chunk with it.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pgTypeOf } from '../../contracts/pg-type-of.ts';
import { createKeyHasher } from '../../core/types/derived-key.ts';
import { encodeCell, field } from '../support/encode-cell.ts';
import { createEmptyDatabase, type EmptyDatabase } from '../support/database.ts';

let database: EmptyDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createEmptyDatabase();
  client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  await client.query("set timezone = 'UTC'; set datestyle = 'ISO, MDY'");
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** What a column of the field's type holds after COPY, as its text, cell by cell. */
const copied = async (definition: object, copies: readonly string[], shown = 'v::text'): Promise<readonly string[]> => {
  await client.query(`drop table if exists cells; create table cells (n integer, v ${pgTypeOf(field(definition))})`);
  const rows = copies.map((copy, n) => `${n}\t${copy}\n`);
  await pipeline(Readable.from(rows), client.query(copyFrom('copy cells from stdin')));
  const result = await client.query<{ shown: string }>(`select ${shown} as shown from cells order by n`);
  return result.rows.map((row) => row.shown);
};

const accepted = (definition: object, cells: readonly string[], options = {}): readonly { cell: string; copy: string }[] =>
  cells.flatMap((cell) => {
    const { copy } = encodeCell(definition, cell, options);
    return copy === null ? [] : [{ cell, copy }];
  });

/** Every cell must be accepted; what the database then shows. */
const heldFor = async (definition: object, cells: readonly string[], shown?: string): Promise<readonly string[]> => {
  const all = accepted(definition, cells);
  expect(all.map(({ cell }) => cell)).toEqual(cells);
  return copied(definition, all.map(({ copy }) => copy), shown);
};

const many = <T>(arbitrary: fc.Arbitrary<T>, count = 2_000): readonly T[] => fc.sample(arbitrary, count);

describe('texts in PostgreSQL', () => {
  it('read back as they stood', async () => {
    const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((text) => !text.includes('\0'));
    const nasty = fc.array(fc.constantFrom('\\', '\t', '\n', '\r', '\r\n', '\\N', '\\.', '"', ',', 'é', '🙂', '\u0001', ' ', 'a'), { minLength: 1, maxLength: 20 }).map((parts) => parts.join(''));
    const cells = ['007', '1234567890123456789', '1E5', '\\N', '\\.', 'NULL', ' ', ...many(anyText), ...many(nasty)];
    expect(await heldFor({ type: 'text' }, cells)).toEqual(cells);
  });
  it('fill varchar(n) to the last character', async () => {
    const cells = ['🙂'.repeat(5), 'ééééé', 'abcde', '    a'];
    expect(await heldFor({ type: 'text', pgType: 'character varying(5)' }, cells)).toEqual(cells);
  });
});

describe('numbers in PostgreSQL', () => {
  it.each([['smallint', 15n], ['integer', 31n], ['bigint', 63n]] as const)('hold the edges of %s', async (pgType, bits) => {
    const cells = [-(2n ** bits), 2n ** bits - 1n, 0n].map(String);
    expect(await heldFor({ type: 'integer', pgType }, cells)).toEqual(cells);
    expect(await heldFor({ type: 'integer', pgType }, ['+12', '-0', '007', '12.0', `${'0'.repeat(5000)}9`])).toEqual(['12', '0', '7', '12', '9']);
  });

  it.each(['numeric', 'numeric(12,2)', 'numeric(38,10)', 'numeric(2,4)', 'numeric(3,-2)', 'numeric(1000,1000)'])('of type %s are never rounded', async (pgType) => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 16 });
    const exponent = fc.option(fc.integer({ min: -20, max: 20 })).map((power) => (power === null ? '' : `e${power}`));
    const cell = fc.tuple(fc.constantFrom('', '-', '+'), digits, fc.constantFrom('', '.'), digits, exponent).map((parts) => parts.join(''));
    const all = accepted({ type: 'number', pgType }, [...many(cell, 6_000), '0', '0.00', '0e5', '.5', '5.']);
    const held = await copied({ type: 'number', pgType }, all.map(({ copy }) => copy));
    const checks = await client.query<{ same: boolean }>('select a::numeric = b::numeric as same from unnest($1::text[], $2::text[]) as t (a, b)', [all.map(({ cell: text }) => text), held]);
    expect(all.length).toBeGreaterThan(10);
    expect(checks.rows.every((row) => row.same)).toBe(true);
  });

  it('reach as far as numeric does', async () => {
    const widest = ['9'.repeat(131_072), `-${'9'.repeat(131_072)}.${'9'.repeat(16_383)}`, `0.${'0'.repeat(16_382)}1`, `${'0'.repeat(200_000)}7`, `0.5${'0'.repeat(200_000)}`, '1e131071', '1e-16383', '0e999999999', '0.000e-999999999'];
    const held = await heldFor({ type: 'number', pgType: 'numeric' }, widest, 'md5(trim_scale(v)::text)');
    const expected = await client.query<{ shown: string }>('select md5(t) as shown from unnest($1::text[]) as t',
      [[widest[0], widest[1], widest[2], '7', '0.5', `1${'0'.repeat(131_071)}`, `0.${'0'.repeat(16_382)}1`, '0', '0']]);
    expect(held).toEqual(expected.rows.map((row) => row.shown));
  });

  it('in double precision and real are the numbers that the cells say', async () => {
    const cells = ['1.7976931348623157e308', '5e-324', '0.1', '-0', '1e-300', ...many(fc.double({ noNaN: true, noDefaultInfinity: true })).map(String)];
    const held = await heldFor({ type: 'number', pgType: 'double precision' }, cells);
    held.forEach((shown, i) => { expect(Number(shown) === Number(cells[i])).toBe(true); });
    const floats = ['16777216', '0.1', '3.4028235e38', '1e-45', ...many(fc.float({ noNaN: true, noDefaultInfinity: true })).map((value) => value.toPrecision(9))];
    const reals = accepted({ type: 'number', pgType: 'real' }, floats);
    const heldReals = await copied({ type: 'number', pgType: 'real' }, reals.map(({ copy }) => copy));
    expect(reals.length).toBe(floats.length);
    heldReals.forEach((shown, i) => { expect(Math.fround(Number(shown)) === Math.fround(Number(reals[i]?.cell))).toBe(true); });
  });
});

describe('dates and times in PostgreSQL', () => {
  const day = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true });

  it('are the same day in every shape', async () => {
    const days = many(day).map((date) => date.toISOString().slice(0, 10));
    expect(await heldFor({ type: 'date' }, ['0001-01-01', '9999-12-31', '2000-02-29', ...days])).toEqual(['0001-01-01', '9999-12-31', '2000-02-29', ...days]);
    const dmy = accepted({ type: 'date' }, days.map((iso) => iso.split('-').reverse().join('/')), { date: { order: 'dmy', source: 'operator' } });
    expect(await copied({ type: 'date' }, dmy.map(({ copy }) => copy))).toEqual(days);
  });

  it('are the same instant, at the edges and with offsets', async () => {
    const offset = fc.integer({ min: -959, max: 959 }).map((minutes) => `${minutes < 0 ? '-' : '+'}${String(Math.trunc(Math.abs(minutes) / 60)).padStart(2, '0')}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`);
    const cells = many(fc.tuple(day, offset)).map(([date, text]) => `${date.toISOString().slice(0, -1)}${text}`);
    const edges = ['0001-01-01T00:00:00+15:59', '9999-12-31T23:59:59.999999-15:59', '2020-03-12 24:00:00'];
    const held = await heldFor({ type: 'timestamp' }, [...edges, ...cells], "to_char(v at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US BC')");
    expect(held.slice(0, 3)).toEqual(['0001-12-31 08:01:00.000000 BC', '10000-01-01 15:58:59.999999 AD', '2020-03-13 00:00:00.000000 AD']);
    const modern = cells.map((cell, i) => ({ cell, shown: held[i + 3] ?? '' })).filter(({ shown }) => shown.endsWith('AD') && /^[1-9]\d{3}-/.test(shown));
    expect(modern.length).toBeGreaterThan(1000);
    for (const { cell, shown } of modern) expect(`${shown.slice(0, 10)}T${shown.slice(11, 23)}Z`).toBe(new Date(cell).toISOString());
  });

  it('without an offset are the same instant as PostgreSQL itself finds in the zone', async () => {
    const local = fc.date({ min: new Date('1975-01-01T00:00:00Z'), max: new Date('2024-12-31T00:00:00Z'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 19).replace('T', ' '));
    for (const zone of ['Europe/Amsterdam', 'America/New_York', 'Asia/Kathmandu']) {
      const all = accepted({ type: 'timestamp' }, many(local, 1_000), { zone });
      const held = await copied({ type: 'timestamp' }, all.map(({ copy }) => copy));
      const own = await client.query<{ shown: string }>('select ((t::timestamp) at time zone $2)::text as shown from unnest($1::text[]) with ordinality as c (t, n) order by n', [all.map(({ cell }) => cell), zone]);
      expect(held).toEqual(own.rows.map((row) => row.shown));
    }
  });

  it('in a column without zone are the clock time that stood', async () => {
    const cells = many(day).map((date) => date.toISOString().slice(0, -1).replace('T', ' '));
    expect(await heldFor({ type: 'timestamp', pgType: 'timestamp without time zone' }, cells, "to_char(v, 'YYYY-MM-DD HH24:MI:SS.MS')")).toEqual(cells);
  });
});

describe('other types in PostgreSQL', () => {
  it('hold yes and no', async () => {
    expect(await heldFor({ type: 'boolean' }, ['Yes', 'off', '1', 'F'])).toEqual(['true', 'false', 'true', 'false']);
  });

  it('take a UUID in each form that the encoder lets through, and refuse no fewer', async () => {
    const hex = '3f2504e04f8911d39a0c0305e82c3301';
    const hyphened = fc.subarray([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 24, 28, 31, 32], { maxLength: 6 })
      .map((places) => [...hex].map((digit, i) => (places.includes(i + 1) ? `${digit}-` : digit)).join(''));
    const cells = many(fc.tuple(hyphened, fc.boolean()).map(([text, braced]) => (braced ? `{${text}}` : text.toUpperCase())), 300);
    for (const cell of cells) {
      const own = await client.query('select $1::uuid', [cell]).then(() => true, () => false);
      expect({ cell, taken: encodeCell({ type: 'uuid' }, cell).copy !== null }).toEqual({ cell, taken: own });
    }
    const all = accepted({ type: 'uuid' }, cells);
    expect(new Set(await copied({ type: 'uuid' }, all.map(({ copy }) => copy)))).toEqual(new Set(['3f2504e0-4f89-11d3-9a0c-0305e82c3301']));
  });

  it.each(['json', 'jsonb'])('hold %s that means what the cell means', async (pgType) => {
    const noHalves = fc.json({ stringUnit: 'grapheme' });
    const special = ['"\\ud83d\\ude42"', '{"a":{"b":"\\\\ \\n \\t \\""}}', '12345678901234567890.10', '1e131071', '-0', '['.repeat(1_000) + ']'.repeat(1_000), '""'];
    const all = accepted({ type: 'json', pgType }, [...special, ...many(noHalves)]);
    const held = await copied({ type: 'json', pgType }, all.map(({ copy }) => copy));
    expect(all.length).toBeGreaterThan(1_500);
    held.forEach((shown, i) => {
      if (pgType === 'json') expect(shown).toBe(all[i]?.cell);
      else if (i > special.length) expect(JSON.stringify(JSON.parse(shown), sorted)).toBe(JSON.stringify(JSON.parse(all[i]?.cell ?? ''), sorted));
    });
  });

  it('take in json the escapes that only jsonb refuses', async () => {
    const cells = ['"\\u0000"', '"\\ud800"', '{"a":1,"a":2}'];
    expect(await heldFor({ type: 'json', pgType: 'json' }, cells)).toEqual(cells);
  });

  it('hold lists element by element', async () => {
    const element = fc.option(fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0')));
    const lists = [[], [null], ['NULL', 'null', '', ' ', '{}', '"', '\\', ',', '\n\t'], ...many(fc.array(element, { maxLength: 6 }), 1_000)];
    const held = await heldFor({ type: 'text_list' }, lists.map((list) => JSON.stringify(list)), 'to_json(v)::text');
    expect(held.map((shown) => JSON.parse(shown) as unknown)).toEqual(lists);
    const literals = await copied({ type: 'text_list' }, accepted({ type: 'text_list' }, lists.map((list) => JSON.stringify(list))).map(({ copy }) => copy));
    expect(await heldFor({ type: 'text_list' }, literals, 'to_json(v)::text')).toEqual(held);
  });

  it('hold points with longitude as x', async () => {
    const degrees = (limit: number): fc.Arbitrary<number> => fc.double({ min: -limit, max: limit, noNaN: true });
    const pairs = [[90, 180], [-90, -180], [0, 0], ...many(fc.tuple(degrees(90), degrees(180)))] as const;
    const held = await heldFor({ type: 'point' }, pairs.map(([lat, lon]) => `${lat},${lon}`), 'v[1] || \' \' || v[0]');
    held.forEach((shown, i) => { expect(shown.split(' ').map((part) => Number(part) + 0)).toEqual(pairs[i]?.map((part) => part + 0)); });
  });
});

describe('a derived key in PostgreSQL', () => {
  it('is recomputed by the documented SQL', async () => {
    const rows = many(fc.tuple(fc.option(fc.string({ unit: 'grapheme', maxLength: 20 })), fc.option(fc.string({ unit: 'grapheme-ascii' }))), 300)
      .map((row) => row.map((cell) => cell?.replaceAll('\0', '') ?? null));
    const hasher = createKeyHasher();
    const keys = rows.map((row) => {
      for (const cell of row) {
        if (cell === null) hasher.nullCell();
        else hasher.cell(Buffer.from(cell), 0, Buffer.byteLength(cell));
      }
      return hasher.hex();
    });
    const own = await client.query<{ key: string }>(`select encode(sha256(convert_to(concat(
      coalesce(octet_length(a) || ':' || a, '-'), coalesce(octet_length(b) || ':' || b, '-')), 'UTF8')), 'hex') as key
      from unnest($1::text[], $2::text[]) with ordinality as t (a, b, n) order by n`, [rows.map(([a]) => a), rows.map(([, b]) => b)]);
    expect(keys).toEqual(own.rows.map((row) => row.key));
  });
});

/** Objects with their keys in order, as jsonb has its own. */
const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, held]) => [key, typeof held === 'number' ? held + 0 : held]))
    : value;

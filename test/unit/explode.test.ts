import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWaybillError } from '../../contracts/errors.ts';
import { issueCodeOf } from '../../contracts/issue-codes.ts';
import { cellText } from '../../core/formats/cell-text.ts';
import { detectSource } from '../../core/detect/detect-source.ts';
import { isExploded, recordOptions, RecordExploder } from '../../core/formats/explode/explode-records.ts';
import { createPlanner, createReader } from '../../core/formats/formats.ts';

interface Exploded { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[]; readonly lines: readonly number[]; readonly problems: readonly string[]; readonly unknown: readonly string[] }

/** As core/intake does it, without a storage. */
const explode = (bytes: Buffer, path: string, sampled = bytes): Exploded => {
  const { options } = detectSource({ samples: [{ offset: 0, bytes: sampled }], totalBytes: sampled.length, overrides: { explode: path } });
  if (!isExploded(options)) throw new TypeError('nothing is exploded');
  const own = recordOptions(options);
  const planner = createPlanner(own, { chunkBytes: 20 });
  const exploder = new RecordExploder(createReader(own), options);
  const spool = Buffer.from([...planner.push(bytes.subarray(options.dataStartByte)), ...planner.end()]
    .flatMap(({ byteStart, byteEnd, firstLine }) => [...exploder.lines(Buffer.from(bytes.subarray(byteStart, byteEnd)), firstLine)]).join(''));
  const reader = createReader(options);
  reader.reset(spool, 0, spool.length, 1);
  const [rows, lines, problems, unknown]: [string[][], number[], string[], string[]] = [[], [], [], []];
  while (reader.next()) {
    lines.push(reader.line);
    unknown.push(...reader.unknownPaths);
    if (reader.problem === 0) rows.push(Array.from({ length: reader.cellCount }, (_, cell) => cellText(reader, spool, cell)));
    else problems.push(issueCodeOf(reader.problem));
  }
  return { columns: options.columns, rows, lines, problems, unknown };
};

const word = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\t', '\n', '\\', '"', '<', '&', ' x'), minLength: 1, maxLength: 5 });
const record = fc.record({ id: fc.nat(99), list: fc.option(fc.array(fc.record({ v: word }), { maxLength: 3 }), { nil: undefined }), name: word });
const records = fc.array(record, { minLength: 2, maxLength: 8 }).filter((all) => all.some(({ list }) => (list?.length ?? 0) > 0));
const rowsOf = (all: readonly { readonly id: number; readonly list?: readonly { readonly v: string }[] | undefined; readonly name: string }[]): readonly (readonly string[])[] =>
  all.flatMap(({ id, list = [], name }) => (list.length === 0 ? [[String(id), name, '']] : list.map(({ v }) => [String(id), name, v])));
const sorted = ({ columns, rows }: Exploded): readonly (readonly string[])[] => rows.map((row) => ['id', 'name', 'list.v'].map((name) => row[columns.indexOf(name)] ?? ''));
const markup = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

describe('one row for each element of an array', () => {
  it('has every element once beside the columns of its record, and every record', () => {
    fc.assert(fc.property(records, (all) => {
      expect(sorted(explode(Buffer.from(JSON.stringify(all)), 'list'))).toEqual(rowsOf(all));
      expect(sorted(explode(Buffer.from(all.map((one) => JSON.stringify(one)).join('\n')), 'list'))).toEqual(rowsOf(all));
      const xml = `<d>${all.map(({ id, list = [], name }) => `<i><id>${id}</id>${list.map(({ v }) => `<list><v>${markup(v)}</v></list>`).join('<!-- x -->')}<name>${markup(name)}</name></i>`).join('\n')}</d>`;
      expect(sorted(explode(Buffer.from(xml), 'list'))).toEqual(rowsOf(all));
    }), { numRuns: 300 });
  });

  it('goes through arrays in arrays: the columns of all that an element stands in are beside its own, and what has none is a row too', () => {
    const order = fc.record({ no: fc.nat(99), items: fc.array(fc.record({ v: word }), { maxLength: 3 }) });
    const all = fc.array(fc.record({ id: fc.nat(99), list: fc.array(order, { maxLength: 3 }), name: word }), { minLength: 1, maxLength: 6 })
      .filter((some) => some.some(({ list }) => list.length > 1 && list.some(({ items }) => items.length > 0)));
    const columns = ['id', 'name', 'list.no', 'list.items.v'];
    fc.assert(fc.property(all, (some) => {
      const rows = some.flatMap(({ id, name, list }) => (list.length === 0 ? [[String(id), name, '', '']] : list.flatMap(({ no, items }) =>
        (items.length === 0 ? [[String(id), name, String(no), '']] : items.map(({ v }) => [String(id), name, String(no), v])))));
      const inOrder = (found: Exploded): readonly (readonly string[])[] => found.rows.map((row) => columns.map((column) => row[found.columns.indexOf(column)] ?? ''));
      expect(inOrder(explode(Buffer.from(JSON.stringify(some)), 'list[].items[]'))).toEqual(rows);
      const xml = `<d>${some.map(({ id, list, name }) => `<i><id>${id}</id>${list.map(({ no, items }) => `<list no="${no}">${items.map(({ v }) => `<items><v>${markup(v)}</v></items>`).join('')}</list>`).join('')}<name>${markup(name)}</name></i>`).join('\n')}<i/></d>`;
      const found = explode(Buffer.from(xml), 'list.items');
      expect(inOrder({ ...found, columns: found.columns.map((column) => column.replace('@', '')) })).toEqual([...rows, ['', '', '', '']]);
    }), { numRuns: 200 });
  });

  it('says which places have no column, of the record and of the element, and keeps each record’s line', () => {
    const sampled = Buffer.from('{"id":1,"list":[{"v":1}]}\n{"id":2}\n');
    const { lines, unknown, problems } = explode(Buffer.from('{"id":1,"odd":2,"list":[{"v":1},{"w":2}]}\n\n{"id":3,"list":[\n{"id":4,"list":5}\n'), 'list', sampled);
    expect({ lines, unknown, problems }).toEqual({ lines: [1, 1, 3, 4], unknown: ['odd', 'odd', 'w'], problems: ['ROW_JSON_INVALID'] });
  });

  it('ends with rows or a coded refusal for any damage', () => {
    const files = ['[{"id":1,"list":[{"v":[1,{"w":2}]},{"v":3}]}]', '[{"id":1,"list":[{"v":1},{"v":"x"}]},{"id":2,"list":[]}]', '{"id":1,"list":["a",{"b":1}]}\n{"id":2,"list":"c"}\n', '<d><i><id>1</id><list><v>1</v></list><list>x</list></i><i><id>2</id></i></d>'];
    fc.assert(fc.property(fc.constantFrom(...files), fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'[]{}",:<>/&1 \n\\', '')), { minLength: 1, maxLength: 3 }), (file, changes) => {
      let text = file;
      for (const [at, put] of changes) { const place = at % (text.length + 1); text = text.slice(0, place) + put + text.slice(place + (put === '' ? 2 : 0)); }
      try { explode(Buffer.from(text), file.includes('"w"') ? 'list[].v' : 'list'); } catch (error) { if (!isWaybillError(error) && !(error instanceof TypeError && error.message === 'nothing is exploded')) throw error; }
    }), { numRuns: 3_000 });
  });
});

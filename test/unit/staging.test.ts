import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasetDefinitionSchema, type DatasetDefinition } from '../../contracts/dataset-definition.ts';
import { planDocumentSchema, type MappedField, type PlanDocument } from '../../contracts/plan-document.ts';
import { ChunkPlanner } from '../../core/formats/csv/chunk-planner.ts';
import { createLanes, hashedLanes } from '../../core/staging/create-lanes.ts';
import { createStager } from '../../core/staging/create-stager.ts';
import { RepeatedHashFinder } from '../../core/staging/repeated-hash-finder.ts';
import { RowKeyHasher } from '../../core/staging/row-key-hasher.ts';
import { RecordScanner } from '../../core/formats/csv/record-scanner.ts';
import { RowStager } from '../../core/staging/row-stager.ts';
import { CopyBuffer } from '../../core/types/copy-buffer.ts';

const dialect = { delimiter: 0x2c, quote: 0x22, escape: 'double' } as const;
const definition: DatasetDefinition = datasetDefinitionSchema.parse({
  name: 'd', fields: [{ name: 'id', type: 'text', key: true, required: true }, { name: 'n', type: 'integer' }, { name: 'note', type: 'text' }, { name: 'day', type: 'date', pgType: 'timestamp' }],
});
const columns = ['id', 'n', 'note', 'day'];
const planOf = (more: Partial<PlanDocument> = {}, dataset = definition): PlanDocument => planDocumentSchema.parse({
  schemaVersion: 1, engineVersion: 'test', dataset: dataset.name, datasetVersion: 1,
  parse: { format: 'csv', encoding: 'utf-8', delimiter: ',', quote: '"', escape: 'double', preambleLines: 0, header: false, columns, dataStartByte: 0, dataStartLine: 1 },
  mapping: dataset.fields.flatMap((field): MappedField[] => (columns.includes(field.name) ? [{ field: field.name, columns: [columns.indexOf(field.name)], by: 'exact_name' }] : [])),
  key: ['id'], mode: 'upsert', duplicates: 'last', onError: 'quarantine', limits: { maxErrors: null, maxErrorPercent: null }, zone: 'UTC', ...more,
});

interface Found { readonly lines: readonly string[]; readonly issues: readonly string[]; readonly rejects: readonly string[]; readonly read: number; readonly hashes: string; readonly filled: readonly number[]; readonly dates: Readonly<Record<string, number>> }

const addUp = (left: Readonly<Record<string, number>>, right: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.keys({ ...left, ...right }).map((name) => [name, (left[name] ?? 0) + (right[name] ?? 0)]));

/** As a job does it: cut by the planner, each chunk by a stager. */
const stage = (bytes: Buffer, { chunkBytes = 1 << 30, pieceBytes = 1 << 20, plan = planOf(), dataset = definition } = {}): Found => {
  const planner = new ChunkPlanner({ dialect, chunkBytes, startByte: 0, startLine: 1 });
  const chunks = [...planner.push(bytes), ...planner.end()];
  const stager = new RowStager({ reader: new RecordScanner(dialect), columnCount: columns.length, lanes: createLanes(plan, dataset), transcoded: false, restoresFormulas: false, hashedLanes: hashedLanes(plan, dataset) });
  let found: Found = { lines: [], issues: [], rejects: [], read: 0, hashes: '', filled: columns.map(() => 0), dates: {} };
  for (const chunk of chunks) {
    const range = bytes.subarray(chunk.byteStart, chunk.byteEnd);
    stager.begin(range, chunk);
    const out = new CopyBuffer();
    const pieces: string[] = [];
    for (let more = true; more;) {
      out.truncate(0);
      more = stager.fill(out, pieceBytes);
      pieces.push(out.view().toString('utf8'));
    }
    const { counts, evidence } = stager;
    expect(counts.rowsRead).toBe(chunk.rows);
    expect(counts.rowsRead).toBe(counts.rowsStaged + counts.rowsQuarantined + counts.rowsUnreadable);
    const lines = pieces.join('').split('\n').filter((line) => line !== '');
    lines.forEach((line, index) => { expect(stager.stagedRow(index)).toBe(Number(line.split('\t')[0])); });
    found = {
      lines: [...found.lines, ...lines], read: found.read + counts.rowsRead, hashes: found.hashes + (stager.keyHashes?.toString('hex') ?? ''),
      issues: [...found.issues, ...stager.issues.map((issue) => `${issue.rowNo}@${issue.lineNo} ${issue.code} ${issue.field ?? '-'} ${issue.columnNo ?? '-'}`)],
      rejects: [...found.rejects, ...stager.rejected.map((row) => `${row.rowNo}@${row.lineNo} ${row.outcome} ${range.toString('utf8', row.start, row.end)}`)],
      filled: found.filled.map((count, column) => count + (evidence.filled[column] ?? 0)), dates: addUp(found.dates, { ...evidence.dates['day'] }),
    };
  }
  return found;
};

const content = fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀', ' ', ',', '"', '\n', '\r\n', '\t', '\\', '7'), maxLength: 8 });
const number = fc.oneof(fc.integer({ min: -5, max: 5 }).map(String), fc.constantFrom('', ' 7 ', '1.0', '1.5', 'x', '99999999999999999999'));
const day = fc.constantFrom('', '2024-05-01', '01/02/2024', '13/02/2024', '02/13/2024', '31/02/2024', 'x');
const goodRow = fc.tuple(content, number, content, day).map((cells) => [...cells]);
const row = fc.oneof({ weight: 8, arbitrary: goodRow }, { weight: 1, arbitrary: fc.array(content, { minLength: 1, maxLength: 6 }) });
const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const toText = (rows: readonly (readonly string[])[], end: string): string => rows.map((cells) => cells.map(quoted).join(',')).join(end);
const file = fc.tuple(fc.array(row, { maxLength: 25 }), fc.constantFrom('\n', '\r\n', '\n\n')).map(([rows, end]) => toText(rows, end));

describe('the stager beside a naive reading of the same file', () => {
  const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  /** From csv-parse's cells; only what a person would write down for three plain columns. */
  const naive = (text: string) => {
    const lines: string[] = [];
    const issues: string[] = [];
    const records = parse(text, { relax_column_count: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] });
    records.forEach((cells: readonly string[], index: number) => {
      const rowNo = index + 1;
      if (cells.length !== 3) { issues.push(`${rowNo} ${cells.length < 3 ? 'ROW_TOO_FEW_CELLS' : 'ROW_TOO_MANY_CELLS'} -`); return; }
      const [id = '', n = '', note = ''] = cells;
      const before = issues.length;
      if (id.trim() === '') issues.push(`${rowNo} KEY_MISSING id`);
      const whole = /^([+-]?\d+)(?:\.0+)?$/.exec(n.trim());
      if (n.trim() !== '' && whole === null) issues.push(`${rowNo} INTEGER_INVALID n`);
      else if (whole?.[1] !== undefined && (BigInt(whole[1]) > 9223372036854775807n || BigInt(whole[1]) < -9223372036854775808n)) issues.push(`${rowNo} INTEGER_OUT_OF_RANGE n`);
      if (issues.length > before) return;
      lines.push([rowNo, escaped(id), n.trim() === '' ? '\\N' : whole?.[1], note === '' ? '\\N' : escaped(note)].join('\t'));
    });
    return { lines, issues, read: records.length };
  };

  it('stages the same rows, and finds the same issues in the same order', () => {
    const three = datasetDefinitionSchema.parse({ name: 'd', fields: definition.fields.slice(0, 3) });
    const plan = planOf({}, three);
    const narrow = { ...plan, parse: { ...plan.parse, columns: columns.slice(0, 3) } };
    const threeRow = fc.oneof({ weight: 8, arbitrary: fc.tuple(content, number, content).map((cells) => [...cells]) }, { weight: 1, arbitrary: fc.array(content, { minLength: 2, maxLength: 5 }) });
    fc.assert(fc.property(fc.array(threeRow, { maxLength: 20 }), fc.constantFrom('\n', '\r\n', '\n\n'), (rows, end) => {
      const text = toText(rows, end);
      const bytes = Buffer.from(text);
      const stager = new RowStager({ reader: new RecordScanner(dialect), columnCount: 3, lanes: createLanes(narrow, three), transcoded: false, restoresFormulas: false, hashedLanes: [] });
      stager.begin(bytes, { firstRow: 1, firstLine: 1 });
      const out = new CopyBuffer();
      stager.fill(out, Number.MAX_SAFE_INTEGER);
      const expected = naive(text);
      expect(out.view().toString('utf8').split('\n').filter((line) => line !== '')).toEqual(expected.lines);
      expect(stager.issues.map((issue) => `${issue.rowNo} ${issue.code} ${issue.field ?? '-'}`)).toEqual(expected.issues);
      expect(stager.counts.rowsRead).toBe(expected.read);
    }), { numRuns: 1500 });
  });
});

describe('where a file is cut', () => {
  it('does not matter: rows, issues, rejected bytes, row and line numbers, evidence and hashes are the same', () => {
    fc.assert(fc.property(file, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 200 }), (text, chunkBytes, pieceBytes) => {
      const bytes = Buffer.from(text);
      expect(stage(bytes, { chunkBytes, pieceBytes })).toEqual(stage(bytes));
    }), { numRuns: 1000 });
  });

  it('does not matter for bytes that no encoding made either', () => {
    const bytes = fc.array(fc.constantFrom(0x61, 0x2c, 0x22, 0x0a, 0x0d, 0xff, 0xc3, 0xa9, 0x00, 0x31), { maxLength: 80 }).map((codes) => Buffer.from(codes));
    // A file in which a quote never closes is refused as a whole by the planner.
    const closes = (data: Buffer): boolean => {
      const planner = new ChunkPlanner({ dialect, chunkBytes: 1 << 30, startByte: 0, startLine: 1 });
      try { planner.push(data); planner.end(); return true; } catch { return false; }
    };
    fc.assert(fc.property(bytes.filter(closes), fc.integer({ min: 1, max: 20 }), (data, chunkBytes) => {
      expect(stage(data, { chunkBytes })).toEqual(stage(data));
    }), { numRuns: 1500 });
  });
});

describe('a staged row', () => {
  it('has all of its reasons at once, in the order of the fields', () => {
    const found = stage(Buffer.from(',x,,nonsense\nok,1,,\n'));
    expect(found.issues).toEqual(['1@1 KEY_MISSING id 1', '1@1 INTEGER_INVALID n 2', expect.stringMatching(/^1@1 DATE_INVALID day 4$/) as string]);
    expect(found.rejects).toEqual(['1@1 quarantined ,x,,nonsense']);
    expect(found.lines).toEqual(['2\tok\t1\t\\N\t\\N']);
  });

  it('keeps the bytes of a rejected record without its line end, and its line when blank lines and quoted line feeds went before', () => {
    expect(stage(Buffer.from('a,1,"x\ny",\r\n\r\nb,z,"q\r\nr",\r\nc\r\n')).rejects).toEqual(['2@4 quarantined b,z,"q\r\nr",', '3@6 quarantined c']);
  });

  it('that cannot be decoded is unreadable, alone', () => {
    const found = stage(Buffer.concat([Buffer.from('a,1,x,\nb,1,'), Buffer.from([0xe9]), Buffer.from(',\nc,1,é,\n')]));
    expect(found.lines.map((line) => line.split('\t')[1])).toEqual(['a', 'c']);
    expect(found.issues).toEqual(['2@2 TEXT_UNDECODABLE - -']);
  });

  it('whose cell goes on after its closing quote is not trusted, and the next one is', () => {
    const found = stage(Buffer.from('a,1,"x"y,\nb,1,z,\n'));
    expect(found.issues).toEqual(['1@1 ROW_QUOTE_BROKEN - 3']);
    expect(found.lines).toHaveLength(1);
  });

  it('that the database refused is found among the others, with its field', () => {
    const plan = planOf();
    const stager = new RowStager({ reader: new RecordScanner(dialect), columnCount: 4, lanes: createLanes(plan, definition), transcoded: false, restoresFormulas: false, hashedLanes: [] });
    stager.begin(Buffer.from('a,1,x,\nb,1,x,\n,1,x,\nd,1,x,\n'), { firstRow: 11, firstLine: 20 }, new Map([[12, ['note']], [14, [null]]]));
    const out = new CopyBuffer();
    stager.fill(out, 1 << 20);
    expect(stager.issues.map(({ rowNo, lineNo, code, field, columnNo }) => [rowNo, lineNo, code, field, columnNo])).toEqual([
      [12, 21, 'VALUE_REFUSED', 'note', 3], [13, 22, 'KEY_MISSING', 'id', 1], [14, 23, 'VALUE_REFUSED', null, null]]);
    expect(stager.counts).toEqual({ rowsRead: 4, rowsStaged: 1, rowsQuarantined: 3, rowsUnreadable: 0, rowsFiltered: 0 });
  });
});

describe('hashes of keys', () => {
  it('tell that no key is repeated exactly when none is', () => {
    const keys = fc.array(fc.array(fc.string({ maxLength: 3 }), { minLength: 2, maxLength: 2 }), { maxLength: 200 });
    fc.assert(fc.property(keys, (rows) => {
      const hasher = new RowKeyHasher();
      for (const cells of rows) {
        for (const cell of cells) { const bytes = Buffer.from(cell); hasher.add(bytes, 0, bytes.length); }
        hasher.keep();
      }
      const hashes = hasher.hashes();
      const finder = new RepeatedHashFinder(rows.length);
      let repeated = false;
      for (let at = 0; at < hashes.length; at += 8) if (!finder.add(hashes.readUInt32LE(at), hashes.readUInt32LE(at + 4))) repeated = true;
      expect(repeated).toBe(new Set(rows.map((cells) => JSON.stringify(cells))).size < rows.length);
    }), { numRuns: 500 });
  });

  it('are forgotten with a row that is not staged', () => {
    const once = stage(Buffer.from('a,1,,\nb,1,,\n')).hashes;
    expect(stage(Buffer.from('a,x,,\na,1,,\nc\nb,1,,\n')).hashes).toBe(once);
  });

  it('are found twice by a full finder too, zero among them', () => {
    const pair = fc.tuple(fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1, 1024), fc.constantFrom(0, 1, 2 ** 32 - 1));
    fc.assert(fc.property(fc.array(pair, { maxLength: 40 }), (hashes) => {
      const finder = new RepeatedHashFinder(hashes.length);
      const seen = new Set<string>();
      for (const [low, high] of hashes) {
        expect(finder.add(low, high)).toBe(!seen.has(`${low}/${high}`));
        seen.add(`${low}/${high}`);
      }
    }));
  });

  it('hold 300,000 keys apart', () => {
    const hasher = new RowKeyHasher();
    for (let key = 0; key < 300_000; key += 1) { const bytes = Buffer.from(`K${key}`); hasher.add(bytes, 0, bytes.length); hasher.keep(); }
    const hashes = hasher.hashes();
    const finder = new RepeatedHashFinder(300_000);
    let repeats = 0;
    for (let at = 0; at < hashes.length; at += 8) if (!finder.add(hashes.readUInt32LE(at), hashes.readUInt32LE(at + 4))) repeats += 1;
    expect(repeats).toBe(0);
  });

  it.each([
    ['text', { type: 'text' }, true], ['code', { type: 'code' }, true], ['limited text', { type: 'text', pgType: 'character varying(9)' }, true],
    ['integer', { type: 'integer' }, false], ['number', { type: 'number' }, false], ['padded text', { type: 'text', pgType: 'character(4)' }, false],
    ['citext', { type: 'text', pgType: 'citext' }, false], ['uuid', { type: 'uuid' }, false], ['timestamp', { type: 'timestamp' }, false],
    ['a text under a domain or collation that may fold', { type: 'text', pgType: 'app.folded' }, false],
  ])('are made of %s: only where equal keys are always written alike', (_, field, hashed) => {
    const dataset = datasetDefinitionSchema.parse({ name: 'd', fields: [{ name: 'id', key: true, ...field }, { name: 'n', type: 'integer' }] });
    expect(hashedLanes(planOf({}, dataset), dataset)).toEqual(hashed ? [0] : []);
  });
});

describe('rejected rows of which the columns are still to be judged', () => {
  const undecided = (plan: Partial<PlanDocument>, rows: string): number | undefined => {
    const stager = createStager(planOf(plan), definition);
    stager.begin(Buffer.from(rows), { firstRow: 1, firstLine: 1 });
    while (stager.fill(new CopyBuffer(), 1 << 20));
    return stager.evidence.undecided;
  };
  const dated = (source: 'assumed' | 'evidence' | 'template' | 'operator'): Partial<PlanDocument> => ({
    onError: 'abort', mapping: planOf().mapping.map((mapped) => (mapped.field === 'day' ? { ...mapped, date: { order: source === 'assumed' ? null : 'dmy', source } } : mapped)),
  });
  /** Open; wrong either way; open and wrong in another cell; a date that is the same both ways, and wrong in another cell; too few cells. */
  const rows = 'a,1,,03/04/2020\nb,1,,99/99/2020\nc,x,,03/04/2020\nd,x,,05/05/2020\ne\n';

  it.each([['assumed', 2], ['evidence', 1], ['template', 1], ['operator', 0]] as const)('are counted where a date of theirs has two readings and its order is %s', (source, count) => {
    expect(undecided(dated(source), rows)).toBe(count);
  });

  it('are not looked for where a rejected row stops nothing', () => {
    expect(undecided({ ...dated('assumed'), onError: 'quarantine' }, rows)).toBeUndefined();
  });
});

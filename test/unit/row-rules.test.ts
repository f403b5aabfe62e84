/** Rules of rows through the stager that an import and a preview use: what each finds, all reasons of a row in one pass, and what is filtered. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { planDocumentSchema, type MappedField, type PlanDocument } from '../../contracts/plan-document.ts';
import { rulesSchema } from '../../contracts/rules.ts';
import { createStager } from '../../core/staging/create-stager.ts';
import { CopyBuffer } from '../../core/types/copy-buffer.ts';
import { checkTreatment } from '../../core/validation/check-treatment.ts';
import { dayOfJob } from '../../core/validation/day-of-job.ts';

const definition = datasetDefinitionSchema.parse({
  name: 'cases', fields: [
    { name: 'id', type: 'code', key: true, required: true }, { name: 'status', type: 'text' }, { name: 'opened', type: 'date' }, { name: 'closed', type: 'date' },
    { name: 'amount', type: 'number' }, { name: 'visits', type: 'integer' }, { name: 'seen_at', type: 'timestamp' }, { name: 'place', type: 'point' }, { name: 'tags', type: 'text_list' }, { name: 'hash', type: 'text' },
  ],
});
const columns = ['id', 'status', 'opened', 'closed', 'amount', 'visits', 'seen_at', 'place', 'tags', 'Kind'];
const planOf = (more: Partial<PlanDocument> | Readonly<Record<string, unknown>> = {}): PlanDocument => planDocumentSchema.parse({
  schemaVersion: 1, engineVersion: 'test', dataset: 'cases', datasetVersion: 1,
  parse: { format: 'csv', encoding: 'utf-8', delimiter: ',', quote: '"', escape: 'double', preambleLines: 0, header: false, columns, dataStartByte: 0, dataStartLine: 1 },
  mapping: columns.slice(0, -1).map((field, index): MappedField => ({ field, columns: [index], by: 'exact_name' })),
  key: ['id'], mode: 'upsert', duplicates: 'last', onError: 'quarantine', limits: { maxErrors: null, maxErrorPercent: null }, zone: 'UTC', ...more,
});

type Cells = Readonly<Partial<Record<string, string>>>;
const lineOf = (cells: Cells): string => columns.map((name) => { const cell = cells[name] ?? (name === 'id' ? 'r' : ''); return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell; }).join(',');

const stage = (rows: readonly Cells[], more: Readonly<Record<string, unknown>> = {}, datesAsDays = true) => {
  const bytes = Buffer.from(`${rows.map(lineOf).join('\n')}\n`);
  const stager = createStager(planOf(more), definition, { today: dayOfJob(new Date('2024-06-01T12:00:00Z'), 'UTC'), datesAsDays });
  const out = new CopyBuffer();
  stager.begin(bytes, { firstRow: 1, firstLine: 1 });
  while (stager.fill(out, out.length + 1));
  const found = stager.issues.map(({ rowNo, field, columnNo, code, severity, rule }) => `${rowNo} ${field ?? '-'}${columnNo === null ? '' : `#${columnNo}`} ${code} ${severity}${rule === null ? '' : ` ${rule}`}`);
  return { found, counts: stager.counts, lines: out.view().toString(), rejected: stager.rejected.map(({ rowNo }) => rowNo) };
};
const codes = (rule: Readonly<Record<string, unknown>>, ...rows: readonly Cells[]): readonly string[] => stage(rows, { rules: rulesSchema.parse([{ name: 'r', ...rule }]) }).found;

describe('rules of rows', () => {
  it('find all reasons of a row in one pass, with those of its types', () => {
    const rules = [
      { kind: 'row', name: 'in_order', check: 'closed >= opened', field: 'closed' },
      { kind: 'row', name: 'closed_has_date', when: 'status == "closed"', check: 'closed != null' },
      { kind: 'field', name: 'few_visits', field: 'visits', min: '1', max: '10' },
      { kind: 'field', name: 'status_form', field: 'status', pattern: '[a-z]+', minLength: 3, maxLength: 8, values: ['open', 'closed'] },
      { kind: 'field', name: 'amount_if_closed', field: 'amount', required: true, when: 'status == "closed"' },
      { kind: 'quality', name: 'odd', check: 'placeholder', fields: ['status', 'opened'] },
    ];
    const { found, counts, rejected } = stage([
      { status: 'open', opened: '2024-01-01', closed: '2024-01-02', amount: '1', visits: '3' },
      { status: 'closed', opened: '2024-01-03', closed: '2024-01-02', visits: '11' },
      { status: 'N/A', opened: '1900-01-01', closed: '2024-13-01', visits: '0', amount: 'x' },
      { status: 'closed' },
    ], { rules });
    expect(found).toEqual([
      '2 visits#6 RANGE_ABOVE error few_visits', '2 closed#4 RULE_BROKEN error in_order', '2 amount#5 REQUIRED_MISSING error amount_if_closed',
      '3 closed#4 DATE_IMPOSSIBLE error', '3 amount#5 NUMBER_INVALID error', '3 visits#6 RANGE_BELOW error few_visits', '3 status#2 PATTERN_MISMATCH error status_form', '3 status#2 ENUM_UNKNOWN error status_form',
      '3 status#2 QUALITY_PLACEHOLDER warning odd', '3 opened#3 QUALITY_PLACEHOLDER warning odd',
      '4 - RULE_BROKEN error closed_has_date', '4 amount#5 REQUIRED_MISSING error amount_if_closed',
    ]);
    expect(counts).toEqual({ rowsRead: 4, rowsStaged: 1, rowsQuarantined: 3, rowsUnreadable: 0, rowsFiltered: 0 });
    expect(rejected).toEqual([2, 3, 4]);
  });

  it('that warn or inform leave the row in; under onError warn those that are errors do too, and types still reject', () => {
    const rules = [{ kind: 'row', name: 'a', check: 'visits > 1', severity: 'info' }, { kind: 'field', name: 'b', field: 'visits', min: '1' }];
    expect(stage([{ visits: '1' }, { visits: '0' }], { rules })).toMatchObject({ found: ['1 - RULE_BROKEN info a', '2 visits#6 RANGE_BELOW error b', '2 - RULE_BROKEN info a'], rejected: [2] });
    expect(stage([{ visits: '0' }, { visits: 'x' }], { rules, onError: 'warn' })).toMatchObject({ found: ['1 visits#6 RANGE_BELOW warning b', '1 - RULE_BROKEN info a', '2 visits#6 INTEGER_INVALID error'], rejected: [2] });
  });

  it('measure texts in characters, also those that COPY escapes', () => {
    const long = { kind: 'field', field: 'status', maxLength: 3 }, short = { kind: 'field', field: 'status', minLength: 3 };
    expect(codes(long, { status: 'éé\\' }, { status: 'a\\b' }, { status: '😀😀😀' }, { status: 'éééé' })).toEqual(['4 status#2 TEXT_TOO_LONG error r']);
    expect(codes(short, { status: 'é\\b' }, { status: '\\\\' }, { status: '' })).toEqual(['2 status#2 TEXT_TOO_SHORT error r']);
  });

  it('compare numbers, dates and times exactly', () => {
    expect(codes({ kind: 'field', field: 'amount', min: '0.1', max: '9007199254740992.5' }, { amount: '0.1000' }, { amount: '0.09999999999999999999' }, { amount: '9007199254740993' }, { amount: '1e3' })).toEqual(['2 amount#5 RANGE_BELOW error r', '3 amount#5 RANGE_ABOVE error r']);
    expect(codes({ kind: 'field', field: 'opened', min: '2024-01-01', max: '2024-12-31' }, { opened: '2023-12-31' }, { opened: '2024-12-31' }, { opened: '2025-01-01' })).toEqual(['1 opened#3 RANGE_BELOW error r', '3 opened#3 RANGE_ABOVE error r']);
    expect(codes({ kind: 'field', field: 'seen_at', max: '2024-01-31' }, { seen_at: '2024-01-31T23:59:59.9Z' }, { seen_at: '2024-02-01T00:30:00+01:00' }, { seen_at: '2024-02-01' })).toEqual(['3 seen_at#7 RANGE_ABOVE error r']);
    expect(codes({ kind: 'field', field: 'visits', values: ['1', '2'] }, { visits: '1.0' }, { visits: '3' })).toEqual(['2 visits#6 ENUM_UNKNOWN error r']);
    expect(codes({ kind: 'field', field: 'amount', max: '5' }, { amount: '9'.repeat(300) })).toEqual(['1 amount#5 RULE_TOO_COSTLY error r']);
  });

  it('read every type back as it was written, for an import and for a preview', () => {
    const rules = [{ kind: 'row', name: 'r', check: 'opened == date("2024-02-29") && seen_at == timestamp("2024-02-29T10:00:00.25Z") && amount == 12.50 && visits == 7 && place.lat == 41.9 && place.lon == -87.6 && tags.exists(t, t == "a;b") && status == "tab\\there \\\\ \\"q\\""' }];
    const row = { status: 'tab\there \\ "q"', opened: '29.02.2024', seen_at: '2024-02-29T11:00:00.25+01:00', amount: '12.500', visits: '7', place: '41.9,-87.6', tags: '["a;b","c"]' };
    const mapping = planOf().mapping.map((mapped) => (mapped.field === 'opened' ? { ...mapped, date: { order: 'dmy', source: 'operator' } } : mapped));
    expect(stage([row], { rules, mapping }).found).toEqual([]);
    expect(stage([row], { rules, mapping }, false).found).toEqual([]);
    expect(stage([{ ...row, visits: '8' }], { rules, mapping }).found).toEqual(['1 - RULE_BROKEN error r']);
  });

  it('say nothing of what a refused cell would have decided', () => {
    expect(codes({ kind: 'row', check: 'closed >= opened' }, { opened: 'x', closed: '2024-01-01' }, { opened: '2024-01-01' })).toEqual(['1 opened#3 DATE_INVALID error']);
  });
});

describe('quality checks', () => {
  it('find stand-ins in five languages, in a cell that its type refuses too, and an import’s own', () => {
    const texts = ['N/A', ' Desconocido ', 'non renseigné', 'Não informado', 'unbekannt', '999-99-9999', '0000000000', 'NA', 'none', 'Ana', '12345678'];
    expect(codes({ kind: 'quality', check: 'placeholder', fields: ['status'] }, ...texts.map((status) => ({ status }))).map((line) => line.slice(0, 2).trim())).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(codes({ kind: 'quality', check: 'placeholder' }, { opened: '1900-01-01', closed: '9999-12-31', seen_at: '1970-01-01', place: '0,0' }, { opened: 'unknown' }, { visits: '999' })).toEqual([
      '1 opened#3 QUALITY_PLACEHOLDER warning r', '1 closed#4 QUALITY_PLACEHOLDER warning r', '1 seen_at#7 QUALITY_PLACEHOLDER warning r', '1 place#8 QUALITY_PLACEHOLDER warning r',
      '2 opened#3 DATE_INVALID error', '2 opened#3 QUALITY_PLACEHOLDER warning r',
    ]);
    expect(codes({ kind: 'quality', check: 'placeholder', values: ['999', 'nobody', '2001-01-01'] }, { visits: '999', status: 'Nobody', opened: '2001-01-01' })).toHaveLength(3);
  });

  it('find what is in the future only because day and month changed places', () => {
    expect(codes({ kind: 'quality', check: 'swapped_day_month', fields: ['opened', 'seen_at'] }, { opened: '2024-12-05' }, { opened: '2024-12-25' }, { opened: '2024-06-01' }, { opened: '2025-01-02' }, { seen_at: '2024-09-04T10:00:00Z' })).toEqual([
      '1 opened#3 QUALITY_SWAPPED_DAY_MONTH warning r', '5 seen_at#7 QUALITY_SWAPPED_DAY_MONTH warning r']);
  });

  it('find places outside of the area, and those that would be inside with their coordinates swapped', () => {
    const area = [-88.5, 41, -87, 42.5];
    expect(codes({ kind: 'quality', check: 'outside_area', area }, { place: '41.9,-87.6' }, { place: '-87.6,41.9' }, { place: '' })).toEqual(['2 place#8 QUALITY_OUTSIDE_AREA warning r']);
    expect(codes({ kind: 'quality', check: 'swapped_coordinates', area }, { place: '41.9,-87.6' }, { place: '-87.6,41.9' }, { place: '10,10' })).toEqual(['2 place#8 QUALITY_SWAPPED_COORDINATES warning r']);
    expect(codes({ kind: 'quality', check: 'outside_area', area: [170, -50, -170, 0] }, { place: '-17,178' }, { place: '-17,-179' }, { place: '-17,0' })).toEqual(['3 place#8 QUALITY_OUTSIDE_AREA warning r']);
  });

  it('find texts that were read in a wrong encoding, and leave those alone that only look so', () => {
    const misread = ['JosÃ©', 'KovaÄ‡', 'â€œquoteâ€\u009d', 'MÃ¼ller', 'Ð¿Ñ€Ð¸Ð²ÐµÑ‚', '10 Â°C', 'ÐŸ'], fine = ['José', '«CAFÉ»', 'SÃO PAULO', 'Ñandú', '“IRMÔ', 'Åse', 'naïve', 'Ünal', 'ÀÂÃ'];
    expect(codes({ kind: 'quality', check: 'mojibake', fields: ['status'] }, ...misread.map((status) => ({ status })), ...fine.map((status) => ({ status }))).map((line) => Number(line.split(' ')[0]))).toEqual(misread.map((_, index) => index + 1));
  });

  it('find the apostrophe of spreadsheets, also where it spoils a number, and not that of a name', () => {
    expect(codes({ kind: 'quality', check: 'leading_apostrophe', fields: ['status', 'visits'] }, { status: '\'007' }, { status: '\'s-Hertogenbosch' }, { status: 'O\'Neill' }, { visits: '\'12' })).toEqual([
      '1 status#2 QUALITY_LEADING_APOSTROPHE warning r', '4 visits#6 INTEGER_INVALID error', '4 visits#6 QUALITY_LEADING_APOSTROPHE warning r']);
  });
});

describe('a row filter', () => {
  const rows = [{ Kind: 'individual', status: 'a' }, { Kind: 'vessel', opened: 'no date' }, { Kind: 'individual', opened: 'no date' }, { status: 'b' }];

  it('keeps rows for which it is true, and a filtered row is none of this import’s, whatever its cells are', () => {
    const { found, counts, lines } = stage(rows, { rowFilter: 'source["Kind"] == "individual"', rules: [{ kind: 'field', name: 'x', field: 'status', required: true }] });
    expect(found).toEqual(['3 opened#3 DATE_INVALID error', '3 status#2 REQUIRED_MISSING error x']);
    expect(counts).toEqual({ rowsRead: 4, rowsStaged: 1, rowsQuarantined: 1, rowsUnreadable: 0, rowsFiltered: 2 });
    expect(lines.split('\n')).toHaveLength(2);
  });

  it('that needs a cell which its type refused leaves the row to be rejected', () => {
    const { counts, found } = stage([...rows, { opened: '2024-01-01', id: '' }, { opened: '2020-01-01', id: '' }], { rowFilter: 'opened >= date("2024-01-01") && source["Kind"] != "vessel"' });
    expect(counts).toEqual({ rowsRead: 6, rowsStaged: 0, rowsQuarantined: 1, rowsUnreadable: 0, rowsFiltered: 5 });
    expect(found).toEqual(['3 opened#3 DATE_INVALID error']);
  });

  it('may ask whether a field is missing, also of one that had to be there', () => {
    expect(stage([{ id: '' }, { id: 'a' }], { rowFilter: 'has(id)' }).counts).toMatchObject({ rowsFiltered: 1, rowsStaged: 1, rowsQuarantined: 0 });
  });
});

describe('a derived key', () => {
  it('fills a field with the hash of others, and expressions may ask for it', () => {
    const derived = { derivedKey: { field: 'hash', of: ['id', 'status'] }, mapping: [...planOf().mapping, { field: 'hash', columns: [], by: 'derived' }] };
    const { lines } = stage([{ id: 'a', status: 'b' }], derived);
    expect(/\t([0-9a-f]{64})\n/.exec(lines)?.[1]).toBe(createHash('sha256').update('1:a1:b').digest('hex'));
    expect(stage([{ id: 'a' }], { ...derived, rowFilter: 'size(hash) == 64' }).counts.rowsStaged).toBe(1);
  });

  it.each([
    [{ field: 'hash', of: ['id', 'hash'] }, 'derivedKey.of[1] cannot be used: the field cannot be made of itself'], [{ field: 'opened', of: ['id'] }, 'derivedKey.field cannot be used'],
    [{ field: 'hash', of: ['nobody'] }, 'names a field that the dataset does not have'], [{ field: 'hash', of: ['id', 'id'] }, 'named twice'],
  ])('%j is refused', (derivedKey, words) => { expect(() => { checkTreatment(definition, { derivedKey }); }).toThrow(words); });

  it('that goes in a circle is refused', () => {
    const circle = { ...definition, fields: definition.fields.map((field) => (field.name === 'status' ? { ...field, hashOf: ['hash'] } : field)) };
    expect(() => { checkTreatment(circle, { derivedKey: { field: 'hash', of: ['status'] } }); }).toThrow('goes in a circle');
  });
});

describe('a rule that cannot be used', () => {
  it.each([
    [{ kind: 'field', field: 'opened', minLength: 3 }, 'rules[0].minLength cannot be used: it measures a text'], [{ kind: 'field', field: 'opened', min: '01/02/2024' }, 'rules[0].min cannot be used: it is no value'],
    [{ kind: 'field', field: 'status', pattern: '(' }, 'rules[0].pattern cannot be used: RE2'], [{ kind: 'field', field: 'status', min: '1' }, 'rules[0].min'], [{ kind: 'field', field: 'status' }, 'it asks nothing'],
    [{ kind: 'field', field: 'status', minLength: 3, maxLength: 2 }, 'minLength is more'], [{ kind: 'quality', check: 'outside_area' }, 'needs the area'], [{ kind: 'quality', check: 'mojibake', fields: ['opened'] }, 'not asked of a field of the type date'],
    [{ kind: 'row', check: 'opened > 1' }, 'rules[0].check, character 1,'], [{ kind: 'row', check: 'true', when: 'status' }, 'rules[0].when'],
  ])('%j is refused with its place', (rule, words) => {
    expect(() => { checkTreatment(definition, { rules: rulesSchema.parse([{ name: 'r', ...rule }]) }); }).toThrow(words);
  });
});

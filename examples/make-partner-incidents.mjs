/**
 * Makes `partner-incidents.csv` and, from its own bookkeeping and never by running Waybill, `partner-incidents.expected.json`.
 * Deterministic: the same bytes on every machine. Both results are committed; with `--check` they are compared and not written.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { badRows, markOfBadByte } from './partner-incidents.bad-rows.mjs';
import { columns, makeIncident, makeRandom } from './partner-incidents.rows.mjs';

const rowCount = 20_000;
const duplicateCount = 120;
/** Rows before which a blank line stands: it counts as a line, never as a row. */
const blankLinesBefore = new Set([7_001, 13_502]);
const here = (name) => new URL(name, import.meta.url);
const dataset = JSON.parse(readFileSync(here('incidents.dataset.json'), 'utf8'));
const severities = { EMAIL_INVALID: 'warning' };
const at = Object.fromEntries(columns.map(({ field }, index) => [field, index]));

const assert = (condition, what) => { if (!condition) throw new RangeError(`the example is not what it should be: ${what}`); };

// ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
const random = makeRandom(20_240_611);

const takePositions = (count, from, taken) => {
  const chosen = [];
  while (chosen.length < count) {
    const position = from + Math.floor(random() * (rowCount - from));
    if (!taken.has(position)) { taken.add(position); chosen.push(position); }
  }
  return chosen;
};

const taken = new Set();
const badAt = new Map(takePositions(badRows.length, 40, taken).map((position, index) => [position, badRows[index]]));
// Late positions only: the record that a duplicate repeats stands before it, most often in another part of the file.
const duplicateAt = new Map(takePositions(duplicateCount, 2_000, taken).map((position, index) => [position, index]));

/** An earlier sound row, used once as an origin; every 20th duplicate is of a record that already has one. */
const originOf = (rows, repeated, index) => {
  if (index % 20 === 19) return repeated[repeated.length - 1];
  for (;;) {
    const origin = rows[Math.floor(random() * rows.length)];
    if (origin.kind === 'sound' && !repeated.includes(origin)) { repeated.push(origin); return origin; }
  }
};

const makeDuplicate = (origin, index) => {
  const cells = [...origin.cells];
  // Even ones are identical; odd ones are a newer state of the same case.
  if (index % 2 === 1) {
    cells[at.status] = cells[at.status] === 'Referred' ? 'Open' : 'Referred';
    cells[at.narrative] = `Update ${index}: case handed over.`;
  }
  return { kind: 'duplicate', cells, issues: origin.issues, sameAs: index % 2 === 0 ? 'identical' : 'newer' };
};

const makeRows = () => {
  const rows = [];
  const repeated = [];
  const spoiltRepeats = [];
  for (let position = 0; position < rowCount; position += 1) {
    const bad = badAt.get(position);
    const duplicate = duplicateAt.get(position);
    if (duplicate !== undefined) rows.push(makeDuplicate(originOf(rows, repeated, duplicate), duplicate));
    else {
      const { cells, issues } = makeIncident(position, random);
      if (bad === undefined) rows.push({ kind: 'sound', cells, issues });
      else rows.push(spoil(bad, cells, rows, spoiltRepeats));
    }
  }
  return rows;
};

/** `ofEarlier`: the spoilt row repeats the key of a sound one, which must win although it stands first. */
const spoil = (bad, cells, rows, spoiltRepeats) => {
  if (bad.ofEarlier === true) {
    const origin = rows.find((row) => row.kind === 'sound' && !spoiltRepeats.includes(row));
    spoiltRepeats.push(origin);
    cells[at.incident_id] = origin.cells[at.incident_id];
  }
  bad.spoil(cells, at);
  return { kind: 'bad', name: bad.name, cells, issues: bad.issues };
};

// ── bytes ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
const quoteCell = (text) => (/[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const encodeCell = (cell) => (typeof cell === 'string' ? quoteCell(cell) : cell.raw);

const encodeRow = (cells) => {
  const bytes = Buffer.from(`${cells.map(encodeCell).join(';')}\r\n`, 'utf8');
  const mark = Buffer.from(markOfBadByte, 'utf8');
  const place = bytes.indexOf(mark);
  // 0xE9 is `é` in windows-1252 and the beginning of a character that never comes in UTF-8.
  return place < 0 ? bytes : Buffer.concat([bytes.subarray(0, place), Buffer.from([0xe9]), bytes.subarray(place + mark.length)]);
};

const countLines = (bytes) => { let lines = 0; for (const byte of bytes) if (byte === 10) lines += 1; return lines; };

const writeRows = (rows) => {
  const parts = [Buffer.from(`\ufeff${columns.map(({ header }) => quoteCell(header)).join(';')}\r\n`, 'utf8')];
  let line = 2;
  rows.forEach((row, index) => {
    if (blankLinesBefore.has(index + 1)) { parts.push(Buffer.from('\r\n')); line += 1; }
    row.rowNo = index + 1;
    row.lineNo = line;
    const bytes = encodeRow(row.cells);
    parts.push(bytes);
    line += countLines(bytes);
  });
  return Buffer.concat(parts);
};

// ── expectations ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
const columnNoOf = (field) => (field === null || field === undefined ? null : at[field] + 1);
const issuesOf = (row) => row.issues.map(({ code, field, near }) => ({
  rowNo: row.rowNo, lineNo: row.lineNo, field, columnNo: columnNoOf(field ?? near), code, severity: severities[code] ?? 'error',
}));
const has = (row, ...codes) => row.issues.some(({ code }) => codes.includes(code));
/** Cells can be told apart and read. */
const hasCells = (row) => !has(row, 'ROW_TOO_FEW_CELLS', 'ROW_TOO_MANY_CELLS', 'TEXT_UNDECODABLE');

const tally = (values) => {
  const counts = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1)));
};

/** Exact: cents as integers. */
const centsOf = (text) => { const [whole, decimals = ''] = text.split('.'); return BigInt(whole) * 100n + BigInt(decimals.padEnd(2, '0').slice(0, 2)); };
const isoDateOf = (text) => (text.includes('/') ? text.split('/').reverse().join('-') : text);

const describeRecords = (winners) => {
  const cells = (field) => winners.map((row) => row.cells[at[field]]);
  const cents = cells('loss_amount').filter((text) => text !== '').reduce((sum, text) => sum + centsOf(text), 0n);
  const days = cells('occurred_on').map(isoDateOf).sort();
  return {
    byStatus: tally(cells('status')), byCountry: tally(cells('country')),
    lossTotal: `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`,
    firstDay: days[0], lastDay: days[days.length - 1],
    withoutGuid: cells('source_guid').filter((text) => text === '').length,
    narrativesWithNewline: cells('narrative').filter((text) => text.includes('\n')).length,
  };
};

const describe = (rows, bytes) => {
  const issues = rows.flatMap(issuesOf);
  const passed = rows.filter((row) => issuesOf(row).every(({ severity }) => severity !== 'error'));
  const unreadable = rows.filter((row) => has(row, 'TEXT_UNDECODABLE')).length;
  const winners = new Map();
  for (const row of passed) { const key = row.cells[at.incident_id]; winners.delete(key); winners.set(key, row); }
  const books = {
    read: rows.length, created: winners.size, updated: 0, unchanged: 0, duplicate: passed.length - winners.size, filtered: 0,
    quarantined: rows.length - passed.length - unreadable, excluded: 0, pending: 0, unreadable,
  };
  const newer = rows.filter((row) => row.sameAs === 'newer' && winners.get(row.cells[at.incident_id]) === row).slice(0, 5);
  return {
    about: 'What the default import (upsert by the dataset’s key into an empty dataset, last duplicate wins, zone UTC, quarantine) must give. Derived by make-partner-incidents.mjs, not by an import.',
    file: { name: 'partner-incidents.csv', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), encoding: 'utf-8', delimiter: ';', lineEnd: 'crlf', columns: columns.length, rows: rows.length },
    unmappedColumns: columns.filter(({ mapped }) => mapped === false).map(({ header, field }) => ({ name: header, columnNo: at[field] + 1, filledRows: rows.filter((row) => hasCells(row) && row.cells[at[field]] !== '').length })),
    state: 'completed_with_rejects',
    books,
    issueCounts: tally(issues.map(({ code }) => code)),
    issueCountsBySeverity: tally(issues.map(({ severity }) => severity)),
    records: describeRecords([...winners.values()]),
    latestOfDuplicates: newer.map((row) => ({ incidentId: row.cells[at.incident_id], rowNo: row.rowNo, status: row.cells[at.status] })),
    badRows: rows.filter(({ kind }) => kind === 'bad').map(({ rowNo, lineNo, name }) => ({ rowNo, lineNo, name })),
    issues,
  };
};

const checkExpectations = (expected, rows) => {
  const { books } = expected;
  assert(books.read === books.created + books.duplicate + books.quarantined + books.unreadable, 'the books do not balance');
  assert(books.duplicate === duplicateCount, `${books.duplicate} duplicates`);
  assert(expected.file.bytes <= 6 * 1024 * 1024, `${expected.file.bytes} bytes`);
  assert(expected.latestOfDuplicates.length === 5, 'too few newer duplicates');
  const slashed = rows.map(({ cells }) => cells[at.occurred_on]).filter((text) => /^\d\d\/\d\d\/\d{4}$/.test(text));
  assert(slashed.length > 1_000 && slashed.length < 19_000, 'the date column is not mixed');
  assert(slashed.some((text) => Number(text.slice(0, 2)) > 12) && slashed.every((text) => Number(text.slice(3, 5)) <= 12), 'the date order is not decisive');
  // A spoilt row says what its spoiling says and nothing else.
  for (const { kind, cells } of rows) assert(kind !== 'bad' || !/T\d\d:\d\d:\d\d$/.test(cells[at.reported_at] ?? ''), 'a spoilt row has a time without zone');
  const fields = new Set(dataset.fields.map(({ name }) => name));
  for (const { field, mapped } of columns) assert(mapped === false || fields.has(field), `${field} is not a field`);
  for (const { field } of expected.issues) assert(field === null || fields.has(field), `${field} is not a field`);
};

const writeOneALine = (expected) => {
  const lines = (list) => `[\n${list.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')}\n  ]`;
  const entries = Object.entries(expected).map(([name, value]) =>
    `  ${JSON.stringify(name)}: ${Array.isArray(value) ? lines(value) : JSON.stringify(value, null, 2).replaceAll('\n', '\n  ')}`);
  return `{\n${entries.join(',\n')}\n}\n`;
};

const rows = makeRows();
const bytes = writeRows(rows);
const expected = describe(rows, bytes);
checkExpectations(expected, rows);
const results = [['partner-incidents.csv', bytes], ['partner-incidents.expected.json', Buffer.from(writeOneALine(expected))]];
for (const [name, content] of results)
  if (process.argv.includes('--check')) assert(content.equals(readFileSync(here(name))), `${name} is not what the generator makes`);
  else writeFileSync(here(name), content);
console.log(`${bytes.length} bytes; ${JSON.stringify(expected.books)}; ${expected.issues.length} issues`);

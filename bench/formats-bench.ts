/**
 * How quick the readers are beside what everybody would write: CSV beside csv-parse, JSON Lines beside a bare JSON.parse a line, a JSON array
 * beside JSON Lines (planning, which is one pass on one thread, counted in). Ratios of one run; best of several turns.
 */
import { parse } from 'csv-parse/sync';
import { WaybillError } from '../contracts/errors.ts';
import type { ParseOptions } from '../contracts/parse-options.ts';
import { detectSource } from '../core/detect/detect-source.ts';
import { createPlanner, createReader } from '../core/formats/formats.ts';
import { measureXlsx } from './xlsx-bench.ts';

const rows = 100_000;
const turns = 12;

const recordOf = (index: number): Readonly<Record<string, string | number | boolean>> => ({
  id: `K${index}`, count: index * 17, note: `a note, of some length ${index}`, day: '2020-01-31', amount: (index % 1_000) + 0.25, flag: index % 2 === 0,
  street: `Some street ${index}`, city: 'Amsterdam', email: `p${index}@example.org`, at: '2021-03-04T05:06:07Z', lat: 52.1234567, lon: 4.7654321,
});
const records = Array.from({ length: rows }, (_, index) => recordOf(index));
const lines = records.map((record) => JSON.stringify(record));
const quoted = (value: string | number | boolean): string => (String(value).includes(',') ? `"${value}"` : String(value));
const csv = Buffer.from([Object.keys(recordOf(0)), ...records.map((record) => Object.values(record).map(quoted))].map((cells) => cells.join(',')).join('\n'));
const jsonl = Buffer.from(lines.join('\n'));
const json = Buffer.from(`[${lines.join(',')}]`);

const optionsOf = (bytes: Buffer): ParseOptions => detectSource({ samples: [{ offset: 0, bytes: bytes.subarray(0, 262_144) }], totalBytes: bytes.length, overrides: {} }).options;

const best = (work: () => number): number => {
  let least = Infinity;
  for (let turn = 0; turn < turns; turn += 1) {
    const begin = process.hrtime.bigint();
    const count = work();
    least = Math.min(least, Number(process.hrtime.bigint() - begin) / 1e6);
    if (count !== rows) throw new WaybillError('INTERNAL', 'Another number of records was read than was written.', { count });
  }
  return least;
};

const readAll = (bytes: Buffer, options: ParseOptions): number => {
  const planner = createPlanner(options, { chunkBytes: 1024 * 1024 });
  const reader = createReader(options);
  let count = 0;
  for (const chunk of [...planner.push(bytes.subarray(options.dataStartByte)), ...planner.end()]) {
    reader.reset(bytes.subarray(chunk.byteStart, chunk.byteEnd), 0, chunk.byteEnd - chunk.byteStart, chunk.firstLine);
    while (reader.next()) count += 1;
  }
  return count;
};

const parseLines = (): number => {
  let count = 0;
  for (let at = 0; at < jsonl.length; count += 1) {
    const found = jsonl.indexOf(0x0a, at);
    const end = found < 0 ? jsonl.length : found;
    JSON.parse(jsonl.toString('utf8', at, end));
    at = end + 1;
  }
  return count;
};

export interface FormatsReport {
  readonly text: string;
  readonly holds: boolean;
}

export const runFormatsBench = async (): Promise<FormatsReport> => {
  const csvOptions = optionsOf(csv), jsonlOptions = optionsOf(jsonl), jsonOptions = optionsOf(json);
  const times = {
    csv: best(() => readAll(csv, csvOptions)), csvParse: best(() => parse(csv, { from_line: 2 }).length),
    jsonl: best(() => readAll(jsonl, jsonlOptions)), jsonParse: best(parseLines), json: best(() => readAll(json, jsonOptions)),
    ...await measureXlsx(),
  };
  const findings = [
    { what: 'CSV, planned and read, beside csv-parse', ratio: times.csvParse / times.csv, least: 3 },
    { what: 'JSON Lines, beside a bare JSON.parse a line', ratio: times.jsonParse / times.jsonl, least: 0.7 },
    { what: 'a JSON array, beside JSON Lines', ratio: times.jsonl / times.json, least: 0.6 },
    { what: 'XLSX, a third of the rows, beside exceljs', ratio: times.exceljs / times.xlsx, least: 2 },
  ];
  const lines = [
    `${rows.toLocaleString('en')} records of 12 values; milliseconds.`,
    ...Object.entries(times).map(([name, milliseconds]) => `${name.padEnd(12)} ${milliseconds.toFixed(1).padStart(8)}`),
    ...findings.map(({ what, ratio, least }) => `${what.padEnd(46)} ${ratio.toFixed(2).padStart(6)} × (at least ${least} ×): ${ratio >= least ? 'holds' : 'does not hold'}`),
  ];
  return { text: lines.join('\n'), holds: findings.every(({ ratio, least }) => ratio >= least) };
};

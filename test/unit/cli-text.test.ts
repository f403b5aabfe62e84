import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorOfGraphql, errorOfHttp } from '../../cli/api-error.ts';
import { recordText } from '../../cli/dataset-commands.ts';
import { describeError, describePlace } from '../../cli/describe-error.ts';
import { exitCodeOfError } from '../../cli/exit-code.ts';
import { clockTime, groupDigits, humanBytes, humanPercent, humanSeconds, plural } from '../../cli/human-numbers.ts';
import { booksTable, doubtNote, failureOf, noBooks, reportJob, unmappedColumns, type JobDetails } from '../../cli/job-report.ts';
import { writeJsonList } from '../../cli/json-list.ts';
import { printable, textTable } from '../../cli/text-table.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { doubtsOf } from '../../contracts/parse-options.ts';

describe('numbers for people', () => {
  it('are grouped, and scaled with their unit', () => {
    expect([0, 999, 1_000, 1_234_567].map(groupDigits)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect([0, 999, 1_500, 2.5e9].map(humanBytes)).toEqual(['0 B', '999 B', '1.5 kB', '2.5 GB']);
    expect([0, 7, 754, 3_723].map(clockTime)).toEqual(['0:00', '0:07', '12:34', '1:02:03']);
    expect([1.236, 75].map(humanSeconds)).toEqual(['1.24 s', '1:15']);
    expect([0, 0.004, 0.4079, 1].map(humanPercent)).toEqual(['0 %', '0.4 %', '40 %', '100 %']);
    expect([plural(1, 'row'), plural(2_000, 'row')]).toEqual(['1 row', '2,000 rows']);
  });
});

describe('tables', () => {
  it('align columns by what a terminal shows', () => {
    expect(textTable([{ title: 'name' }, { title: 'rows', align: 'right' }], [['漢字', '1'], ['a', '20']])).toBe('name  rows\n漢字     1\na       20');
  });
  it('never let a foreign text move the cursor or add a line', () => {
    expect(printable('\u001b[31mred\u001b[0m\r\n\u0007\u202e')).toBe('red····');
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const table = textTable([{ title: 'x' }], [[text]]);
      expect(table.split('\n')).toHaveLength(2);
      expect(table).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    }));
  });
});

describe('errors', () => {
  it('are one sentence: code, what, where, remedy', () => {
    const error = new WaybillError('FILE_UNCLOSED_QUOTE', 'A quote is never closed.', { line: 12, columnNo: 3 });
    expect(describeError(error)).toBe('FILE_UNCLOSED_QUOTE: A quote is never closed (line 12, column no 3); close the quote at the named line, or say --quote none when quotes are ordinary characters.');
  });
  it('do not repeat a place that the sentence names', () => {
    expect(describeError(new WaybillError('JOB_UNKNOWN', 'There is no job 7.', { job: '7' }))).toBe('JOB_UNKNOWN: There is no job 7; list the jobs with `waybill jobs`.');
    expect(describePlace({ fields: ['a', 'b'], row: 7 })).toBe('fields a, b, row 7');
  });
  it('of a job that was refused say what happened, where and what to do', () => {
    const error = { code: 'MAPPING_REQUIRED_MISSING', message: 'Required fields have no source.', place: { fields: ['a', 'b'] }, remedy: 'Name them.', retryable: false };
    expect(failureOf({ error })).toBe('MAPPING_REQUIRED_MISSING: Required fields have no source (fields a, b); name them.');
    expect(failureOf({ error: null })).toBeNull();
  });
  it('end with the exit codes of docs/cli.md', () => {
    const codeOf = (code: ConstructorParameters<typeof WaybillError>[0]): number => exitCodeOfError(new WaybillError(code, ''));
    expect([codeOf('STACK_UNAVAILABLE'), codeOf('FILE_EMPTY'), codeOf('DATASET_UNKNOWN'), codeOf('INTERNAL'), codeOf('DATABASE_FULL')]).toEqual([7, 6, 6, 1, 1]);
  });
  it('of the API keep code, message and place', () => {
    const error = errorOfGraphql({ message: 'No such dataset.', extensions: { code: 'DATASET_UNKNOWN', place: { dataset: 'x', odd: { a: 1 } } } });
    expect(error).toMatchObject({ code: 'DATASET_UNKNOWN', message: 'No such dataset.', place: { dataset: 'x' } });
    expect(errorOfHttp(409, '{"error":{"code":"JOB_STATE","message":"m","place":{}}}').code).toBe('JOB_STATE');
  });
  it('of a newer API, a proxy or a stranger are told as such', () => {
    expect(errorOfGraphql({ message: 'm', extensions: { code: 'NEWER' } })).toMatchObject({ code: 'REQUEST_INVALID', message: 'm', place: { code: 'NEWER' } });
    expect(errorOfHttp(502, '<html>')).toMatchObject({ code: 'STACK_UNAVAILABLE' });
    expect(errorOfHttp(401, '')).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(errorOfHttp(404, '<html>').message).toContain('does not look like Waybill');
    for (const value of [null, undefined, 1, 'x', {}, { extensions: 1 }]) expect(errorOfGraphql(value).code).toBe('REQUEST_INVALID');
  });
});

describe('what is said of a job', () => {
  it('shows the usual outcomes always and the rare ones when there are any', () => {
    const table = booksTable({ ...noBooks, read: 1_200, created: 1_199, unreadable: 1 });
    expect(table).toContain('rows read    1,200');
    expect(table).toContain('updated          0');
    expect(table).toContain('unreadable       1');
    expect(table).not.toContain('filtered');
  });
  it('names unmapped columns by the header, or by their place', () => {
    const detection = { options: { columns: ['a', '', 'c'] } };
    expect(unmappedColumns({ detection, mappingReport: { unmapped: [{ column: 0, fillRate: 0.5 }, { column: 1 }, { column: 9 }] } }))
      .toEqual([{ name: 'a', fillRate: 0.5 }, { name: '#2', fillRate: null }, { name: '#10', fillRate: null }]);
    expect(unmappedColumns({ detection: null, mappingReport: null })).toEqual([]);
  });
  it('says what detection is not sure of, and how to say it, and nothing where it is sure', () => {
    const guess = { confidence: 0.99, why: 'w' };
    const guesses = { encoding: { value: 'windows-1252', confidence: 0.6, why: 'letters' }, delimiter: { ...guess, value: ',' }, header: { ...guess, value: true, confidence: 0.65 } } as const;
    const note = doubtNote({ doubts: doubtsOf(guesses) }) ?? '';
    expect(note).toMatch(/encoding +windows-1252 +60 % +--encoding +letters/);
    expect(note).toMatch(/header +a row of names +65 % +--header, --no-header/);
    expect(note).not.toContain('--delimiter');
    expect(doubtNote({ doubts: doubtsOf({ encoding: { ...guess, value: 'utf-8' }, delimiter: { ...guess, value: ';' }, header: { ...guess, value: true } }) })).toBeNull();
    expect(doubtNote({ doubts: [{ property: 'delimiter', value: '\t', confidence: 0.5, why: '' }] })).toMatch(/delimiter +tab +50 % +--delimiter/);
  });
  it('shows a record a field a line', () => {
    expect(recordText({ id: '1', note: 'a\nb', none: null })).toBe('id    1\nnote  a·b\nnone  ∅');
  });
});

describe('lists for programs', () => {
  it('are valid JSON as a whole, one item a line', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.jsonValue()), async (items) => {
      let text = '';
      await writeJsonList(items, (piece) => { text += piece; return Promise.resolve(); });
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(items)));
      expect(text.split('\n')).toHaveLength(items.length === 0 ? 2 : items.length + 3);
    }));
  });
});

describe('the report of an export', () => {
  const removed = '2026-11-24T10:00:00Z';
  const report = (...removedAt: readonly (string | null)[]): string => reportJob({
    id: 'j1', kind: 'export', state: 'completed', paused: false, rowsTotal: 3, books: null, issueGroups: [], doubts: [], detection: null, mappingReport: null, request: {}, cancelReason: null,
    createdAt: removed, startedAt: removed, finishedAt: removed, updatedAt: removed, committedAt: null, workflowUrl: null, template: null, drift: [], question: null, fileFindings: [], exceededLimits: [], draft: null,
    exportFiles: removedAt.map((at, index) => ({ no: index + 1, name: `people-${index + 1}.csv`, extension: null, rows: 3, bytes: 20, sha256: 'ab', path: '/x', removedAt: at })),
  } as unknown as JobDetails);

  it('says how its files are fetched while they are kept, and that they were removed when their time is over', () => {
    expect(report(null)).toContain('To fetch: waybill download j1 --to FILE');
    const expired = report(removed, removed);
    expect(expired).toContain('These files were removed when their time was over (EXPORT_EXPIRED); export again');
    expect(expired).toContain('people-2.csv');
    expect(expired).not.toContain('waybill download');
  });
});

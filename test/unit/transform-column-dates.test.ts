import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldDefinitionSchema, type FieldType } from '../../contracts/dataset-definition.ts';
import { issueCodeOf } from '../../contracts/issue-codes.ts';
import { parseTransforms } from '../../contracts/transform.ts';
import { compileTransforms } from '../../core/transform/compile-transforms.ts';
import { TransformEncoder } from '../../core/transform/transform-encoder.ts';
import { createCellEncoder } from '../../core/types/cell-encoder.ts';
import { CopyBuffer } from '../../core/types/copy-buffer.ts';
import { judgeDateReading } from '../../core/types/date-evidence.ts';

type Order = 'dmy' | 'mdy' | null;
interface Place { readonly order?: Order; readonly type?: FieldType; readonly columns?: number; readonly behind?: readonly object[] }
const programOf = (formats: readonly string[], { order = null, type = 'date', columns = 1, behind = [] }: Place = {}) =>
  compileTransforms(parseTransforms([{ fn: 'date', formats, pivot: 1950 }, ...behind], 'm'), { type, columns, at: 'm', order });
const shown = (outcome: string | number | null): string | null => (typeof outcome === 'number' ? issueCodeOf(outcome) : outcome);
const both = ['DD/MM/YYYY', 'MM/DD/YYYY'];
const ambiguous = 'TRANSFORM_DATE_AMBIGUOUS';

describe('formats that leave the order of day and month open', () => {
  it('are told apart by the order of the column, and only where two of them read the cell', () => {
    const read = (order: Order) => ['03/04/2024', '25/04/2024', '04/25/2024', '05/05/2024', '31/31/2024', 'x'].map((cell) => shown(programOf(both, { order }).run([cell])));
    const plain = ['2024-04-25', '2024-04-25', '2024-05-05', 'DATE_IMPOSSIBLE', 'TRANSFORM_DATE_INVALID'];
    expect([read('dmy'), read('mdy'), read(null)]).toEqual([['2024-04-03', ...plain], ['2024-03-04', ...plain], [ambiguous, ...plain]]);
  });

  it.each([
    ['a time behind the day', ['DD/MM/YYYY HH:mm', 'MM/DD/YYYY HH:mm'], '03/04/2024 10:00', '2024-04-03T10:00:00', '2024-03-04T10:00:00'],
    ['years of two digits', ['D/M/YY', 'M/D/YY'], '3/4/24', '2024-04-03', '2024-03-04'],
    ['the year first', ['YYYY-DD-MM', 'YYYY-MM-DD'], '2024-03-04', '2024-04-03', '2024-03-04'],
    ['a third format beside them', ['YYYY-MM-DD', 'D.M.YYYY', 'M.D.YYYY', 'D MMM YYYY'], '3.4.2024', '2024-04-03', '2024-03-04'],
  ] as const)('may have %s', (...[, formats, cell, dmy, mdy]) => {
    expect((['dmy', 'mdy', null] as const).map((order) => shown(programOf(formats, { order, type: 'text' }).run([cell])))).toEqual([dmy, mdy, ambiguous]);
  });

  it('count what the column shows, whatever order is in use', () => {
    const cells = ['03/04/2024', '25/04/2024', '04/25/2024', '04/26/2024', '05/05/2024', '31/31/2024', '', 'x'];
    for (const order of ['dmy', 'mdy', null] as const) {
      const program = programOf(both, { order });
      for (const cell of cells) program.run([cell === '' ? null : cell]);
      expect(program.dates?.counts()).toEqual({ iso: 0, dmyOnly: 1, mdyOnly: 2, either: 1, same: 1, named: 0, invalid: 0 });
    }
  });

  it('prove nothing by a separator or a format that has no counterpart', () => {
    const program = programOf(['DD/MM/YYYY', 'MM-DD-YYYY', 'YYYY-MM-DD']);
    for (const cell of ['03/04/2024', '03-04-2024', '2024-03-04', '2024-03-25']) program.run([cell]);
    expect(program.dates?.counts()).toMatchObject({ dmyOnly: 0, mdyOnly: 0, either: 0 });
  });

  it('are not judged where the column cannot tell: two kinds of formats, several columns, a date step that a text step follows', () => {
    expect([
      programOf(['D/M/YYYY', 'M/D/YYYY', 'YYYY-MM-DD', 'YYYY-DD-MM']).dates, programOf(both, { columns: 2, behind: [{ fn: 'coalesce' }] }).dates, programOf(['DD/MM/YYYY', 'D MMM YYYY']).dates,
      programOf(both, { behind: [{ fn: 'substring', start: 1, length: 10 }] }).dates,
    ]).toEqual([null, null, null, null]);
    expect([programOf(both, { type: 'text', behind: [{ fn: 'substring', start: 1, length: 4 }] }).dates, programOf(both, { behind: [{ fn: 'default', value: '2024-01-01' }] }).dates]).not.toContain(null);
    // Then the cell stays an issue, whatever order the plan has.
    expect(shown(programOf(both, { order: 'dmy', columns: 2, behind: [{ fn: 'coalesce' }] }).run(['03/04/2024', null]))).toBe(ambiguous);
  });

  it('read any column of one order as it was written, once it was judged, by staging’s way', () => {
    const field = fieldDefinitionSchema.parse({ name: 'f', type: 'date' }), date = fc.tuple(fc.integer({ min: 1900, max: 2099 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }));
    const two = (number: number): string => String(number).padStart(2, '0');
    fc.assert(fc.property(fc.array(date, { minLength: 1, maxLength: 40 }), fc.constantFrom('dmy' as const, 'mdy' as const), (dates, written) => {
      const stage = (order: Order) => {
        const encoder = new TransformEncoder(programOf(['D/M/YYYY', 'M/D/YYYY'], { order }), createCellEncoder(field, { zone: 'UTC', date: { order, source: 'evidence' }, datesAsDays: false }));
        const texts = dates.map(([year, month, day]) => {
          const out = new CopyBuffer(), bytes = Buffer.from(written === 'dmy' ? `${day}/${two(month)}/${year}` : `${month}/${day}/${year}`);
          const finding = encoder.encode(bytes, 0, bytes.length, out);
          return finding === 0 ? out.view().toString() : issueCodeOf(finding);
        });
        return { texts, counts: encoder.evidence?.counts() };
      };
      const first = stage(null);
      if (first.counts === undefined) throw new TypeError('no evidence');
      const verdict = judgeDateReading({ order: null, source: 'assumed' }, first.counts);
      const decisive = dates.some(([, , day]) => day > 12), expected = dates.map(([year, month, day]) => `${year}-${two(month)}-${two(day)}`);
      if (!decisive) { expect(first.texts).toEqual(dates.map(([, month, day], index) => (month === day ? expected[index] : ambiguous))); return; }
      const last = verdict.verdict === 'holds' ? first : stage(verdict.reading.order);
      expect(last.texts).toEqual(expected);
      expect(verdict.verdict === 'holds' || judgeDateReading(verdict.reading, last.counts ?? first.counts).verdict).toBe(verdict.verdict === 'holds' ? true : 'holds');
    }));
  });
});

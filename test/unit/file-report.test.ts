import { describe, expect, it } from 'vitest';
import { fileNotes } from '../../cli/file-report.ts';

const nothing = { fileFindings: [], exceededLimits: [], draft: null };
const finding = { rule: 'rows', kind: 'row_count', severity: 'error', verdict: 'broken', field: null, measured: '7', expected: 'at least 10', columns: null, message: 'Too few.', remedy: 'Ask the sender.' } as const;

describe('the report of a file as a whole', () => {
  it('is nothing where nothing was judged', () => { expect(fileNotes(nothing)).toEqual([]); });

  it('shows each verdict with what was measured, and of the broken ones what to do', () => {
    const text = fileNotes({ ...nothing, fileFindings: [finding, { ...finding, rule: 'agreed', severity: 'warning', columns: ['a', '#3'] }, { ...finding, rule: 'mails', field: 'mail', verdict: 'holds', measured: '0.9', expected: 'at least 0.5' }, { ...finding, rule: 'size', verdict: 'not_judged', measured: null }] }).join('\n');
    expect(text).toContain('Rules of the file (2 of 4 verdicts broken)');
    expect(text).toMatch(/rows +\(file\) +broken +7 +at least 10/);
    expect(text).toMatch(/agreed +\(file\) +broken \(warning\)/);
    expect(text).toMatch(/mails +mail +holds +0\.9 +at least 0\.5/);
    expect(text).toMatch(/size +\(file\) +not judged/);
    expect(text).toContain('rows: Too few. Ask the sender.');
    expect(text).toContain('agreed: Too few. Columns: a, #3. Ask the sender.');
  });

  it('names the limits that stopped the job with what was found', () => {
    const text = fileNotes({ ...nothing, exceededLimits: [{ limit: 'rule', name: 'one_mail', count: 1_200, read: 5_000, max: 10, maxPercent: 1 }, { limit: 'first_error', name: null, count: 1, read: 5_000, max: 0, maxPercent: null }] }).join('\n');
    expect(text).toMatch(/rows that break the rule one_mail +1,200 +5,000 +10, 1 %/);
    expect(text).toMatch(/the first rejected row +1 +5,000 +0/);
  });

  it('says of a dry run which fields would change', () => {
    expect(fileNotes({ ...nothing, draft: { created: 2, updated: 0, fields: [] } })).toEqual(['The draft creates 2 records and updates 0 records.']);
    expect(fileNotes({ ...nothing, draft: { created: 2, updated: 3, fields: [{ field: 'town', changed: 3, filled: 1, emptied: 2 }] } }).join('\n')).toMatch(/updates 3 records; of these change\n +field +records +filled +emptied\n[ -]*\n? *town +3 +1 +2/);
  });
});

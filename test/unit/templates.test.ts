import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importRequestSchema } from '../../contracts/import-request.ts';
import { templateDocumentSchema, type ColumnKind, type SourceShape, type TemplateDocument } from '../../contracts/template.ts';
import { columnKindOf } from '../../core/templates/column-kind.ts';
import { diffTemplates } from '../../core/templates/diff-templates.ts';
import { fitTemplate } from '../../core/templates/fit-template.ts';
import { matchColumns } from '../../core/templates/match-columns.ts';
import { parseWithTemplate, withTemplate } from '../../core/templates/with-template.ts';

const shape = (names: readonly string[], kinds: readonly ColumnKind[] = []): SourceShape => ({ format: 'csv', named: true, columns: names.map((name, index) => ({ name, kind: kinds[index] ?? 'text' })) });
const places = (kinds: readonly ColumnKind[]): SourceShape => ({ format: 'csv', named: false, columns: kinds.map((kind) => ({ name: '', kind })) });
const document = (source: SourceShape, more: object = {}): TemplateDocument => templateDocumentSchema.parse({
  schemaVersion: 1, dataset: 'people', source, mapping: source.columns.slice(0, 3).map((_, index) => ({ field: `f${index}`, columns: [`#${index + 1}`] })),
  key: ['f0'], mode: 'upsert', duplicates: 'last', onError: 'quarantine', limits: { maxErrors: null, maxErrorPercent: null }, zone: 'UTC', ...more,
});
const request = (more: object = {}) => importRequestSchema.parse({ sha256: 'a'.repeat(64), fileName: 'f', dataset: 'people', ...more });

const headers = fc.uniqueArray(fc.stringMatching(/^[a-z]{4,10}$/), { minLength: 2, maxLength: 20 });

describe('columns of a file and of a template', () => {
  it('are the same ones by name in whatever order, case and separators, and only those out of order have moved', () => {
    fc.assert(fc.property(headers.chain((names) => fc.tuple(fc.constant(names), fc.shuffledSubarray(names, { minLength: names.length }))), ([names, mixed]) => {
      const { found, missing, added, moved } = matchColumns(shape(names), shape(mixed.map((name) => ` ${name.toUpperCase()}. `)));
      expect([missing, added]).toEqual([[], []]);
      expect(names.map((_, index) => mixed[found.get(index) ?? -1])).toEqual(names);
      const still = names.flatMap((_, index) => (moved.includes(index) ? [] : [found.get(index) ?? -1]));
      expect(still).toEqual([...still].sort((left, right) => left - right));
      expect(moved.length === 0).toBe(names.every((name, index) => mixed[index] === name));
    }));
  });

  it('that are taken away are missing, and those that are put in are new: one put elsewhere has moved alone', () => {
    fc.assert(fc.property(headers, fc.nat(), fc.nat(), (names, out, into) => {
      const gone = out % names.length, place = into % names.length;
      const rest = names.filter((_, index) => index !== gone);
      expect(matchColumns(shape(names), shape(rest))).toMatchObject({ missing: [gone], added: [], moved: [] });
      expect(matchColumns(shape(rest), shape(names))).toMatchObject({ missing: [], added: [gone], moved: [] });
      expect(matchColumns(shape(names), shape(rest.toSpliced(place, 0, names[gone] ?? ''))).moved.length).toBeLessThanOrEqual(1);
    }));
  });

  it('of two that mean the same name neither is guessed', () => {
    expect(matchColumns(shape(['case no']), shape(['Case-No', 'CASE_NO']))).toMatchObject({ missing: [0], added: [0, 1] });
    expect(matchColumns(shape(['case no']), shape(['Case-No', 'case no'])).found).toEqual(new Map([[0, 1]]));
  });
});

describe('a shape', () => {
  it('fits exactly, nearly or not at all', () => {
    const template = document(shape(['a1', 'b1', 'c1', 'd1']));
    const fits = (names: readonly string[]) => fitTemplate(template, shape(names));
    expect(fits(['A1', 'b1', 'c1', 'd1'])).toBe('exact');
    expect([fits(['b1', 'a1', 'c1', 'd1']), fits(['a1', 'b1', 'c1']), fits(['a1', 'b1', 'x', 'd1']), fits(['a1', 'b1', 'c1', 'd1', 'e'])]).toEqual(['near', 'near', 'near', 'near']);
    expect([fits(['a1', 'x', 'y', 'd1']), fits(['q', 'r']), fits(['a1', 'b1', 'p', 'q', 'r', 's'])]).toEqual(['none', 'none', 'none']);
    expect(fitTemplate(template, { ...shape(['a1', 'b1', 'c1', 'd1']), format: 'jsonl' })).toBe('none');
  });

  it('without names fits by number and kinds; an empty sample says nothing', () => {
    const template = document(places(['number', 'text', 'date', 'code']));
    const fits = (kinds: readonly ColumnKind[]) => fitTemplate(template, places(kinds));
    expect([fits(['number', 'text', 'date', 'code']), fits(['code', 'text', 'empty', 'number'])]).toEqual(['exact', 'exact']);
    expect([fits(['number', 'text', 'text', 'code']), fits(['number', 'text', 'date', 'code', 'text'])]).toEqual(['near', 'near']);
    expect([fits(['text', 'date', 'number', 'email']), fits(['number', 'text'])]).toEqual(['none', 'none']);
  });

  it('knows what most of a column is, strays and words for nothing aside', () => {
    expect([columnKindOf(['1', '2', '3', '4', 'x']), columnKindOf(['-0-', '', 'n/a']), columnKindOf(['1', 'one', '2', 'two']), columnKindOf(['2020-01-01', '-0-'])]).toEqual(['number', 'empty', 'text', 'date']);
  });
});

describe('an import with a template', () => {
  const rules = [{ kind: 'field' as const, name: 'long', severity: 'error' as const, field: 'f1', minLength: 2 }];
  const template = document(shape(['a1', 'b1', 'c1']), { zone: 'Europe/Madrid', duplicates: 'first', rules, limits: { maxErrors: 5, maxErrorPercent: null, by: [{ rule: 'long', max: 1 }] }, parse: { format: 'csv', delimiter: ';' } });

  it('does all that the template says, where it says nothing itself', () => {
    const { request: whole, overruled } = withTemplate(request(), template);
    expect(overruled).toEqual([]);
    expect(whole).toMatchObject({ zone: 'Europe/Madrid', duplicates: 'first', rules, maxErrors: 5, limitsBy: [{ rule: 'long', max: 1 }], key: ['f0'], mode: 'upsert', map: [{ field: 'f0', columns: ['#1'] }, { field: 'f1' }, { field: 'f2' }], parse: { format: 'csv', delimiter: ';' } });
    expect(importRequestSchema.parse(whole)).toEqual(whole);
  });

  it('overrules it by what it says, a default too, and names each', () => {
    const said = withTemplate(request({ said: ['duplicates', 'maxErrorPercent', 'rules', 'map'], maxErrorPercent: 2, rules: [], map: [{ field: 'f1', columns: ['c1'] }] }), template);
    expect(said.overruled.toSorted()).toEqual(['duplicates', 'map f1', 'maxErrors', 'rules']);
    expect(said.request).toMatchObject({ duplicates: 'last', maxErrors: null, maxErrorPercent: 2, rules: [], zone: 'Europe/Madrid' });
    expect('limitsBy' in said.request, 'limits of rules that are not there').toBe(false);
    expect(said.request.map.filter(({ field }) => field === 'f1')).toEqual([{ field: 'f1', columns: ['c1'] }]);
    expect(withTemplate(request({ said: ['zone'], zone: 'Europe/Madrid' }), template).overruled, 'said the same').toEqual([]);
  });

  it('reads as both say, and as the import alone where that names another format', () => {
    expect(parseWithTemplate({ encoding: 'utf-8' }, template.parse)).toEqual({ format: 'csv', delimiter: ';', encoding: 'utf-8' });
    expect(parseWithTemplate({ format: 'fixed' }, template.parse)).toEqual({ format: 'fixed' });
  });
});

describe('a difference of templates', () => {
  it('is told place by place, members of lists by their names', () => {
    const from = document(shape(['a1', 'b1', 'c1']), { rules: [{ kind: 'row_count', name: 'enough', min: 5 }] });
    const to = document(shape(['a1', 'b2', 'c1']), { zone: 'Asia/Tokyo', key: ['f0', 'f1'], rules: [{ kind: 'row_count', name: 'enough', min: 9 }, { kind: 'duplicate_share', name: 'few', max: 0.1 }] });
    expect(diffTemplates(from, to).map(({ words }) => words)).toEqual([
      'key: ["f0"] → ["f0","f1"]', 'rules[enough].min: 5 → 9', 'rules[few]: added, {"kind":"duplicate_share","name":"few","severity":"error","max":0.1}',
      'source.columns[b1]: removed, was {"name":"b1","kind":"text"}', 'source.columns[b2]: added, {"name":"b2","kind":"text"}', 'zone: "UTC" → "Asia/Tokyo"',
    ]);
    fc.assert(fc.property(headers, (names) => { expect(diffTemplates(document(shape(names)), document(shape(names)))).toEqual([]); }));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasetDefinitionSchema, type DatasetDefinition } from '../../contracts/dataset-definition.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { checkMapping } from '../../core/mapping/check-mapping.ts';
import { normaliseName } from '../../core/mapping/normalise-name.ts';
import { proposeMapping } from '../../core/mapping/propose-mapping.ts';
import { resolveColumn } from '../../core/mapping/resolve-column.ts';

const dataset = (fields: readonly object[]): DatasetDefinition => datasetDefinitionSchema.parse({ name: 'd', fields });
const text = (name: string, more: object = {}): object => ({ name, type: 'text', ...more });
/** `field<column by`. */
const mapped = (columns: readonly string[], definition: DatasetDefinition, map: Parameters<typeof proposeMapping>[2] = []): readonly string[] =>
  proposeMapping(columns, definition, map).mapping.map((entry) => `${entry.field}<${entry.columns.join('+')} ${entry.by}`);
const refusal = (work: () => unknown): { code: string; place: object; message: string } => {
  try { work(); } catch (error) { if (isWaybillError(error)) return { code: error.code, place: error.place, message: error.message }; throw error; }
  return expect.unreachable('not refused');
};

describe('a name', () => {
  it.each([
    ['Case Number', 'casenumber'], ['case_number', 'casenumber'], ['CaseNumber', 'casenumber'], ['  N° d’Article ', 'ndarticle'], ['Größe', 'große'], ['ＩＤ', 'id'], ['Город', 'город'], ['№', 'no'], ['--', ''],
  ])('%j is folded to %j', (name, folded) => { expect(normaliseName(name)).toBe(folded); });

  it('that was folded is not folded further', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => { expect(normaliseName(normaliseName(name))).toBe(normaliseName(name)); }));
  });
});

describe('a column that an operator names', () => {
  it('is found by position, by its exact header, or by what it means when it is alone in that', () => {
    const columns = ['Id', 'ID', 'Case Number', '#2'];
    expect(['#1', '#4', '#5', '#0', 'Id', 'ID', 'id', 'case_number', 'nothing', '', '--'].map((wanted) => resolveColumn(columns, wanted))).toEqual([0, 3, null, null, 0, 1, null, 2, null, null, null]);
  });
  it('is none when two columns bear its very name', () => { expect(resolveColumn(['a', 'a'], 'a')).toBeNull(); });
});

describe('a proposed mapping', () => {
  it('prefers the operator, then the exact name, then the folded one and the label, then aliases', () => {
    const definition = dataset([text('a'), text('case_no'), text('tel', { aliases: ['Phone', 'Mobile'] }), text('town', { label: 'Ort' }), text('rest')]);
    expect(mapped(['Case No', 'a', 'PHONE', 'ORT', 'x'], definition, [{ columns: ['x'], field: 'rest' }])).toEqual(['a<1 exact_name', 'case_no<0 normalised_name', 'tel<2 alias', 'town<3 normalised_name', 'rest<4 operator']);
  });

  it('takes the geometry of GeoJSON for the only point that is to be filled', () => {
    const point = (name: string) => ({ ...text(name), type: 'point' as const });
    expect(mapped(['geometry', 'a'], dataset([text('a'), point('place')]))).toEqual(['a<1 exact_name', 'place<0 alias']);
    expect(mapped(['geometry'], dataset([point('place'), point('home')]))).toEqual([]);
    expect(mapped(['geometry', 'home'], dataset([point('place'), point('home')]))).toEqual(['place<0 alias', 'home<1 exact_name']);
  });

  it('lists fields in the order of the dataset, and the columns that feed none', () => {
    const proposal = proposeMapping(['z', 'b', 'y', 'a'], dataset([text('a'), text('b')]), []);
    expect(proposal.mapping.map(({ field }) => field)).toEqual(['a', 'b']);
    expect(proposal.unmapped).toEqual([0, 2]);
  });

  it('leaves a name that fits two columns or two fields to the operator', () => {
    expect(mapped(['Name', 'NAME'], dataset([text('name')]))).toEqual([]);
    expect(mapped(['x'], dataset([text('a', { aliases: ['x'] }), text('b', { aliases: ['X'] })]))).toEqual([]);
    // The exact name decides before the folded one is asked.
    expect(mapped(['name', 'NAME'], dataset([text('name')]))).toEqual(['name<0 exact_name']);
  });

  it('gives a column to one field only, and lets the operator take it from another', () => {
    expect(mapped(['a'], dataset([text('a'), text('b')]), [{ columns: ['a'], field: 'b' }])).toEqual(['b<0 operator']);
  });

  it('makes a point of two columns, derives keys by itself, and never writes a field that fills itself', () => {
    const definition = dataset([{ name: 'place', type: 'point' }, text('id', { hashOf: ['a'], key: true }), text('a'), text('gen', { readOnly: true })]);
    expect(mapped(['lat', 'lon', 'a', 'gen', 'id'], definition, [{ columns: ['lat', 'lon'], field: 'place' }])).toEqual(['place<0+1 operator', 'id< derived', 'a<2 exact_name']);
  });

  it.each([
    ['the dataset has no such field', [{ columns: ['a'], field: 'nope' }], 1],
    ['the file has no such column, or more than one', [{ columns: ['a'], field: 'a' }, { columns: ['SECRET HEADER'], field: 'b' }], 2],
    ['the field is named twice', [{ columns: ['a'], field: 'a' }, { columns: ['b'], field: 'a' }], 2],
    ['only a point takes two columns', [{ columns: ['a', 'b'], field: 'a' }], 1],
    ['the field is filled by itself', [{ columns: ['a'], field: 'gen' }], 1],
  ])('refuses an entry because %s, naming the entry and the field, never a header', (why, entries, entry) => {
    const definition = dataset([text('a'), text('b'), text('gen', { readOnly: true })]);
    const { code, place, message } = refusal(() => proposeMapping(['a', 'b'], definition, entries));
    expect([code, place]).toEqual(['MAPPING_INVALID', { entry, field: entries[entry - 1]?.field }]);
    expect(message).toContain(why);
    expect(message).not.toContain('SECRET');
  });

  it('maps every column at most once and every field at most once, whatever the names', () => {
    const name = fc.constantFrom('a', 'A', 'b', 'B ', 'c', 'a b', 'a_b', 'AB', 'é', 'e', '');
    fc.assert(fc.property(fc.array(name, { maxLength: 8 }), fc.uniqueArray(name.filter((each) => each !== ''), { minLength: 1, maxLength: 6 }), fc.array(name.filter((each) => each !== ''), { maxLength: 2 }), (columns, fields, aliases) => {
      const { mapping, unmapped } = proposeMapping(columns, dataset(fields.map((field) => text(field, { aliases }))), []);
      const used = mapping.flatMap((entry) => entry.columns);
      expect(new Set(used).size).toBe(used.length);
      expect(new Set(mapping.map((entry) => entry.field)).size).toBe(mapping.length);
      expect([...used, ...unmapped].sort((a, b) => a - b)).toEqual(columns.map((_, index) => index));
    }), { numRuns: 1000 });
  });
});

describe('a mapping before anything is staged', () => {
  const definition = dataset([text('id', { required: true, key: true }), text('name', { required: true }), text('made', { required: true, hasDefault: true }), text('note')]);
  const by = (...fields: readonly string[]) => fields.map((field, index) => ({ field, columns: [index], by: 'exact_name' as const }));
  const check = (fields: readonly string[], more: Partial<Parameters<typeof checkMapping>[1]> = {}) => () => { checkMapping(definition, { mapping: by(...fields), key: ['id'], mode: 'upsert', ...more }); };

  it('is enough when the key and every required field have a source; a default is a source', () => { expect(check(['id', 'name'])).not.toThrow(); });
  it('names all fields that have none', () => { expect(refusal(check(['note']))).toMatchObject({ code: 'MAPPING_REQUIRED_MISSING', place: { fields: ['id', 'name'] } }); });
  it('needs only the key to update records that are there', () => {
    expect(check(['id', 'note'], { mode: 'update' })).not.toThrow();
    expect(refusal(check(['note'], { mode: 'update' }))).toMatchObject({ place: { fields: ['id'] } });
  });
  it('refuses a file none of whose columns is known', () => { expect(refusal(check([])).code).toBe('MAPPING_EMPTY'); });
  it('refuses a key that the dataset does not have, and a mode that needs one', () => {
    expect(refusal(check(['id', 'name'], { key: ['nope'] }))).toMatchObject({ code: 'OPTION_INVALID', place: { field: 'nope' } });
    expect(refusal(check(['id', 'name'], { key: [] }))).toMatchObject({ code: 'MODE_NEEDS_KEY', place: { mode: 'upsert' } });
    expect(check(['id', 'name'], { key: [], mode: 'append' })).not.toThrow();
  });
  it('refuses a derived key that would be made of nothing', () => {
    const derived = dataset([text('id', { hashOf: ['a', 'b'], key: true }), text('a'), text('b'), text('c')]);
    const choice = (field: string) => ({ mapping: [{ field: 'id', columns: [], by: 'derived' as const }, { field, columns: [0], by: 'exact_name' as const }], key: ['id'], mode: 'upsert' as const });
    expect(refusal(() => { checkMapping(derived, choice('c')); })).toMatchObject({ code: 'MAPPING_REQUIRED_MISSING', place: { fields: ['a', 'b'] } });
    expect(() => { checkMapping(derived, choice('b')); }).not.toThrow();
  });
});

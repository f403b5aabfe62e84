import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasetDefinitionSchema, type DatasetDefinition } from '../../contracts/dataset-definition.ts';
import { assign } from '../../core/mapping/assign.ts';
import { isIban, isImoNumber, isMmsi, isVin } from '../../core/mapping/check-digits.ts';
import { profileColumn } from '../../core/mapping/column-profile.ts';
import { confirmationsOf, saidByOperator } from '../../core/mapping/confirmed-names.ts';
import { isCountryCode, isCountryName } from '../../core/mapping/country-texts.ts';
import { phrasesOfDescription } from '../../core/mapping/describe-phrases.ts';
import { describeProposal } from '../../core/mapping/describe-proposal.ts';
import { expectations } from '../../core/mapping/expectation.ts';
import { foldWords } from '../../core/mapping/fold-words.ts';
import { joinEvidence } from '../../core/mapping/join-evidence.ts';
import { matchShares } from '../../core/mapping/match-shares.ts';
import { unitsOfName } from '../../core/mapping/name-units.ts';
import { nearWords } from '../../core/mapping/near-words.ts';
import { proposeByEvidence, type SourceColumn } from '../../core/mapping/propose-by-evidence.ts';
import { proposeMapping } from '../../core/mapping/propose-mapping.ts';
import { readableShare } from '../../core/mapping/readable-share.ts';
import { valueFit } from '../../core/mapping/value-fit.ts';
import { shapesOf } from '../../core/mapping/value-shapes.ts';

const dataset = (fields: readonly object[], more: object = {}): DatasetDefinition => datasetDefinitionSchema.parse({ name: 'people', description: 'Persons, one row each.', ...more, fields });
const column = (name: string, ...cells: readonly string[]): SourceColumn => ({ name, cells });
const fieldsOf = (columns: readonly SourceColumn[], definition: DatasetDefinition, named = true): readonly (string | null)[] =>
  proposeByEvidence({ columns, definition, named }).columns.map(({ field }) => field);

const emails = ['a@example.org', 'b.c@example.com', 'dd@mail.example', 'x@y.example', 'q.w@e.example'];
const names = ['Anna Smith', 'Jean Dupont', 'Maria Lopez', 'Rui Alves', 'Uwe Brandt'];
const days = ['1980-02-03', '1979-12-31', '2001-07-15', '1966-01-09', '1990-10-10'];
const countries = ['Spain', 'France', 'Portugal', 'Germany', 'Spain'];
const phones = ['+44 7700 900184', '+48 601 555 017', '+49 170 5550142', '+351 912 555 890', '+47 905 55 311'];
const ids = ['K-1001', 'K-1002', 'K-1003', 'K-1004', 'K-1005'];

const people = dataset([
  { name: 'person_id', type: 'code', key: true, description: 'Identifier in the source.' }, { name: 'full_name', type: 'text', required: true, description: 'Whole name.' },
  { name: 'birth_date', type: 'date', description: 'Date of birth.' }, { name: 'nationality', type: 'country', description: 'Nationality or citizenship.' },
  { name: 'email', type: 'email', description: 'E-mail address.' }, { name: 'phone', type: 'phone', description: 'Telephone number.' }, { name: 'occupation', type: 'text', description: 'Occupation or office held.' },
]);

describe('the words of a name', () => {
  it.each([
    ['dateOfBirth', 'date birth'], ['FECHA_DE_NACIMIENTO', 'fecha nacimiento'], ['Numéro d’immatriculation', 'numero immatriculation'], ['PreviousName_1.CompanyName', 'previous name 1 company name'],
    ['USt-IdNr.', 'ust id nr'], ['D.O.B.', 'dob'], ['Straße', 'strasse'], ['of the', 'of the'],
  ])('%j are %j', (name, words) => { expect(foldWords(name).join(' ')).toBe(words); });

  it.each([
    ['dob', 'birth date'], ['Geburtsdatum', 'birth date'], ['fecha nac', 'birth date'], ['razão social', 'official name'], ['kfz-kennzeichen', 'registration plate'], ['streetaddress', 'street address'], ['Breitengrad', 'latitude'], ['passeport', 'passport'], ['Weapons', 'weapon'],
  ])('%j mean %j', (name, meaning) => { expect(unitsOfName(name).flatMap(({ meanings }) => meanings.map((each) => each.join(' ')))).toContain(meaning); });

  it('leave notes about the form out, and numbers in', () => {
    expect(unitsOfName('Birth date (dd/mm/yyyy)').map(({ text }) => text)).toEqual(['birth date']);
    expect(unitsOfName('Name 2').map(({ kind }) => kind)).toEqual(['term', 'number']);
  });

  it.each([['description', 'desc', 0.6], ['reported', 'rptd', 0.6], ['municipality', 'municipalty', 0.8], ['status', 'statute', 0], ['ab', 'ac', 0]])('%j and %j are near by at least %d', (left, right, least) => {
    if (least === 0) expect(nearWords(left, right)).toBe(0); else expect(nearWords(left, right)).toBeGreaterThanOrEqual(least);
    expect(nearWords(right, left)).toBe(nearWords(left, right));
  });

  it('of a description are the names that it gives', () => {
    expect(phrasesOfDescription('Police district, precinct or beat responsible for the place.')).toEqual(['Police district', 'precinct', 'beat']);
    expect(phrasesOfDescription('Hull, chassis (VIN) or airframe serial number.')).toEqual(['Hull', 'chassis', 'airframe serial number', 'VIN']);
    expect(phrasesOfDescription('')).toEqual([]);
  });
});

describe('a value', () => {
  it.each([
    ['2021-03-04', 'date'], ['04.03.2021 12:30', 'date_time'], ['20210304', 'date'], ['2021-03', 'year_month'], ['12:30:00', 'time'], ['a@example.org', 'email'], ['https://example.org/x', 'url'], ['+44 7700 900184', 'phone'],
    ['(41.88, -87.62)', 'pair'], ['9187667', 'imo'], ['Germany', 'country_name'], ['DE', 'country_code'], ['LS10 2RU', 'postal'], ['18 Wharf Lane', 'street'], ['Harbour Lines Ltd', 'organisation'], ['SMITH, John', 'person'],
    ['DE89 3704 0044 0532 0130 00', 'iban'], ['WVWZZZ1JZXW000001', 'vin'], ['T2EM4', 'call_sign'], ['febrero', 'month_word'], ['silber', 'colour'], ['41.815117', 'fine_decimal'], ['1.234,56', 'decimal'], ['CA', 'state_code'],
  ])('%j has the shape %s', (value, shape) => { expect(shapesOf(value)).toContain(shape); });

  it('proves itself by check digits where it can', () => {
    expect([isImoNumber('9187667'), isImoNumber('9187668'), isMmsi('256843000'), isMmsi('956843000'), isIban('DE89370400440532013000'), isIban('DE89370400440532013001'), isVin('WVWZZZ1JZXW00000I')])
      .toEqual([true, false, true, false, true, false, false]);
  });
  it('is a country in five languages, and no country of ours when it is a word', () => {
    expect(['Alemania', 'Royaume-Uni', 'Deutschland', 'Estados Unidos', 'Espanha'].map(isCountryName)).toEqual([true, true, true, true, true]);
    expect([isCountryName('Leeds'), isCountryCode('QQ'), isCountryCode('ESP')]).toEqual([false, false, true]);
  });
  it('never stops a shape from being looked for, whatever it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), (text) => { expect(Array.isArray(shapesOf(text))).toBe(true); }), { numRuns: 500 });
  });
});

describe('the evidence of values', () => {
  const fits = (expects: (typeof expectations)[number], cells: readonly string[]): number => valueFit({ expects, takesCodes: false }, profileColumn(cells)).evidence;
  it.each([
    ['email', emails, names], ['date', days, names], ['country', countries, names], ['phone', phones, days], ['person', names, ids], ['key', ids, ['a', 'a', 'a', 'b', 'b']], ['boolean', ['Y', 'N', 'Y', 'Y', 'N'], names],
    ['year', ['1999', '2001', '2010', '2020', '1987'], ['12', '15', '9', '1', '3']], ['latitude', ['41.8812', '41.9001', '41.7777', '41.6523', '41.8888'], ['441.8', '812.5', '100.2', '99.1', '200.5']],
    ['address', ['18 Wharf Lane', 'Am Markt 4', '9 rue du Port', '3 Mill Road', '7 Elm St'], ['12', '14', '15', '16', '17']], ['url', ['https://a.example', 'https://b.example', 'www.c.example', 'https://d.example', 'https://e.example'], emails],
  ] as const)('for %s is good where they are, and bad where they are not', (expects, good, bad) => {
    expect(fits(expects, good)).toBeGreaterThan(0.5);
    expect(fits(expects, bad)).toBeLessThan(0);
  });
  it('of links to one place are no websites of many', () => {
    expect(fits('url', ids.map((id) => `https://register.example/company/${id}`))).toBeLessThan(0);
  });
  it('is nothing where there is no value, and no number is beyond reason', () => {
    for (const expects of expectations) {
      expect(fits(expects, ['', 'NULL', '-0-'])).toBe(0);
      expect(Math.abs(fits(expects, names))).toBeLessThanOrEqual(5);
    }
  });
});

describe('a proposal', () => {
  it('finds fields under foreign names by names and values', () => {
    const columns = [column('Nr.', ...ids), column('Nombre completo', ...names), column('Geburtsdatum', ...days), column('Nationalité', ...countries), column('Courriel', ...emails), column('Telemóvel', ...phones)];
    expect(fieldsOf(columns, people)).toEqual(['person_id', 'full_name', 'birth_date', 'nationality', 'email', 'phone']);
  });
  it('finds them by values alone where the file has no names', () => {
    expect(fieldsOf([column('', ...ids), column('', ...names), column('', ...days), column('', ...countries), column('', ...emails)], people, false)).toEqual(['person_id', 'full_name', 'birth_date', 'nationality', 'email']);
  });
  it('does not take consent for an address, nor an expiry for a number', () => {
    const definition = dataset([{ name: 'email', type: 'email' }, { name: 'passport_number', type: 'code' }]);
    expect(fieldsOf([column('Email consent', 'Y', 'N', 'Y', 'Y', 'N'), column('Passport expiry', ...days)], definition)).toEqual([null, null]);
  });
  it('gives a text the words that stand beside their codes', () => {
    const definition = dataset([{ name: 'status', type: 'text' }], { name: 'cases', description: 'Cases.' });
    expect(fieldsOf([column('Status Cd', 'A', 'B', 'A', 'A', 'B'), column('Status Desc', 'Case open', 'Case closed', 'Case open', 'Case open', 'Case closed')], definition)).toEqual([null, 'status']);
  });
  it('takes a key without asking only when its values agree', () => {
    const key = dataset([{ name: 'person_id', type: 'code', key: true }]);
    const auto = (cells: readonly string[]): boolean | undefined => proposeByEvidence({ columns: [column('person id', ...cells)], definition: key, named: true }).columns[0]?.auto;
    expect(auto(ids)).toBe(true);
    expect(auto(['1', '1', '1', '1', '2', '2', '2', '1', '1', '1'])).toBe(false);
    expect(auto([])).toBe(false);
  });
  it('counts what the dataset holds and what an enum allows', () => {
    const definition = dataset([{ name: 'a', type: 'text' }, { name: 'b', type: 'enum', values: ['rot', 'blau'] }]);
    const columns = [column('q', 'x1', 'x2', 'x1', 'x2', 'x1', 'x2'), column('w', 'rot', 'blau', 'rot', 'rot', 'blau', 'rot')];
    const { columns: [first, second] } = proposeByEvidence({ columns, definition, named: false, held: new Map([['a', new Set(['x1', 'x2'])]]) });
    expect([first?.field, second?.field]).toEqual(['a', 'b']);
    expect(second?.candidates[0]?.reasons.join()).toContain('100 % of the values are ones that the field allows');
  });
  it('gives a column that lost its field to another one no field that it fits much less', () => {
    const definition = dataset([{ name: 'incident_id', type: 'code', key: true, description: 'Case number.' }, { name: 'offence_code', type: 'code', description: 'Code of the offence.' }], { name: 'incidents', description: 'Incidents.' });
    const given = fieldsOf([column('ID', '101', '102', '103', '104', '105'), column('Case Number', ...ids)], definition);
    expect(given.filter((field) => field === 'incident_id').length).toBe(1);
    expect(given).not.toContain('offence_code');
  });
  it('tells siblings apart by the word that only one of them has', () => {
    const definition = dataset([{ name: 'occurred_at', type: 'timestamp' }, { name: 'occurred_until', type: 'timestamp' }], { name: 'incidents', description: 'Incidents.' });
    expect(fieldsOf([column('Fecha hecho', ...days)], definition)).toEqual(['occurred_at']);
    expect(fieldsOf([column('Occurred until', ...days), column('Occurred', ...days)], definition)).toEqual(['occurred_until', 'occurred_at']);
  });
  it('counts what an operator said before: from the same partner it is taken, unless the values speak against it', () => {
    const propose = (cells: readonly string[], samePartner: boolean) =>
      proposeByEvidence({ columns: [column('Qz-z', ...cells)], definition: people, named: true, confirmed: confirmationsOf([{ columns: ['qzz'], field: 'birth_date', samePartner }]) }).columns[0];
    expect(propose(days, true)).toMatchObject({ field: 'birth_date', auto: true });
    expect(propose(days, false)).toMatchObject({ field: 'birth_date', auto: false });
    expect(propose(names, true)?.field).not.toBe('birth_date');
    expect(propose(days, true)?.candidates[0]?.reasons[0]).toBe('an operator mapped a column of this name to it before, of the same partner');
  });
  it('is nothing for a file without rows, fields or names', () => {
    expect(fieldsOf([column('')], people, false)).toEqual([null]);
    expect(fieldsOf([], people)).toEqual([]);
  });
  it('leaves a file that is too wide to weigh to its names', () => {
    const wide = Array.from({ length: 1_500 }, (_, index) => column(`c${index}`, '1'));
    const definition = dataset(Array.from({ length: 1_500 }, (_, index) => ({ name: `f${index}`, type: 'text' })));
    expect(fieldsOf(wide, definition).every((field) => field === null)).toBe(true);
  });
});

describe('columns that make a field together', () => {
  const combined = (columns: readonly SourceColumn[], fields: readonly object[]): Readonly<Record<string, readonly string[]>> =>
    describeProposal(columns.map(({ name }) => name), proposeByEvidence({ columns, definition: dataset(fields, { name: 'cases', description: 'Incidents.' }), named: true })).combine;
  it('are a date and its time', () => {
    expect(combined([column('Unfalldatum', ...days), column('Unfallzeit', '10:20', '11:30', '23:59', '00:10', '08:08')], [{ name: 'occurred_at', type: 'timestamp', required: true }])).toEqual({ occurred_at: ['Unfalldatum', 'Unfallzeit'] });
  });
  it('are a day, a month and a year', () => {
    expect(combined([column('month', '1', '2', '3', '4', '12'), column('day', '3', '14', '28', '30', '9'), column('year', '2001', '2002', '2003', '2010', '2020')], [{ name: 'occurred_at', type: 'timestamp', required: true }])).toEqual({ occurred_at: ['month', 'day', 'year'] });
  });
  it('are a latitude and a longitude, where the dataset has one point for both', () => {
    const columns = [column('Latitud', '41.8812', '41.9001', '41.7777', '41.6523', '41.8888'), column('Longitud', '-3.7123', '-3.6001', '-3.7777', '-3.6523', '-3.8888')];
    expect(combined(columns, [{ name: 'location', type: 'point' }])).toEqual({ location: ['Latitud', 'Longitud'] });
    expect(combined(columns, [{ name: 'location', type: 'point' }, { name: 'latitude', type: 'number' }, { name: 'longitude', type: 'number' }])).toEqual({});
  });
  it('are a street and its number', () => {
    expect(combined([column('Calle', 'Calle Mayor', 'Avenida del Sol', 'Plaza Real', 'Calle Luna', 'Calle Norte'), column('Número', '1', '12', '7', '4', '33')], [{ name: 'address', type: 'text', description: 'Street address.' }])).toEqual({ address: ['Calle', 'Número'] });
  });
  it('are a first and a last name, where the dataset has one field for both', () => {
    const columns = [column('First name', 'Anna', 'Jean', 'Maria', 'Rui', 'Uwe'), column('Surname', 'Smith', 'Dupont', 'Lopez', 'Alves', 'Brandt')];
    expect(combined(columns, [{ name: 'full_name', type: 'text', description: 'Whole name of the person.' }])).toEqual({ full_name: ['First name', 'Surname'] });
  });
});

describe('what is remembered of an operator', () => {
  const mapping = [{ field: 'a', columns: [0], by: 'operator' as const }, { field: 'b', columns: [1], by: 'alias' as const }, { field: 'c', columns: [2], by: 'operator' as const }, { field: 'd', columns: [0, 1], by: 'operator' as const }];
  const parse = (header: boolean) => ({ format: 'csv' as const, encoding: 'utf-8' as const, columns: ['Ref. No.', 'x', 'column_3'], dataStartByte: 0, dataStartLine: 1, delimiter: ',', quote: '"', escape: 'double' as const, preambleLines: 0, header });
  it('are the folded names of the columns in their order and what is done with them, where the file has names', () => {
    const bare = { transforms: null, dateOrder: null, beside: null }, join = [{ fn: 'join' as const, separator: ' ' }], constant = [{ fn: 'constant' as const, value: 'x' }];
    expect(saidByOperator(mapping, parse(true))).toEqual([{ ...bare, columns: ['refno'], field: 'a' }, { ...bare, columns: ['refno', 'x'], field: 'd' }]);
    expect(saidByOperator([{ field: 'd', columns: [1, 0], transforms: join, by: 'operator' }, { field: 'e', columns: [], transforms: constant, by: 'operator' }], parse(true)))
      .toEqual([{ ...bare, columns: ['x', 'refno'], field: 'd', transforms: join }, { ...bare, columns: [], field: 'e', transforms: constant, beside: ['x', 'refno'] }]);
    expect(saidByOperator(mapping, parse(true), [0])).toContainEqual({ ...bare, columns: ['refno'], field: '' });
    expect(saidByOperator(mapping, parse(false))).toEqual([]);
  });
});

describe('the answer', () => {
  it('names columns by header, or by place where the header is missing or stands twice', () => {
    const answer = describeProposal(['a', '', 'b', 'b'], {
      columns: [0, 1, 2, 3].map((index) => ({ column: index, field: index === 1 ? null : `f${index}`, confidence: 0.5, auto: index === 0, fillRate: 1, support: 0, candidates: [] })), combine: [],
    });
    expect(answer).toEqual({ mapping: { a: 'f0', '#3': 'f2', '#4': 'f3' }, confidence: { a: 0.5, '#3': 0.5, '#4': 0.5 }, auto: { a: true, '#3': false, '#4': false }, combine: {}, unmapped: ['#2'] });
  });
});

describe('an import', () => {
  const join = (columns: readonly SourceColumn[], definition = people) => joinEvidence({ names: proposeMapping(columns.map(({ name }) => name), definition, []), sampled: { columns, named: true }, definition, zone: 'UTC' });
  it('takes by evidence what names leave, and never what a name has taken', () => {
    const { mapping, unmapped } = join([column('person_id', ...ids), column('Nom complet', ...names), column('email', ...names), column('Correo electrónico', ...emails), column('zzz', 'q', 'w', 'e', 'r', 't')]);
    expect(mapping.map(({ field, columns, by }) => [field, columns, by])).toEqual([['person_id', [0], 'exact_name'], ['full_name', [1], 'evidence'], ['email', [2], 'exact_name']]);
    expect(mapping[1]?.confidence).toBeGreaterThan(0.6);
    expect(unmapped.map(({ column: at }) => at)).toEqual([3, 4]);
  });
  it('leaves a column whose values the field would refuse, and says that it may be it', () => {
    const { mapping, open } = join([column('person_id', ...ids), column('Geburtsdatum', '1980-02-31', ...days.slice(1))]);
    expect(mapping.map(({ field }) => field)).toEqual(['person_id']);
    expect(open.find(({ field }) => field === 'birth_date')?.columns).toEqual([1]);
  });
  it('counts what a field reads as its reader does', () => {
    const [idField, , birthField] = people.fields;
    if (idField === undefined || birthField === undefined) return;
    expect(readableShare({ field: birthField, cells: [['1980-02-03', '', '31/02/1980', 'x']], zone: 'UTC' })).toBeCloseTo(1 / 3);
    expect(readableShare({ field: idField, cells: [[]], zone: 'UTC' })).toBe(1);
  });
});

describe('an assignment', () => {
  const gainsOf = (most: number) => fc.integer({ min: 1, max: most }).chain((width) => fc.array(fc.array(fc.integer({ min: -5, max: 9 }), { minLength: width, maxLength: width }), { minLength: 1, maxLength: most }));
  const total = (gains: readonly (readonly number[])[], assigned: readonly (number | null)[]): number => assigned.reduce<number>((sum, at, row) => sum + (at === null ? 0 : gains[row]?.[at] ?? 0), 0);
  const best = (gains: readonly (readonly number[])[], row = 0, used: ReadonlySet<number> = new Set()): number => {
    if (row === gains.length) return 0;
    return Math.max(best(gains, row + 1, used), ...(gains[row] ?? []).map((gain, at) => (used.has(at) ? -Infinity : gain + best(gains, row + 1, new Set([...used, at])))));
  };
  it('is one to one, never at a loss, and as good as any', () => {
    fc.assert(fc.property(gainsOf(5), (gains) => {
      const assigned = assign(gains);
      const taken = assigned.filter((at) => at !== null);
      expect(new Set(taken).size).toBe(taken.length);
      assigned.forEach((at, row) => { if (at !== null) expect(gains[row]?.[at]).toBeGreaterThan(0); });
      expect(total(gains, assigned)).toBe(best(gains));
    }), { numRuns: 300 });
  });
  it('is weighed by shares that no column and no field exceeds', () => {
    fc.assert(fc.property(gainsOf(6), (evidence) => {
      const shares = matchShares(evidence);
      for (const row of shares) expect(row.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(1.01);
      (shares[0] ?? []).forEach((_, at) => { expect(shares.reduce((sum, row) => sum + (row[at] ?? 0), 0)).toBeLessThanOrEqual(1.01); });
    }), { numRuns: 200 });
  });
});

describe('proposals, whatever the file', () => {
  const pool = [column('Nr.', ...ids), column('nombre completo', ...names), column('geburts datum', ...days), column('nationalité', ...countries), column('courriel', ...emails), column('zzz qqq', 'u', 'v', 'w', 'x', 'y')];
  const order = fc.shuffledSubarray(pool, { minLength: 1 });

  it('do not depend on the order of the columns', () => {
    fc.assert(fc.property(order, (columns) => {
      const forward = proposeByEvidence({ columns, definition: people, named: true }).columns, backward = proposeByEvidence({ columns: columns.toReversed(), definition: people, named: true }).columns.toReversed();
      expect(backward.map(({ field, auto }) => [field, auto])).toEqual(forward.map(({ field, auto }) => [field, auto]));
    }), { numRuns: 40 });
  });
  it('are no worse for another case or other separators in the names', () => {
    const styles: readonly ((name: string) => string)[] = [(name) => name.toUpperCase(), (name) => name.replaceAll(' ', '_'), (name) => ` ${name.replaceAll(' ', '-')} `, (name) => name.replace(/ (\p{L})/gu, (_, letter: string) => letter.toUpperCase())];
    fc.assert(fc.property(order, fc.constantFrom(...styles), (columns, style) => {
      const plain = proposeByEvidence({ columns, definition: people, named: true }).columns, styled = proposeByEvidence({ columns: columns.map(({ name, cells }) => ({ name: style(name), cells })), definition: people, named: true }).columns;
      plain.forEach(({ field, confidence }, at) => { if (field !== null) { expect(styled[at]?.field).toBe(field); expect(styled[at]?.confidence).toBeGreaterThanOrEqual(confidence - 1e-6); } });
    }), { numRuns: 40 });
  });
  it('are one to one, and say nothing of a value in their reasons', () => {
    const marked = fc.array(fc.tuple(fc.constantFrom('name', 'id', 'fecha', 'zzz', ''), fc.array(fc.string({ minLength: 1, maxLength: 12 }).map((text) => `${text}☂secret`), { minLength: 3, maxLength: 8 })), { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(marked, fc.boolean(), (rows, named) => {
      const proposal = proposeByEvidence({ columns: rows.map(([name, cells]) => column(name, ...cells)), definition: people, named });
      const taken = proposal.columns.flatMap(({ field }) => field ?? []);
      expect(new Set(taken).size).toBe(taken.length);
      expect(JSON.stringify(proposal)).not.toContain('secret');
    }), { numRuns: 100 });
  });
});

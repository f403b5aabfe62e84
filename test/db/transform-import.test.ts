/** Transforms and value maps through detection, planning, staging and commit on a real database. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDetectSource } from '../../activities/detect-source.ts';
import { createPlanImport } from '../../activities/plan-import.ts';
import { previewMappingOf } from '../../api/mapping/preview-mapping-of.ts';
import { parsePreviewRequest } from '../../api/mapping/parse-preview-request.ts';
import { localOperator } from '../../contracts/actor.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import type { ImportRequestInput } from '../../contracts/import-request.ts';
import { archiveKey } from '../../storage/storage-keys.ts';
import { ImportBench, shortBooks } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open({ chunkBytes: 300 }); });
afterAll(() => bench.close());

const codeOf = async (work: Promise<unknown>): Promise<string> => work.then(() => 'accepted', (error: unknown) => {
  if (isWaybillError(error)) return `${error.code} ${JSON.stringify(error.place)}`;
  throw error;
});

const header = 'Folio;Apellidos y nombre;Fecha del hecho;Monto estimado;Detenido;Situación;Teléfono;Latitud;Longitud;País;Altura (pies);Año nac.;Mes nac.;Día nac.;Calle;Número;Observaciones';
const rows = [
  '0001;GARCÍA LÓPEZ, Ana ;31/12/2023;1.234,56 €;Sí;Abierto;55 1234 5678;19°25\'58"N;99°08\'00"O;México;6,1;1985;abr;12;Calle   Mayor;5;  visto ',
  '0002;Pérez, Íñigo;1 de enero de 2024;(500,00);No;CERRADO;(+52) 33 3641 0001;20°40\'N;103°20\'O;España;5,5;1990;;;Av. Juárez;;',
  '0003;Núñez, María;31/02/2024;12,50;Sí;Abierto;55 1234 5678;19.4;-99.1;FRA;;;;;;;',
  '0004;Muñoz, José;05/06/2024;1.5;quizás;en curso;123;-99.1;19.4;Atlantis;seis;1985;13;1;;;',
  '0005;"Gómez; de la Cruz, Luz";05/06/2024;;;;;;;Alemania;;;;;;;"dos\nlíneas"',
];
const latin1 = (lines: readonly string[]): Buffer => Buffer.from(`${[header, ...lines].join('\r\n')}\r\n`.replaceAll('€', '\u0080'), 'latin1');

const map: NonNullable<ImportRequestInput['map']> = [
  { columns: ['Folio'], field: 'folio' },
  { columns: ['Apellidos y nombre'], field: 'family', transforms: [{ fn: 'name', part: 'family', by: 'auto' }, { fn: 'title' }] },
  { columns: ['#2'], field: 'given', transforms: [{ fn: 'name', part: 'given', by: 'auto' }] },
  { columns: ['Fecha del hecho'], field: 'happened', transforms: [{ fn: 'date', formats: ['DD/MM/YYYY', 'D [de] MMMM [de] YYYY'] }] },
  { columns: ['Monto estimado'], field: 'amount', transforms: [{ fn: 'number', decimal: ',', percent: 'refuse', currency: ['€'] }] },
  { columns: ['Detenido'], field: 'arrested', transforms: [{ fn: 'boolean' }] },
  { columns: ['Situación'], field: 'status', transforms: [{ fn: 'map', table: { abierto: 'open', cerrado: 'closed' }, unknown: 'quarantine', fold: true }] },
  { columns: ['Teléfono'], field: 'phone', transforms: [{ fn: 'phone', country: 'MX' }] },
  { columns: ['Latitud', 'Longitud'], field: 'place', transforms: [{ fn: 'coordinates', form: 'auto', order: 'latlon' }] },
  { columns: ['País'], field: 'country', transforms: [{ fn: 'country', to: 'alpha2' }] },
  { columns: ['Altura (pies)'], field: 'height', transforms: [{ fn: 'number', decimal: ',', percent: 'refuse' }, { fn: 'units', from: 'ft', to: 'm' }] },
  { columns: ['Año nac.', 'Mes nac.', 'Día nac.'], field: 'born', transforms: [{ fn: 'date_parts', order: ['year', 'month', 'day'], partial: true }] },
  { columns: ['Calle', 'Número'], field: 'address', transforms: [{ fn: 'collapse' }, { fn: 'join', separator: ' ' }] },
  { columns: ['Observaciones'], field: 'note', transforms: [{ fn: 'collapse' }, { fn: 'default', value: 'none' }] },
  { columns: [], field: 'source', transforms: [{ fn: 'constant', value: 'policía' }] },
];

let number = 0;
const table = async (): Promise<string> => {
  const name = `delitos_${number += 1}`;
  await bench.adopt(name, `create table app.${name} (folio text primary key, family text not null, given text, happened date, amount numeric(12,2), arrested boolean, status text check (status in ('open', 'closed')), phone text,
    place point, country text, height numeric, born text, address text, note text, source text not null)`);
  return name;
};
const stored = (name: string): Promise<readonly unknown[]> =>
  bench.sql(`select folio, family, given, happened::text, amount::text, arrested, status, phone, place::text, country, height::text, born, address, note, source from app.${name} order by folio`).then((found) => found.map((row) => Object.values(row)));

describe('a file of another country', () => {
  it('lands as clean records; what cannot be read is rejected with all its reasons, and nothing else', async () => {
    const name = await table();
    const job = await bench.load(name, latin1(rows), { map });
    expect((await bench.job(job.jobId)).detection?.options).toMatchObject({ encoding: 'windows-1252', delimiter: ';' });
    expect(shortBooks(job.books)).toEqual({ created: 3, quarantined: 2 });
    expect(await stored(name)).toEqual([
      ['0001', 'García López', 'Ana', '2023-12-31', '1234.56', true, 'open', '+525512345678', '(-99.133333333,19.432777778)', 'MX', '1.85928', '1985-04-12', 'Calle Mayor 5', 'visto', 'policía'],
      ['0002', 'Pérez', 'Íñigo', '2024-01-01', '-500.00', false, 'closed', '+523336410001', '(-103.333333333,20.666666667)', 'ES', '1.6764', '1990', 'Av. Juárez', 'none', 'policía'],
      ['0005', 'Gómez; De La Cruz', 'Luz', '2024-06-05', null, null, null, null, null, 'DE', null, null, null, 'dos líneas', 'policía'],
    ]);
    expect(await bench.found(job.jobId)).toEqual([
      '3 DATE_IMPOSSIBLE happened', '4 TRANSFORM_BOOLEAN_UNKNOWN arrested', '4 TRANSFORM_COORDINATES_SWAPPED place', '4 TRANSFORM_COUNTRY_UNKNOWN country', '4 TRANSFORM_DATE_PARTS born', '4 TRANSFORM_NUMBER_INVALID amount',
      '4 TRANSFORM_NUMBER_INVALID height', '4 TRANSFORM_PHONE_INVALID phone', '4 VALUE_UNKNOWN status',
    ]);
    const [, ...chunks] = await bench.numbers('select chunk_no from waybill.chunks where job_id = $1', [job.jobId]);
    expect(chunks.length).toBeGreaterThan(0);
  });

  it('is the same file again only with the same transforms', async () => {
    const name = await table();
    const { jobId } = await bench.load(name, latin1(rows), { map });
    expect(await codeOf(bench.stage(name, latin1(rows), { map }))).toBe(`SAME_FILE {"job":"${jobId}"}`);
    const changed = map.map((entry) => (entry.field === 'note' ? { ...entry, transforms: [{ fn: 'trim' as const }] } : entry));
    const again = await bench.load(name, latin1(rows), { map: changed });
    expect(shortBooks(again.books)).toEqual({ updated: 2, unchanged: 1, quarantined: 2 });
  });

  it('is previewed as it would be staged, with each issue at its cell', async () => {
    const name = await table();
    const staged = await bench.load(name, latin1(rows), { map });
    const { sourceSha256 } = await bench.job(staged.jobId);
    const spools = await bench.deps.storage.stat(archiveKey(sourceSha256 ?? ''));
    expect(spools).not.toBeNull();
    const preview = await previewMappingOf(bench.deps, localOperator, parsePreviewRequest({ sha256: sourceSha256, dataset: name, map, rows: 4 }));
    expect(preview.unmapped).toEqual([]);
    expect(preview.rows.map(({ accepted }) => accepted)).toEqual([true, true, false, false]);
    const cells = preview.rows[0]?.cells.map(({ field, before, after }) => `${field}: ${before.join(' + ')} → ${after ?? 'nothing'}`);
    expect(cells).toContain('place: 19°25\'58"N + 99°08\'00"O → (-99.133333333,19.432777778)');
    expect(cells).toContain('happened: 31/12/2023 → 2023-12-31');
    expect(cells).toContain('source:  → policía');
    expect(preview.rows[3]?.cells.flatMap(({ field, after, issues }) => issues.map(({ code }) => `${code} ${field} ${after ?? '-'}`))).toEqual([
      'TRANSFORM_NUMBER_INVALID amount -', 'TRANSFORM_BOOLEAN_UNKNOWN arrested -', 'VALUE_UNKNOWN status -', 'TRANSFORM_PHONE_INVALID phone -', 'TRANSFORM_COORDINATES_SWAPPED place -', 'TRANSFORM_COUNTRY_UNKNOWN country -',
      'TRANSFORM_NUMBER_INVALID height -', 'TRANSFORM_DATE_PARTS born -',
    ]);
    expect(await codeOf(previewMappingOf(bench.deps, { ...localOperator, roles: [] }, parsePreviewRequest({ sha256: sourceSha256, dataset: name, map })))).toMatch(/^FORBIDDEN/);
  });
});

describe('a preview', () => {
  it('reads any format, also one that is packed, and shows rows whose cells are lost', async () => {
    const name = `packed_${number += 1}`;
    await bench.adopt(name, `create table app.${name} (id integer primary key, name text)`);
    const map = [{ columns: ['who.first', 'who.last'], field: 'name', transforms: [{ fn: 'join' as const, separator: ' ' }] }];
    const preview = async (content: string | Buffer, rows: number) => {
      const { sourceSha256 } = await bench.job(await bench.receive(name, content));
      const { fields, rows: found } = await previewMappingOf(bench.deps, localOperator, parsePreviewRequest({ sha256: sourceSha256, dataset: name, map: typeof content === 'string' ? [] : map, rows }));
      return { fields: fields.map(({ field, columns, transforms }) => `${field}<${columns.join('+')} ${transforms.join('|')}`), rows: found.map(({ rowNo, accepted, cells, issues }) => [rowNo, accepted, ...cells.map(({ after }) => after), ...issues.map(({ code }) => code)]) };
    };
    const document = JSON.stringify({ data: [{ id: 1, who: { first: 'Ana', last: 'Ruiz' } }, { id: 'x', who: { first: 'Eva', last: null } }, { id: 3, who: { first: 'Luz', last: 'Gil' } }] });
    expect(await preview(gzipSync(document), 2)).toEqual({ fields: ['id<id ', 'name<who.first+who.last join'], rows: [[1, true, '1', 'Ana Ruiz'], [2, false, null, 'Eva']] });
    expect((await preview('id,name\n1,"a\tb\n\\N"\n2\n3,c\n', 10)).rows).toEqual([[1, true, '1', 'a\tb\n\\N'], [2, false, null, null, 'ROW_TOO_FEW_CELLS'], [3, true, '3', 'c']]);
  });
});

describe('codes that a value map does not know', () => {
  const statusMap = (unknown: 'block' | 'quarantine' | 'null' | 'keep' | 'set', value?: string): NonNullable<ImportRequestInput['map']> =>
    [{ columns: ['status'], field: 'status', transforms: [{ fn: 'map', table: { '1': 'open', '2': 'closed' }, unknown, fold: false, ...(value === undefined ? {} : { value }) }] }];
  const content = 'id,status\n1,1\n2,9\n3,\n4,2\n5,8\n';
  const codes = async (): Promise<string> => {
    const name = `codes_${number += 1}`;
    await bench.adopt(name, `create table app.${name} (id integer primary key, status text)`);
    return name;
  };
  it.each([
    ['quarantine', undefined, { created: 3, quarantined: 2 }, [[1, 'open'], [3, null], [4, 'closed']]],
    ['null', undefined, { created: 5 }, [[1, 'open'], [2, null], [3, null], [4, 'closed'], [5, null]]],
    ['keep', undefined, { created: 5 }, [[1, 'open'], [2, '9'], [3, null], [4, 'closed'], [5, '8']]],
    ['set', 'other', { created: 5 }, [[1, 'open'], [2, 'other'], [3, null], [4, 'closed'], [5, 'other']]],
  ] as const)('are treated as its policy says: %s', async (unknown, value, books, records) => {
    const name = await codes();
    expect(shortBooks((await bench.load(name, content, { map: statusMap(unknown, value) })).books)).toEqual(books);
    expect((await bench.sql(`select id, status from app.${name} order by 1`)).map((row) => Object.values(row))).toEqual(records);
  });
  it('stop the job before anything is written where it blocks, with fields and counts and no code', async () => {
    const name = await codes();
    expect(await codeOf(bench.stage(name, content, { map: statusMap('block') }))).toBe('VALUE_UNKNOWN_CODES {"fields":["status: 2"]}');
    expect(await bench.sql(`select from app.${name}`)).toEqual([]);
    expect((await bench.load(name, content.replace('9', '1').replace('8', '2'), { map: statusMap('block') })).books).toMatchObject({ created: 5 });
  });
});

describe('dates and keys behind transforms', () => {
  it('have the order of day and month judged on what the transforms give', async () => {
    const name = `days_${number += 1}`;
    await bench.adopt(name, `create table app.${name} (id integer primary key, day date)`);
    const map = [{ columns: ['day'], field: 'day', transforms: [{ fn: 'extract' as const, pattern: '\\d+/\\d+/\\d+', unmatched: 'quarantine' as const }] }];
    await bench.load(name, 'id,day\n1,el 03/04/2024\n2,el 25/04/2024\n3,el 01/02/2024\n', { map });
    expect((await bench.sql(`select day::text from app.${name} order by id`)).map((row) => row['day'])).toEqual(['2024-04-03', '2024-04-25', '2024-02-01']);
  });

  const dayOrMonthFirst = { fn: 'date' as const, formats: ['DD/MM/YYYY', 'MM/DD/YYYY'] };

  it('are told apart by the whole column where two formats of a step read them differently: the chunks are staged again under a second epoch', async () => {
    // The samples are taken at the start, the middle and the end: what decides stands between them.
    const day = (row: number): string => (row === 30_000 ? '12/25/2024' : `0${1 + row % 9}/0${1 + (row * 7) % 9}/2024`);
    const big = await ImportBench.open({ chunkBytes: 256 * 1024 });
    try {
      await big.adopt('stepped', 'create table app.stepped (id int primary key, day date, year text)');
      const map = [{ columns: ['day'], field: 'day', transforms: [dayOrMonthFirst] }, { columns: ['again'], field: 'year', transforms: [dayOrMonthFirst, { fn: 'replace' as const, pattern: '-', with: '.', first: false }] }];
      const content = `id,day,again\n${Array.from({ length: 100_000 }, (_, row) => `${row},${day(row)},${day(row)}`).join('\n')}\n`;
      const job = await big.load('stepped', content, { map });
      expect(job.planEpoch).toBe(2);
      expect(shortBooks(job.books)).toEqual({ created: 100_000 });
      expect(await big.sql('select day::text, year from app.stepped where id in (1, 30000) order by id')).toEqual([{ day: '2024-02-08', year: '2024.02.08' }, { day: '2024-12-25', year: '2024.12.25' }]);
      const { mapping } = (await big.job(job.jobId)).mappingReport as { readonly mapping: readonly { readonly field: string; readonly date?: unknown }[] };
      expect(mapping.filter(({ field }) => field !== 'id').map(({ date }) => date)).toEqual([{ order: 'mdy', source: 'evidence' }, { order: 'mdy', source: 'evidence' }]);
    } finally { await big.close(); }
  });

  it('stay issues of their rows where the column does not tell, or tells both, and are read as the operator says', async () => {
    const name = `steps_${number += 1}`;
    await bench.adopt(name, `create table app.${name} (id integer primary key, day date)`);
    const map = [{ columns: ['day'], field: 'day', transforms: [dayOrMonthFirst] }];
    const load = async (days: readonly string[], more: Partial<ImportRequestInput> = {}) => {
      const job = await bench.load(name, `id,day\n${days.map((day, index) => `${index + 1},${day}`).join('\n')}\n`, { map, ...more });
      return [...await bench.found(job.jobId), ...(await bench.sql(`select day::text from app.${name} order by id`)).map((row) => row['day'])];
    };
    expect(await load(['03/04/2024', '05/05/2024'])).toEqual(['1 TRANSFORM_DATE_AMBIGUOUS day', '2024-05-05']);
    expect(await load(['03/04/2024', '25/04/2024', '04/25/2024'])).toEqual(['1 TRANSFORM_DATE_AMBIGUOUS day', '2024-04-25', '2024-04-25']);
    expect(await load(['03/04/2024', '25/04/2024', '05/06/2024'])).toEqual(['2024-04-03', '2024-04-25', '2024-06-05']);
    expect(await load(['07/08/2024', '25/04/2024'], { dateOrders: { day: 'mdy' } })).toEqual(['2024-07-08', '2024-04-25', '2024-06-05']);
  });

  it('and what an expression gives are read by the field’s type; what it cannot compute rejects the row', async () => {
    const name = `computed_${number += 1}`;
    await bench.adopt(name, `create table app.${name} (id integer primary key, day date, gross numeric(12,2), place text)`);
    const map = [
      { columns: ['serial'], field: 'day', transforms: [{ fn: 'expression' as const, cel: 'date("1899-12-30") + int(value)' }] },
      { columns: ['net'], field: 'gross', transforms: [{ fn: 'number' as const, decimal: ',' as const, percent: 'refuse' as const }, { fn: 'expression' as const, cel: 'round(decimal(value) * 1.21, 2)' }] },
      { columns: ['state', 'town'], field: 'place', transforms: [{ fn: 'expression' as const, cel: 'cells[1] == null ? cells[0] : cells[1] + ", " + cells[0]' }] },
    ];
    const job = await bench.load(name, 'id,serial,net,state,town\n1,45292,"10,05",Jalisco,Tala\n2,many,1,Jalisco,\n3,,,Jalisco,\n', { map });
    expect(shortBooks(job.books)).toEqual({ created: 2, quarantined: 1 });
    expect(await bench.found(job.jobId)).toEqual(['2 TRANSFORM_EXPRESSION_FAILED day']);
    expect((await bench.sql(`select id, day::text, gross::text, place from app.${name} order by id`)).map((row) => Object.values(row))).toEqual([[1, '2024-01-01', '12.16', 'Tala, Jalisco'], [3, null, null, 'Jalisco']]);
  });

  it('are keys as they were transformed: two spellings are one record, and a derived key is the hash of the transformed texts', async () => {
    const name = `keys_${number += 1}`;
    await bench.make({ name, fields: [
      { name: 'id', type: 'code', key: true, required: true, hashOf: ['name', 'born'] }, { name: 'name', type: 'text', required: true }, { name: 'born', type: 'text' },
    ] });
    const map = [
      { columns: ['name'], field: 'name', transforms: [{ fn: 'collapse' as const }, { fn: 'upper' as const }] },
      { columns: ['y', 'm'], field: 'born', transforms: [{ fn: 'join' as const, separator: '-' }] },
    ];
    const job = await bench.load(name, 'name,y,m\nAna  Ruiz,1985,04\n ANA RUIZ,1985,04\nEva,1990,\n', { map });
    expect(shortBooks(job.books)).toEqual({ created: 2, duplicate: 1 });
    const [expected] = await bench.sql(`select encode(sha256(convert_to('8:ANA RUIZ' || '7:1985-04', 'UTF8')), 'hex') as id`);
    expect((await bench.sql(`select id from registry.${name} where name = 'ANA RUIZ'`))[0]).toEqual(expected);
  });
});

describe('a definition that cannot be used', () => {
  it('is refused when the plan is made, with its place', async () => {
    const name = await table();
    const refused = async (entries: NonNullable<ImportRequestInput['map']>): Promise<string> => {
      const jobId = await bench.receive(name, latin1(rows), { map: entries });
      const signal = new AbortController().signal;
      await createDetectSource(bench.deps)({ jobId }, signal);
      return codeOf(createPlanImport(bench.deps)({ jobId }, signal));
    };
    expect(await refused([...map.slice(0, 3), { columns: ['Fecha del hecho'], field: 'happened', transforms: [{ fn: 'boolean' }] }])).toBe('TRANSFORM_INVALID {"at":"map[3].transforms[0]"}');
    expect(await refused([{ columns: ['Altura (pies)'], field: 'height', transforms: [{ fn: 'default', value: 'tall' }] }])).toBe('TRANSFORM_INVALID {"at":"map[0].transforms[0]"}');
  });
});

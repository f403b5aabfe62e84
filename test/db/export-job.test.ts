/** The steps of an export on a real database: frozen once, written in parts, assembled, sealed. */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCloseExport } from '../../activities/close-export.ts';
import { createEndExport } from '../../activities/end-export.ts';
import { createFreezeExport } from '../../activities/freeze-export.ts';
import { verifyReceipt } from '../../core/receipt/receipt-signing.ts';
import { findReceipt } from '../../db/receipts.ts';
import { exportPartKey } from '../../storage/storage-keys.ts';
import { ImportBench } from '../support/import-bench.ts';
import { close, freeze, readFiles, requestExport, runExport, textOf, writeParts } from '../support/export-run.ts';

let bench: ImportBench;
beforeAll(async () => {
  bench = await ImportBench.open({ chunkBytes: 16 * 1024 });
  await bench.adopt('people', `create table app.people (id bigint primary key, name text, born date, seen timestamptz, amount numeric, place point, tags text[], doc jsonb, active boolean);
    insert into app.people select n, 'Name ' || n, date '2000-01-01' + n::int, timestamptz '2024-01-01 00:00:00.5+00' + n * interval '1 minute', n * 1.10, point(n % 180, n % 90),
      array['a', 'b;' || n], jsonb_build_object('n', n), n % 2 = 0 from generate_series(1, 2000) n`);
});
afterAll(async () => { await bench.close(); });

describe('an export', () => {
  it('writes every row once, in the asked order, under the asked names, over many parts', async () => {
    const exported = await runExport(bench, 'people', { fields: [{ field: 'id', as: 'Id' }, { field: 'name', as: 'Full name' }], sort: [{ field: 'id', descending: true }] });
    expect(exported.partCount).toBeGreaterThan(5);
    const rows = parse(textOf(exported), { columns: true }) as readonly { readonly Id: string; readonly 'Full name': string }[];
    expect(rows.length).toBe(2000);
    expect(rows.map((row) => row.Id)).toEqual(Array.from({ length: 2000 }, (_, index) => String(2000 - index)));
    expect(rows[0]).toEqual({ Id: '2000', 'Full name': 'Name 2000' });
    const [file] = exported.files;
    expect(file).toMatchObject({ rows: 2000, sha256: createHash('sha256').update(exported.contents[0] ?? '').digest('hex') });
  });

  it('writes each format so that its own reader reads it', async () => {
    const wish = { filter: 'id <= 3', sort: [{ field: 'id', descending: false }] };
    const first = { id: 1, name: 'Name 1', born: '2000-01-02', seen: '2024-01-01T00:01:00.5Z', amount: 1.1, place: 'POINT(1 1)', tags: ['a', 'b;1'], doc: { n: 1 }, active: false };
    const { place, ...properties } = first;
    const array = JSON.parse(textOf(await runExport(bench, 'people', { ...wish, format: 'json' }))) as unknown[];
    expect([array.length, array[0]]).toEqual([3, first]);
    const lines = textOf(await runExport(bench, 'people', { ...wish, format: 'jsonl' })).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(array);
    const geo = JSON.parse(textOf(await runExport(bench, 'people', { ...wish, format: 'geojson' }))) as { type: string; features: unknown[] };
    expect(geo.features[0]).toEqual({ type: 'Feature', geometry: { type: 'Point', coordinates: [1, 1] }, properties });
    expect(place).toBe('POINT(1 1)');
    const tsv = textOf(await runExport(bench, 'people', { ...wish, format: 'tsv' }));
    expect(tsv.split('\r\n')[1]).toBe('1\tName 1\t2000-01-02\t2024-01-01T00:01:00.5Z\t1.10\tPOINT(1 1)\t"[""a"",""b;1""]"\t"{""n"": 1}"\tfalse');
  });

  it('splits into files that each stand alone, compressed or not', async () => {
    const { files, contents } = await runExport(bench, 'people', { format: 'json', splitRows: 900, compress: 'gzip', fields: [{ field: 'id', as: 'id' }], sort: [{ field: 'id' }] });
    const lists = contents.map((content) => JSON.parse(gunzipSync(content).toString('utf8')) as { id: number }[]);
    expect(files.map((file) => file.rows)).toEqual([900, 900, 200]);
    expect(lists.map((list) => [list.length, list[0]?.id, list.at(-1)?.id])).toEqual([[900, 1, 900], [900, 901, 1800], [200, 1801, 2000]]);
  });

  it('of nothing is a file with a header, and valid in every format', async () => {
    const nothing = { filter: 'id < 0', fields: [{ field: 'id', as: 'id' }, { field: 'place', as: 'place' }] };
    expect(textOf(await runExport(bench, 'people', nothing))).toBe('id,place\r\n');
    expect(JSON.parse(textOf(await runExport(bench, 'people', { ...nothing, format: 'json' })))).toEqual([]);
    expect(textOf(await runExport(bench, 'people', { ...nothing, format: 'jsonl' }))).toBe('');
    expect(JSON.parse(textOf(await runExport(bench, 'people', { ...nothing, format: 'geojson' })))).toEqual({ type: 'FeatureCollection', features: [] });
    const { contents } = await runExport(bench, 'people', { ...nothing, format: 'jsonl', compress: 'gzip' });
    expect(gunzipSync(contents[0] ?? '').length).toBe(0);
  });

  it('is of the moment in which it was frozen: later changes of the dataset do not show', async () => {
    await bench.adopt('moving', `create table app.moving (id int primary key, name text); insert into app.moving select n, 'before' from generate_series(1, 1000) n`);
    const jobId = await requestExport(bench, 'moving', { sort: [{ field: 'id' }] });
    const frozen = await freeze(bench, jobId);
    await bench.sql(`update app.moving set name = 'after'; delete from app.moving where id > 500; insert into app.moving values (5000, 'new')`);
    await writeParts(bench, jobId, frozen);
    await close(bench, jobId);
    const rows = parse((await readFiles(bench, jobId)).contents[0] ?? '', { columns: true }) as readonly { readonly name: string }[];
    expect([rows.length, new Set(rows.map((row) => row.name))]).toEqual([1000, new Set(['before'])]);
  });

  it('does each step once however often it is run', async () => {
    const jobId = await requestExport(bench, 'people', { sort: [{ field: 'id' }] });
    const [once, twice] = await Promise.all([freeze(bench, jobId), freeze(bench, jobId)]);
    expect(twice).toEqual(once);
    await Promise.all([writeParts(bench, jobId, once), writeParts(bench, jobId, once)]);
    await close(bench, jobId);
    const { files } = await readFiles(bench, jobId);
    await close(bench, jobId);
    expect((await readFiles(bench, jobId)).files).toEqual(files);
    expect(files[0]?.rows).toBe(2000);
  });

  it('freezes anew, under a new epoch, when the database lost what was frozen', async () => {
    const jobId = await requestExport(bench, 'people');
    const first = await freeze(bench, jobId);
    await bench.sql(`truncate waybill_staging.j_${jobId.replaceAll('-', '')}_r1_e1`);
    expect(new Set(await writeParts(bench, jobId, first))).toEqual(new Set(['lost']));
    const second = await freeze(bench, jobId, first.planEpoch);
    expect(second).toEqual({ ...first, planEpoch: 2 });
    await writeParts(bench, jobId, second);
    await close(bench, jobId);
    expect((await readFiles(bench, jobId)).files[0]?.rows).toBe(2000);
  });

  it('freezes anew when a part is not as it was written, and keeps nothing of the older state', async () => {
    await bench.adopt('torn', `create table app.torn (id int primary key, name text); insert into app.torn select n, 'before' from generate_series(1, 2000) n`);
    const jobId = await requestExport(bench, 'torn', { sort: [{ field: 'id' }], splitRows: 1000 });
    const first = await freeze(bench, jobId);
    await writeParts(bench, jobId, first);
    const lastPart = exportPartKey({ jobId, planEpoch: 1, partNo: first.partCount - 1 });
    const { bytes } = await bench.deps.storage.stat(lastPart) ?? { bytes: 0 };
    // As a crash of the machine leaves a file whose length was written and whose bytes were not.
    await bench.deps.storage.write(lastPart, [Buffer.alloc(bytes)]);
    const signal = new AbortController().signal;
    expect(await createCloseExport(bench.deps)({ jobId }, signal)).toEqual({ state: 'lost' });
    await bench.sql(`update app.torn set name = 'after'`);
    const second = await freeze(bench, jobId, first.planEpoch);
    expect(second.planEpoch).toBe(2);
    await writeParts(bench, jobId, second);
    expect(await createCloseExport(bench.deps)({ jobId }, signal)).toEqual({ state: 'completed' });
    const { contents } = await readFiles(bench, jobId);
    const rows = contents.flatMap((content) => parse(content, { columns: true }) as readonly { readonly id: string; readonly name: string }[]);
    expect([rows.map(({ id }) => Number(id)), new Set(rows.map(({ name }) => name))]).toEqual([Array.from({ length: 2000 }, (_, index) => index + 1), new Set(['after'])]);
  });

  it('is cut at pages where parts are large, and holds every row in its order all the same', async () => {
    await bench.adopt('large', `create table app.large (id int primary key, name text); insert into app.large select n, repeat('x', n % 90) || n from generate_series(1, 30000) n; delete from app.large where id % 7 = 0`);
    const jobId = await requestExport(bench, 'large', { sort: [{ field: 'id', descending: true }] });
    const frozen = await createFreezeExport({ ...bench.deps, chunkBytes: 256 * 1024 })({ jobId, lostEpoch: null });
    expect(frozen.partCount).toBeGreaterThan(4);
    await writeParts(bench, jobId, frozen);
    await close(bench, jobId);
    const rows = parse((await readFiles(bench, jobId)).contents[0] ?? '', { columns: true }) as readonly { readonly id: string }[];
    expect(rows.map(({ id }) => Number(id))).toEqual(Array.from({ length: 30000 }, (_, index) => 30000 - index).filter((id) => id % 7 !== 0));
    const parts = await bench.sql('select sum(row_count) over (order by part_no) - row_count = first_row as sound from waybill.export_parts where job_id = $1', [jobId]);
    expect(parts.every((part) => part['sound'] === true)).toBe(true);
  });

  it('of a large table is frozen in two halves of one moment, and holds every row once, in the order of the table', async () => {
    await bench.adopt('halved', `create table app.halved (id int primary key, name text) with (fillfactor = 10); insert into app.halved select n, repeat('x', 90) from generate_series(1, 50000) n`);
    const jobId = await requestExport(bench, 'halved', { filter: 'id <= 20000 or id > 30000' });
    const frozen = await freeze({ ...bench, deps: { ...bench.deps, chunkBytes: 1024 * 1024 } } as ImportBench, jobId);
    const parts = await bench.sql('select half, count(*)::int as parts, sum(row_count)::int as rows, bool_and(row_count > 0) as sound from waybill.export_parts where job_id = $1 group by half order by half', [jobId]);
    expect(parts.map((part) => [part['half'], part['sound']])).toEqual([[1, true], [2, true]]);
    expect(parts.reduce((sum, part) => sum + Number(part['rows']), 0)).toBe(40000);
    await bench.sql('update app.halved set name = name; delete from app.halved where id % 2 = 0');
    await writeParts(bench, jobId, frozen);
    await close(bench, jobId);
    const rows = parse((await readFiles(bench, jobId)).contents[0] ?? '', { columns: true }) as readonly { readonly id: string }[];
    expect(rows.map(({ id }) => Number(id))).toEqual(Array.from({ length: 50000 }, (_, index) => index + 1).filter((id) => id <= 20000 || id > 30000));
    expect(await bench.sql(`select relname from pg_class where relname like '%' || $1 || '%'`, [jobId.replaceAll('-', '')])).toEqual([]);
  });

  it('leaves a signed receipt, an audit trail without values, and nothing in the staging', async () => {
    const jobId = await requestExport(bench, 'people', { filter: `name = 'Name 77' or id = 4711` });
    await writeParts(bench, jobId, await freeze(bench, jobId));
    await close(bench, jobId);
    const receipt = await findReceipt(bench.pool, { jobId });
    expect(verifyReceipt(receipt, { trustedKeyId: bench.deps.signingKey.keyId })).toMatchObject({ valid: true, trusted: true });
    expect(receipt?.body).toMatchObject({ kind: 'export', state: 'completed', rows: 1, filterFields: ['id', 'name'], files: [{ no: 1, rows: 1 }] });
    const events = await bench.sql('select action, body from waybill.audit_events where job_id = $1 order by seq', [jobId]);
    expect(events.map((event) => event['action'])).toEqual(['export.requested', 'export.completed']);
    expect(JSON.stringify([events, receipt])).not.toMatch(/Name 77|4711/);
    expect(await bench.sql(`select relname from pg_class where relname like '%' || $1 || '%'`, [jobId.replaceAll('-', '')])).toEqual([]);
  });

  it('that is cancelled keeps no file, only its receipt', async () => {
    const jobId = await requestExport(bench, 'people');
    const frozen = await freeze(bench, jobId);
    await writeParts(bench, jobId, frozen);
    expect(await createEndExport(bench.deps)({ jobId, state: 'cancelled', code: 'CANCELLED', place: {} })).toEqual({ state: 'cancelled' });
    const left: string[] = [];
    for await (const { key } of bench.deps.storage.list(`exports/${jobId}`)) left.push(key);
    expect(left).toEqual([]);
    // A zombie finds nothing to write.
    expect(await bench.deps.writePartOnThread({ jobId, planEpoch: 1, partNo: 0 }, new AbortController().signal)).toEqual({ kind: 'lost', rows: 0 });
    expect((await findReceipt(bench.pool, { jobId }))?.body).toMatchObject({ state: 'cancelled', files: [] });
  });

  it('refuses what its table or its format cannot give', async () => {
    await bench.adopt('shrinking', 'create table app.shrinking (id int primary key, name text)');
    const jobId = await requestExport(bench, 'shrinking');
    await bench.sql('alter table app.shrinking drop column name');
    await expect(freeze(bench, jobId)).rejects.toMatchObject({ code: 'DATASET_CHANGED' });
    await expect(requestExport(bench, 'people', { format: 'geojson', fields: [{ field: 'id', as: 'id' }] })).rejects.toMatchObject({ code: 'EXPORT_FORMAT_UNFIT' });
    await expect(requestExport(bench, 'people', { fields: [{ field: 'id', as: 'x' }, { field: 'name', as: 'x' }] })).rejects.toMatchObject({ code: 'EXPORT_FIELDS_INVALID' });
    await expect(requestExport(bench, 'people', { fields: [{ field: 'id', as: '=x' }] })).rejects.toMatchObject({ code: 'EXPORT_FIELDS_INVALID' });
  });
});

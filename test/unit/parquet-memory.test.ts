/** A row group as large as the file is read a few pages at a time. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { askPython, findPythonPeers } from '../support/python-peers.ts';

const { python, missing } = await findPythonPeers();
const folder = mkdtempSync(join(tmpdir(), 'waybill-parquet-memory-'));
/** Where the packages are found. */
const reader = join(checkoutFolder, 'dist', `read-parquet-file.${process.pid}.mjs`);
afterAll(() => { rmSync(folder, { recursive: true, force: true }); rmSync(reader, { force: true }); });

const script = `
import sys, pyarrow as pa, pyarrow.parquet as pq, pyarrow.compute as pc
n = 1_500_000
i = pa.array(range(n), pa.int64())
s = i.cast(pa.string())
text = pc.binary_join_element_wise('some longer text of the row with the number ', s, '')
table = pa.table({'id': i, 'text': text, 'other': pc.binary_join_element_wise(s, '@example.org', ''), 'half': pc.divide(i.cast(pa.float64()), 2.0), 'at': pc.multiply(i, 1_000_003).cast(pa.timestamp('us')),
                  'list': pa.ListArray.from_arrays(pa.array(range(0, n + 1), pa.int32()), i)}) if sys.argv[1].endswith('nested.parquet') else pa.table({'id': i, 'text': text, 'other': pc.binary_join_element_wise(s, '@example.org', ''), 'half': pc.divide(i.cast(pa.float64()), 2.0), 'at': pc.multiply(i, 1_000_003).cast(pa.timestamp('us'))})
pq.write_table(table, sys.argv[1], row_group_size=n, compression='none')
print(n)`;

describe.skipIf(python === null || process.platform !== 'linux')(`one huge row group${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  it.each(['plain', 'nested'])('is read in flat memory (%s)', async (kind) => {
    await build({ entryPoints: [join(checkoutFolder, 'test/support/read-parquet-file.ts')], outfile: reader, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' });
    const path = join(folder, `${kind}.parquet`);
    const rows = await askPython(python ?? '', script, path);
    expect(statSync(path).size).toBeGreaterThan(80_000_000);
    const { stdout } = await promisify(execFile)(process.execPath, [reader, path]);
    const found = JSON.parse(stdout) as { readonly rows: number; readonly chunks: number; readonly peak: number };
    expect(found.rows).toBe(rows);
    expect(found.chunks).toBeGreaterThan(10);
    expect(found.peak).toBeLessThan(300 * 1024 * 1024);
  }, 120_000);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linesOfMessages } from '../../core/formats/copy-text.ts';
import { inTransaction } from '../../db/connection.ts';
import { copyOut } from '../../db/copy-out.ts';
import { ImportBench } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open(); });
afterAll(async () => { await bench.close(); });

const read = (select: string) => inTransaction(bench.pool, async (tx) => {
  let rows = 0, text = '', batches = 0;
  for await (const batch of copyOut(tx, `copy (${select}) to stdout`)) {
    expect(batch.messages.at(-1)).toBe(0x0a);
    rows += batch.rows;
    text += linesOfMessages(batch.messages).toString('latin1');
    batches += 1;
  }
  // The connection is free again.
  const { rows: [after] } = await tx.query<{ one: number }>('select 1 as one');
  return { rows, text, batches, after: after?.one };
});

describe('COPY in batches', () => {
  it('gives every row once, in order, over many batches whose memory is used again', async () => {
    const { rows, text, batches, after } = await read(`select n, repeat('x', n % 50) from generate_series(1, 40000) n`);
    expect([rows, after]).toEqual([40000, 1]);
    expect(batches).toBeGreaterThan(3);
    expect(text).toBe(Array.from({ length: 40000 }, (_, index) => `${index + 1}\t${'x'.repeat((index + 1) % 50)}\n`).join(''));
  });

  it('holds rows longer than a batch, and nothing at all', async () => {
    const { rows, text } = await read(`select repeat('y', n * 200000) from generate_series(1, 8) n`);
    expect([rows, text.split('\n').map((line) => line.length)]).toEqual([8, [200000, 400000, 600000, 800000, 1000000, 1200000, 1400000, 1600000, 0]]);
    expect(await read('select 1 where false')).toEqual({ rows: 0, text: '', batches: 0, after: 1 });
  });

  it('leaves out what the server says between two rows', async () => {
    await bench.sql(`create function public.tell(n int) returns int language plpgsql as $$ begin if n % 1000 = 0 then raise notice 'row %', n; end if; return n; end $$`);
    const { rows, text } = await read(`select tell(n), repeat('x', n % 50) from generate_series(1, 10000) n`);
    expect([rows, text]).toEqual([10000, Array.from({ length: 10000 }, (_, index) => `${index + 1}\t${'x'.repeat((index + 1) % 50)}\n`).join('')]);
  });

  it('ends with the code of an error in the middle, and leaves the pool able to work', async () => {
    await expect(read('select 1 / (30000 - n) from generate_series(1, 40000) n')).rejects.toMatchObject({ place: { sqlState: '22012' } });
    await expect(read('select * from nothing_there')).rejects.toMatchObject({ code: expect.any(String) as string });
    expect((await read('select 7')).text).toBe('7\n');
  });

  it('frees its connection when it is not read to the end', async () => {
    await inTransaction(bench.pool, async (tx) => {
      for await (const { rows } of copyOut(tx, `copy (select n, repeat('z', 100) from generate_series(1, 200000) n) to stdout`)) { expect(rows).toBeGreaterThan(0); break; }
      const { rows: [after] } = await tx.query<{ one: number }>('select 1 as one');
      expect(after?.one).toBe(1);
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImportBench, shortBooks } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open(); });
afterAll(() => bench.close());

describe('another program that writes under a savepoint while the draft is made', () => {
  it('is seen by the commit, which drafts again', async () => {
    await bench.adopt('people', `create table app.people (id text primary key, name text); insert into app.people values ('a', 'Anna'), ('b', 'Ben')`);
    const staged = await bench.stage('people', 'id,name\na,Anna\nb,New\n');
    const other = await bench.admin.connect();
    try {
      // A transaction of its own first, so that the savepoint's id is older than the draft's newest.
      await other.query(`begin; select pg_current_xact_id(); savepoint s; update app.people set name = 'Other' where id = 'b'`);
      await bench.sql('select pg_current_xact_id()');
      await bench.draft(staged);
      await other.query('commit');
    } finally {
      other.release();
    }
    expect(await bench.commit(staged)).toEqual({ kind: 'stale' });
    expect(shortBooks(await bench.finish(staged))).toEqual({ updated: 1, unchanged: 1 });
    expect(await bench.sql('select name from app.people order by id')).toEqual([{ name: 'Anna' }, { name: 'New' }]);
  });
});

/** Promise 4's trap: a crash of PostgreSQL empties every unlogged table, so what is staged must be looked at again, at every step. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectedBooks, startFaultBench } from '../support/fault-bench.ts';
import type { FaultBench, Gate, GateName } from '../support/fault-bench.ts';
import { untilTrue } from '../support/operator.ts';
import { emptyBooks } from '../../contracts/books.ts';
import { waitUntil } from '../../temporal-config/wait-until.ts';

let bench: FaultBench;
beforeAll(async () => { bench = await startFaultBench({ ownPostgres: true }); });
afterAll(async () => { await bench.close(); });

/** A job that stands at the gate: in staging some chunks are staged before, and lost in a crash. */
const heldAt = async (name: string, step: GateName): Promise<{ readonly jobId: string; readonly gate: Gate }> => {
  await bench.dataset(name);
  if (step !== 'seal') {
    const gate = await bench.closeGate(step);
    const jobId = await bench.start(name);
    await gate.untilWaiting(1);
    return { jobId, gate };
  }
  const jobId = await bench.start(name);
  await bench.untilStaged(jobId, 8);
  const gate = await bench.closeGate('seal');
  await gate.untilWaiting(4);
  return { jobId, gate };
};

/** Backends that stand at a gate: those that do the step. */
const backends = async (): Promise<readonly number[]> =>
  (await bench.sql<{ pid: number }>(`select pid from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`)).map(({ pid }) => pid);

const answers = (): Promise<boolean> => bench.sql('select 1').then(() => true, () => false);

/** As the supervisor does it: what a killed postmaster left may keep its memory for a moment, and the next start succeeds. */
const startServer = async (): Promise<void> => {
  expect(await waitUntil(() => bench.stack.start('postgres').then(() => true, () => false), 60_000)).toBe(true);
};

const steps = ['seal', 'draft', 'commit'] as const;
const words: Readonly<Record<(typeof steps)[number], string>> = { seal: 'staging', draft: 'mid-draft', commit: 'mid-commit' };

describe.each(steps)('PostgreSQL, while a job stands in %s', (step) => {
  it('with one backend killed resets itself, and the job goes on by itself', async () => {
    const name = `backend_in_${step}`;
    const { jobId } = await heldAt(name, step);
    const [victim] = await backends();
    process.kill(victim ?? 0, 'SIGKILL');
    const since = Date.now();
    await untilTrue('the server answers again', answers);
    await bench.expectWhole(jobId, name);
    await bench.figure(`kill -9 of one backend in ${words[step]}, until the job is completed`, since);
  });

  it('with the server killed and started again lets the job go on by itself', async () => {
    const name = `server_in_${step}`;
    const { jobId } = await heldAt(name, step);
    await bench.stack.kill('postgres');
    await startServer();
    const since = Date.now();
    await bench.expectWhole(jobId, name);
    await bench.figure(`kill -9 of the server in ${words[step]}, from its return until the job is completed`, since);
  });

  it('with the step’s backends terminated has the step done again', async () => {
    const name = `terminated_in_${step}`;
    const { jobId, gate } = await heldAt(name, step);
    for (const pid of await backends()) await bench.sql('select pg_terminate_backend($1)', [pid]);
    await gate.open();
    const since = Date.now();
    await bench.expectWhole(jobId, name);
    await bench.figure(`pg_terminate_backend in ${words[step]}, until the job is completed`, since);
  });
});

describe('a crash between the draft and the commit', () => {
  it('never passes for a file that changes nothing: its rows are staged again and written', async () => {
    await bench.dataset('changed_later');
    await bench.expectWhole(await bench.start('changed_later'), 'changed_later');
    const small = await bench.upload(`record_id,status\n${Array.from({ length: 20 }, (_, index) => `${index < 10 ? 'D' : 'N'}${index},second\n`).join('')}`);
    for (const step of ['draft', 'commit'] as const) {
      const gate = await bench.closeGate(step);
      const jobId = await bench.start('changed_later', { sha256: small, again: true });
      await gate.untilWaiting(1);
      const [victim] = await backends();
      process.kill(victim ?? 0, 'SIGKILL');
      const books = step === 'draft' ? { created: 10, updated: 10 } : { updated: 20 };
      expect(await bench.untilEnded(jobId)).toMatchObject({ state: 'completed', books: { ...emptyBooks, read: 20, ...books } });
      await bench.sql(`update registry.changed_later set status = 'changed' where status = 'second'`);
    }
    expect((await bench.content('changed_later')).records).toBe(expectedBooks.created + 10);
  });
});

import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayRepeatKeys } from '../../activities/may-repeat-keys.ts';
import { createPool, type Pool } from '../../db/connection.ts';
import { readKeyHashes } from '../../db/read-key-hashes.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.runtimeUrl, max: 1, applicationName: 'test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const keep = async (chunks: readonly (Buffer | null)[]) => {
  const jobId = randomUUID();
  for (const [chunkNo, hashes] of chunks.entries())
    await pool.query('insert into waybill.staged_chunks (job_id, round, plan_epoch, chunk_no, key_hashes) values ($1, 1, 1, $2, $3)', [jobId, chunkNo, hashes]);
  return { jobId, round: 1, planEpoch: 1 };
};
const hashesOf = (count: number): Buffer => randomBytes(count * 8);

describe('the hashes of a file’s keys', () => {
  it('come back chunk by chunk as they were kept: none, many, and no hashes at all', async () => {
    const chunks = [hashesOf(3), Buffer.alloc(0), null, hashesOf(200_000), hashesOf(1), null];
    const epoch = await keep(chunks);
    const found: (Buffer | null)[] = [];
    for await (const hashes of readKeyHashes(pool, epoch)) found.push(hashes === null ? null : Buffer.from(hashes));
    expect(found.length).toBe(chunks.length);
    expect(found.every((hashes, at) => (hashes === null ? chunks[at] === null : chunks[at]?.equals(hashes)))).toBe(true);
    for await (const hashes of readKeyHashes(pool, { ...epoch, planEpoch: 2 })) expect.unreachable(String(hashes));
  });

  it('are let go of early without taking a connection along', async () => {
    const epoch = await keep([hashesOf(100_000), hashesOf(100_000)]);
    for (let turn = 0; turn < 3; turn += 1) {
      const reading = readKeyHashes(pool, epoch);
      expect((await reading.next()).value).toHaveLength(800_000);
      await reading.return(undefined);
      expect((await pool.query<{ one: number }>('select 1 as one')).rows).toEqual([{ one: 1 }]);
    }
  });

  it.each([1, 2, 7])('tell whether a key may stand twice, looked at in %i passes', async (passes) => {
    const chunks = [hashesOf(5_000), hashesOf(5_000)] as const;
    const atOnce = Math.ceil(10_000 / passes);
    expect(await mayRepeatKeys(pool, await keep(chunks), 10_000, atOnce)).toBe(false);
    for (const repeated of [chunks[0].subarray(0, 8), chunks[1].subarray(-8), chunks[0].subarray(16_000, 16_008)])
      expect(await mayRepeatKeys(pool, await keep([...chunks, Buffer.concat([hashesOf(10), repeated])]), 10_011, atOnce)).toBe(true);
    expect(await mayRepeatKeys(pool, await keep([...chunks, null]), 10_001, atOnce)).toBe(true);
  });
});

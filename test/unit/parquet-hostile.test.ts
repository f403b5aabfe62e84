/** Whatever is in a file that says to be Parquet: it is read, or refused with a code, within bounds. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWaybillError } from '../../contracts/errors.ts';
import { readParquet } from '../support/read-parquet.ts';

const corpus = new URL('../fixtures/corpus/parquet/', import.meta.url);
const seeds = readdirSync(corpus).filter((name) => name.endsWith('.parquet')).map((name) => readFileSync(new URL(name, corpus))).filter(({ length }) => length < 20_000);

const outcomeOf = async (bytes: Buffer): Promise<string> => {
  try {
    return `${(await readParquet(bytes)).rows.length} rows`;
  } catch (error) {
    if (!isWaybillError(error) || error.code === 'INTERNAL') throw error;
    // Neither what a library says nor what is in the file.
    expect(error.message).toMatch(/^[A-Z][A-Za-z0-9 ,.:;’-]+\.$/);
    return error.code;
  }
};

const mutation = fc.record({ at: fc.nat(), value: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 })), what: fc.constantFrom<'set' | 'flip' | 'cut' | 'double'>('set', 'flip', 'cut', 'double') });
type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

const mutate = (bytes: Buffer, { at, value, what }: Mutation): Buffer => {
  const place = 4 + at % Math.max(1, bytes.length - 8);
  switch (what) {
    case 'set': { const copy = Buffer.from(bytes); copy[place] = value; return copy; }
    case 'flip': { const copy = Buffer.from(bytes); copy[place] = (copy[place] ?? 0) ^ (1 << value % 8); return copy; }
    case 'cut': return Buffer.concat([bytes.subarray(0, place), bytes.subarray(Math.min(bytes.length - 8, place + value))]);
    case 'double': return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place - Math.min(place - 4, value))]);
  }
};

describe('a Parquet file of anybody', () => {
  it('is read or refused with a code when its bytes were changed', async () => {
    await fc.assert(fc.asyncProperty(fc.nat({ max: seeds.length - 1 }), fc.array(mutation, { minLength: 1, maxLength: 4 }), async (seed, mutations) => {
      const started = performance.now();
      await outcomeOf(mutations.reduce(mutate, seeds[seed] ?? Buffer.alloc(0)));
      expect(performance.now() - started).toBeLessThan(5_000);
    }), { numRuns: 1_500 });
  }, 120_000);

  it('is read or refused with a code when its footer alone was changed', async () => {
    await fc.assert(fc.asyncProperty(fc.nat({ max: seeds.length - 1 }), fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 }), async (seed, changes) => {
      const bytes = Buffer.from(seeds[seed] ?? Buffer.alloc(0));
      const length = Math.min(bytes.readUInt32LE(bytes.length - 8), bytes.length - 12);
      for (const [at, value] of changes) if (length > 0) bytes[bytes.length - 8 - length + at % length] = value;
      await outcomeOf(bytes);
    }), { numRuns: 1_500 });
  }, 120_000);

  it('is not believed how large it says to be: memory stays small', async () => {
    const before = process.memoryUsage().arrayBuffers;
    for (const name of ['claims-rows.parquet', 'claims-values.parquet', 'footer-ones.parquet']) await outcomeOf(readFileSync(new URL(name, corpus)));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });
});

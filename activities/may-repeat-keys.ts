import { RepeatedHashFinder } from '../core/staging/repeated-hash-finder.ts';
import type { EpochKey } from '../db/chunk-key.ts';
import type { Pool } from '../db/connection.ts';
import { readKeyHashes } from '../db/read-key-hashes.ts';

/** Hashes looked at in one pass, so that memory (64 MB) does not depend on the file; a larger file takes more passes. */
const hashesAtOnce = 4_000_000;

/**
 * Whether the file may hold a key twice. The stagers have hashed every key on their way, so "no" costs 0.1 s for 1 M rows; grouping the keys in
 * the database costs 0.9 s (two connections with half of the keys each: 0.5 s), a unique index on the staging 0.6 s.
 */
export const mayRepeatKeys = async (pool: Pool, epoch: EpochKey, staged: number, atOnce = hashesAtOnce): Promise<boolean> => {
  const passes = Math.max(1, Math.ceil(staged / atOnce));
  const finder = new RepeatedHashFinder(Math.ceil(staged / passes * 1.02));
  for (let pass = 0; pass < passes; pass += 1) {
    finder.clear();
    for await (const hashes of readKeyHashes(pool, epoch))
      if (hashes === null || repeats(wordsOf(hashes), finder, { pass, passes })) return true;
  }
  return false;
};

/** Low and high word of each hash, as the stager wrote them (little-endian, as every machine that runs this). */
const wordsOf = (hashes: Buffer): Uint32Array => {
  const aligned = hashes.byteOffset % 4 === 0 ? hashes : Buffer.from(hashes);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
};

const repeats = (words: Uint32Array, finder: RepeatedHashFinder, { pass, passes }: { readonly pass: number; readonly passes: number }): boolean => {
  for (let at = 0; at < words.length; at += 2) {
    const high = words[at + 1] ?? 0;
    if (high % passes === pass && !finder.add(words[at] ?? 0, high)) return true;
  }
  return false;
};

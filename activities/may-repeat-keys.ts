import { RepeatedHashFinder } from '../core/staging/repeated-hash-finder.ts';
import type { EpochKey } from '../db/chunk-key.ts';
import type { Queryable } from '../db/connection.ts';
import { readKeyHashes } from '../db/read-key-hashes.ts';

/** Hashes looked at in one pass, so that memory (64 MB) does not depend on the file; a larger file takes more passes. */
const hashesAtOnce = 4_000_000;

/**
 * Whether the file may hold a key twice. The stagers have hashed every key on their way, so "no" costs 0.1 s for 1 M rows; grouping the keys in
 * the database costs 0.9 s (two connections with half of the keys each: 0.5 s), a unique index on the staging 0.6 s.
 */
export const mayRepeatKeys = async (db: Queryable, epoch: EpochKey, staged: number): Promise<boolean> => {
  const passes = Math.max(1, Math.ceil(staged / hashesAtOnce));
  for (let pass = 0; pass < passes; pass += 1) {
    const finder = new RepeatedHashFinder(Math.ceil(staged / passes * 1.02));
    for await (const hashes of readKeyHashes(db, epoch))
      if (hashes === null || repeats(hashes, finder, { pass, passes })) return true;
  }
  return false;
};

const repeats = (hashes: Buffer, finder: RepeatedHashFinder, { pass, passes }: { readonly pass: number; readonly passes: number }): boolean => {
  for (let at = 0; at < hashes.length; at += 8) {
    const low = hashes.readUInt32LE(at);
    const high = hashes.readUInt32LE(at + 4);
    if (high % passes === pass && !finder.add(low, high)) return true;
  }
  return false;
};

/** Pieces from the start, the middle and the end of an object: the first rows alone mislead (asks 17, 19). */
import type { Storage } from './storage.ts';

export interface Sample {
  readonly offset: number;
  readonly bytes: Buffer;
}

const sampleBytes = 256 * 1024;
const places = [0, 0.5, 1] as const;

/** @param totalBytes length of the object. A small object comes as one sample, whole. */
export const readSamples = async (storage: Storage, key: string, totalBytes: number): Promise<readonly Sample[]> => {
  if (totalBytes <= sampleBytes * places.length) return [{ offset: 0, bytes: await storage.readRange(key, 0, totalBytes) }];
  return Promise.all(places.map(async (place) => {
    const offset = Math.floor((totalBytes - sampleBytes) * place);
    return { offset, bytes: await storage.readRange(key, offset, offset + sampleBytes) };
  }));
};

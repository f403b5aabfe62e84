/** Pieces from the start, the middle and the end of an object: the first rows alone mislead (asks 17, 19). */
import { isWaybillError } from '../../contracts/errors.ts';
import type { SourceStore } from './source-store.ts';

export interface Sample {
  readonly offset: number;
  readonly bytes: Buffer;
}

const sampleBytes = 256 * 1024;
const places = [0, 0.5, 1] as const;

/**
 * @param totalBytes length of the object; a small object comes as one sample, whole
 * @param firstBytes length of the first sample, for a header that is longer than usual
 */
export const readSamples = async (storage: SourceStore, key: string, totalBytes: number, firstBytes = sampleBytes): Promise<readonly Sample[]> => {
  if (totalBytes <= Math.max(firstBytes, sampleBytes * places.length)) return [{ offset: 0, bytes: await storage.readRange(key, 0, totalBytes) }];
  return Promise.all(places.map(async (place) => {
    const length = place === 0 ? firstBytes : sampleBytes;
    const offset = Math.floor((totalBytes - length) * place);
    return { offset, bytes: await storage.readRange(key, offset, offset + length) };
  }));
};

/** Looks at samples, with a longer first one whenever `look` says by an error that the header did not end in it; at most 64 MiB. */
export const lookAtSamples = async <Finding>(
  storage: SourceStore, { key, totalBytes }: { readonly key: string; readonly totalBytes: number }, look: (samples: readonly Sample[]) => Finding,
): Promise<Finding> => {
  for (let firstBytes = sampleBytes; ; firstBytes *= 8) {
    try {
      return look(await readSamples(storage, key, totalBytes, firstBytes));
    } catch (error) {
      const tooShort = isWaybillError(error) && error.code === 'FILE_ROW_TOO_LONG' && firstBytes < Math.min(totalBytes, longestHeader);
      if (!tooShort) throw error;
    }
  }
};

const longestHeader = 64 * 1024 * 1024;

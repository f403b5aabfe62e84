import { compressionOf, signatureBytes } from '../compression-of.ts';
import { openStored, type SourceStore } from '../source-store.ts';
import { readZipDirectory, type ZipMember } from './zip-directory.ts';

/** The files among which one can choose; none when the object is no archive. */
export const listArchive = async (store: SourceStore, key: string): Promise<readonly ZipMember[]> => {
  const source = await openStored(store, key);
  if (compressionOf(await source.read(0, signatureBytes)) !== 'zip') return [];
  const { members, isDocument } = await readZipDirectory(source);
  return isDocument ? [] : members;
};

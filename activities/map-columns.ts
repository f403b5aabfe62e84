import { mapFile, type FileMapping, type MapFileOrder } from '../core/mapping/map-file.ts';
import { sampleColumns } from '../core/mapping/sample-columns.ts';
import type { Storage } from '../storage/storage.ts';
import { openSource } from './import-source.ts';

export interface MapOrder extends MapFileOrder { readonly key: string }

/** Samples of the source are read only where they are needed. */
export const mapColumns = async (storage: Storage, { key, ...order }: MapOrder): Promise<FileMapping> =>
  mapFile(order, async () => sampleColumns(await openSource(storage, key), order.parse));

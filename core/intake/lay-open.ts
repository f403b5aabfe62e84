/** What is packed is unpacked into the spool: one layer, or two (a file.csv.gz in a ZIP); an archive in something else is not looked for. */
import { WaybillError } from '../../contracts/errors.ts';
import type { Compression } from '../../contracts/parse-options.ts';
import { compressionOf, signatureBytes } from './compression-of.ts';
import type { PrepareOrder } from './prepare-source.ts';
import { openStored, type SourceStore } from './source-store.ts';
import { unpack } from './unpack.ts';
import { chooseMember } from './zip/choose-member.ts';
import { readZipDirectory, type ZipMember } from './zip/zip-directory.ts';

export interface LaidOpen {
  /** Where it lies now. */
  readonly key: string;
  readonly bytes: number;
  /** As large as it is, or would be when only its head was unpacked. */
  readonly wholeBytes: number;
  readonly packing: Packing | null;
}

export interface Packing {
  readonly compression: Compression;
  /** Why that is thought, in words. */
  readonly why: string;
  /** Of the file in a ZIP, for what a name can tell. */
  readonly innerName?: string | undefined;
}

interface Layer { readonly key: string; readonly bytes: number; readonly wholeBytes: number }
interface Found { readonly compression: Compression; readonly member?: ZipMember; readonly words: string }

export const layOpen = async (store: SourceStore, order: PrepareOrder): Promise<LaidOpen> => {
  const received = await sizeOf(store, order.key);
  const outer = await lookInto(store, received, order.overrides.entry);
  if (outer === null) {
    if (order.overrides.entry !== undefined) throw new WaybillError('OPTION_INVALID', 'The file is no ZIP file.', { option: 'entry' });
    return { ...received, packing: null };
  }
  const first = await unpackTo(store, order, received, outer);
  const inner = await lookInside(store, first, order.mostBytes !== undefined);
  if (inner === null) return { ...first, packing: packingOf([outer]) };
  const second = await unpackTo(store, order, { ...first, received: received.bytes }, inner);
  if (await lookInside(store, second, order.mostBytes !== undefined) !== null) throw nested();
  return { ...second, packing: packingOf([outer, inner]) };
};

const sizeOf = async (store: SourceStore, key: string): Promise<Layer> => {
  const stat = await store.stat(key);
  if (stat === null) throw new WaybillError('FILE_MISSING', 'The archived copy of the file is not in its place.');
  if (stat.bytes === 0) throw new WaybillError('FILE_EMPTY', 'The file has no bytes.');
  return { key, bytes: stat.bytes, wholeBytes: stat.bytes };
};

const startOf = async (store: SourceStore, { key, bytes }: Layer): Promise<Compression | null> =>
  compressionOf(await store.readRange(key, 0, Math.min(signatureBytes, bytes)));

/** Null: it is not packed, or a document that only looks so. */
const lookInto = async (store: SourceStore, layer: Layer, entry: string | undefined): Promise<Found | null> => {
  const compression = await startOf(store, layer);
  if (compression !== 'zip') return compression === null ? null : { compression, words: `${compression} data` };
  const { members, isDocument } = await readZipDirectory(await openStored(store, layer.key));
  if (isDocument && entry === undefined) return null;
  const member = chooseMember(members, entry);
  return { compression, member, words: members.length === 1 ? 'the only file of a ZIP file' : `file ${members.indexOf(member) + 1} of ${members.length} of a ZIP file` };
};

/** A document may lie in there; whether it can be read is found out where documents are. The head of a ZIP file says nothing: its directory is at its end. */
const lookInside = async (store: SourceStore, layer: Layer, isHead: boolean): Promise<Found | null> => {
  const compression = await startOf(store, layer);
  if (compression === null) return null;
  if (compression !== 'zip') return { compression, words: `${compression} data` };
  if (isHead && layer.bytes < layer.wholeBytes) return null;
  const { isDocument } = await readZipDirectory(await openStored(store, layer.key)).catch(() => ({ isDocument: false }));
  if (isDocument) return null;
  throw nested();
};

const nested = (): WaybillError => new WaybillError('FILE_NESTED_ARCHIVE', 'What was unpacked is packed again, as an archive or more than twice.');

const unpackTo = async (store: SourceStore, { spool, mostBytes, signal }: PrepareOrder, layer: Layer & { readonly received?: number }, { compression, member }: Found): Promise<Layer> => {
  const { bytes, wholeBytes } = await unpack(store, { from: layer.key, to: spool, compression, member, receivedBytes: layer.received, mostBytes, signal });
  // Of a head of a packed file, the packed rest is known by proportion only.
  return { key: spool, bytes, wholeBytes: Math.round(wholeBytes * (layer.wholeBytes / layer.bytes)) };
};

const packingOf = (layers: readonly [Found, ...Found[]]): Packing => {
  const [{ compression, member }] = layers;
  return { compression, innerName: member?.name, why: `it is ${layers.map(({ words }) => words).join(', and in it ')}, by the first bytes` };
};

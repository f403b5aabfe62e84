/** One page, unpacked: its levels, and its values or their places in the dictionary. */
import { WaybillError } from '../../../contracts/errors.ts';
import { corrupt } from './corrupt.ts';
import { decompress } from './decompress.ts';
import {
  bitsFor, ByteReader, deltaInt32, deltaInt64, deltaLengthTexts, deltaTexts, plainBooleans, plainFixed, plainTexts, readHybrid, splitStreams,
} from './encodings.ts';
import type { Values } from './encodings.ts';
import type { PageHeader } from './page-header.ts';
import type { Codec } from './parquet-footer.ts';
import type { Leaf } from './parquet-schema.ts';

export interface Page {
  readonly count: number;
  /** Null: all are 0 (there is one value a row), or all are at their height (there are no nulls). */
  readonly repetition: Uint8Array | null;
  readonly definition: Uint8Array | null;
  /** Of those that are there. */
  readonly values: { readonly plain: Values } | { readonly indices: Int32Array };
}

export interface PageSource { readonly header: PageHeader; readonly packed: Uint8Array; readonly codec: Codec; readonly leaf: Leaf }

export const readDictionary = ({ header, packed, codec, leaf }: PageSource): Values => {
  if (header.encoding !== 'plain' && header.encoding !== 'plain_dictionary') throw corrupt('a dictionary has an unknown encoding');
  return plainValues(new ByteReader(decompress(codec, packed, header.bytes)), leaf, header.values);
};

export const readPage = (source: PageSource): Page => (source.header.kind === 'data2' ? secondPage(source) : firstPage(source));

/** Repetition levels alone: how many rows begin in a page, and whether it begins within one. */
export const rowsOfPage = (source: PageSource): { readonly rows: number; readonly continues: boolean } => {
  const { repetition, count } = readLevels(source);
  if (repetition === null) return { rows: count, continues: false };
  let rows = 0;
  for (let index = 0; index < repetition.length; index += 1) if (repetition[index] === 0) rows += 1;
  return { rows, continues: repetition.length > 0 && repetition[0] !== 0 };
};

interface Levels { readonly count: number; readonly repetition: Uint8Array | null; readonly definition: Uint8Array | null; readonly rest: ByteReader }

const readLevels = (source: PageSource): Levels => (source.header.kind === 'data2' ? secondLevels(source) : firstLevels(source));
const firstPage = (source: PageSource): Page => withValues(source, firstLevels(source));
const secondPage = (source: PageSource): Page => withValues(source, secondLevels(source));

const firstLevels = ({ header, packed, codec, leaf }: PageSource): Levels => {
  if (leaf.maxDef > 0 && header.levelEncodings.some((encoding) => encoding === 'bit_packed') && header.values > 0) refuseBitPacked(leaf, header);
  const reader = new ByteReader(decompress(codec, packed, header.bytes));
  const read = (most: number): Uint8Array | null => (most === 0 ? null : hybridLevels(new ByteReader(reader.take(reader.uint32())), most, header.values));
  const repetition = read(leaf.maxRep);
  return { count: header.values, repetition, definition: read(leaf.maxDef), rest: reader };
};

/** The encodings of both kinds of levels are named even where a column has only one; BIT_PACKED is named for those that are not there. */
const refuseBitPacked = (leaf: Leaf, { levelEncodings: [definition, repetition] }: PageHeader): void => {
  if (definition === 'bit_packed' || (leaf.maxRep > 0 && repetition === 'bit_packed')) throw unsupported(leaf);
};
const unsupported = (leaf: Leaf): WaybillError => new WaybillError('FILE_PARQUET_UNSUPPORTED', 'A column has an encoding that is not read.', { column: leaf.index + 1 });

const secondLevels = ({ header, packed, codec, leaf }: PageSource): Levels => {
  const { repBytes, defBytes } = header;
  const read = (most: number, start: number, length: number): Uint8Array | null => (most === 0 ? null : hybridLevels(new ByteReader(packed, start, start + length), most, header.values));
  const repetition = read(leaf.maxRep, 0, repBytes), definition = read(leaf.maxDef, repBytes, defBytes);
  const data = packed.subarray(repBytes + defBytes), bytes = header.bytes - repBytes - defBytes;
  return { count: header.values, repetition, definition, rest: new ByteReader(decompress(header.isPacked ? codec : 'uncompressed', data, bytes)) };
};

const hybridLevels = (reader: ByteReader, most: number, count: number): Uint8Array => {
  const levels = new Uint8Array(count);
  readHybrid(reader, bitsFor(most), levels);
  return levels;
};

const withValues = ({ header, leaf }: PageSource, { count, repetition, definition, rest }: Levels): Page => {
  const present = definition === null ? count : presentIn(definition, leaf.maxDef);
  return { count, repetition, definition: present === count ? null : definition, values: valuesOf(rest, { leaf, header, count: present }) };
};

const presentIn = (definition: Uint8Array, most: number): number => {
  let present = 0;
  for (let index = 0; index < definition.length; index += 1) {
    const level = definition[index] as number;
    if (level === most) present += 1; else if (level > most) throw corrupt('a level is too high');
  }
  return present;
};

interface Wanted { readonly leaf: Leaf; readonly header: PageHeader; readonly count: number }
const none: Values = { width: 0, bytes: new Uint8Array(0), count: 0, starts: new Int32Array(0), ends: new Int32Array(0) };

const valuesOf = (reader: ByteReader, { leaf, header, count }: Wanted): Page['values'] => {
  if (count === 0) return { plain: none };
  switch (header.encoding) {
    case 'plain': return { plain: plainValues(reader, leaf, count) };
    case 'plain_dictionary': case 'rle_dictionary': {
      const indices = new Int32Array(count);
      readHybrid(reader, reader.byte(), indices);
      return { indices };
    }
    case 'rle': return { plain: runBooleans(reader, leaf, count) };
    case 'delta_binary': return { plain: deltaNumbers(reader, leaf, count) };
    case 'delta_length': if (leaf.physical !== 'bytes') throw unsupported(leaf); return { plain: deltaLengthTexts(reader, count) };
    case 'delta_texts': if (leaf.physical !== 'bytes' && leaf.physical !== 'fixed') throw unsupported(leaf); return { plain: ofFixedLength(deltaTexts(reader, count), leaf) };
    case 'split_streams': if (leaf.width === 0 || leaf.physical === 'boolean' || leaf.physical === 'int96') throw unsupported(leaf); return { plain: splitStreams(reader, leaf.width, count) };
    case 'group_var_int': case 'bit_packed': throw unsupported(leaf);
  }
};

const plainValues = (reader: ByteReader, leaf: Leaf, count: number): Values => {
  if (leaf.physical === 'boolean') return plainBooleans(reader, count);
  return leaf.physical === 'bytes' ? plainTexts(reader, count) : plainFixed(reader, leaf.width, count);
};

const runBooleans = (reader: ByteReader, leaf: Leaf, count: number): Values => {
  if (leaf.physical !== 'boolean') throw unsupported(leaf);
  const bytes = new Uint8Array(count);
  readHybrid(new ByteReader(reader.take(reader.uint32())), 1, bytes);
  return { width: 1, bytes, count };
};

const deltaNumbers = (reader: ByteReader, leaf: Leaf, count: number): Values => {
  if (leaf.physical === 'int64') return deltaInt64(reader, count);
  if (leaf.physical !== 'int32') throw unsupported(leaf);
  return { width: 4, bytes: new Uint8Array(deltaInt32(reader, count).buffer), count };
};

const ofFixedLength = (values: Values, leaf: Leaf): Values => {
  if (leaf.physical === 'fixed' && 'starts' in values)
    for (let index = 0; index < values.count; index += 1)
      if ((values.ends[index] as number) - (values.starts[index] as number) !== leaf.width) throw corrupt('a value has another length than its column');
  return values;
};

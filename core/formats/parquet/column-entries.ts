/** The values of one column for a range of rows, as texts in an arena. One page is held at a time. */
import { crc32 } from 'node:zlib';
import { contained, corrupt, tooMuch } from './corrupt.ts';
import type { Values } from './encodings.ts';
import { parsePageHeader } from './page-header.ts';
import { readDictionary, readPage } from './page-values.ts';
import type { Page } from './page-values.ts';
import type { ParquetFile } from './parquet-file.ts';
import type { ColumnChunk, RowGroup } from './parquet-footer.ts';
import type { Leaf } from './parquet-schema.ts';
import type { TextArena } from './text-arena.ts';
import { valueWriter } from './value-text.ts';
import type { Wording } from './value-text.ts';

/** Rows of a row group, from its first. */
export interface RowRange { readonly group: RowGroup; readonly from: number; readonly to: number }

export interface Target { readonly arena: TextArena; readonly wording: Wording; readonly nullEnd: number; readonly entries: EntryList }

/** Elements of lists in the rows of one chunk. */
const mostEntries = 1 << 25;

/** One entry a level: where its text is in the arena, and for nested columns how deep it stands. */
export class EntryList {
  length = 0;
  starts: Int32Array;
  ends: Int32Array;
  rep: Uint8Array;
  def: Uint8Array;

  constructor(capacity: number, private readonly leveled: boolean) {
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.rep = new Uint8Array(leveled ? capacity : 0);
    this.def = new Uint8Array(leveled ? capacity : 0);
  }

  grow(): void {
    const size = Math.max(64, this.starts.length * 2);
    if (size > mostEntries) throw tooMuch('The lists in the rows of one chunk have more than 32 million elements');
    const enlarge = <List extends Int32Array | Uint8Array>(from: List, to: List): List => { to.set(from); return to; };
    this.starts = enlarge(this.starts, new Int32Array(size));
    this.ends = enlarge(this.ends, new Int32Array(size));
    if (!this.leveled) return;
    this.rep = enlarge(this.rep, new Uint8Array(size));
    this.def = enlarge(this.def, new Uint8Array(size));
  }
}

export const readEntries = async (file: ParquetFile, leaf: Leaf, range: RowRange, target: Target): Promise<void> => {
  const { group, from, to } = range;
  const pages = await file.pagesOf(group, leaf);
  const chunk = group.columns[leaf.index] as ColumnChunk;
  const where = { rowGroup: group.index + 1, column: leaf.index + 1 };
  const writing = new EntryWriter(leaf, target);
  let isRead = pages.dictionary === null;
  for (let page = pageWith(pages.firstRows, from); page < pages.starts.length; page += 1) {
    const firstRow = pages.firstRows[page] as number;
    if (firstRow > to || (firstRow === to && !pages.continuing.has(page))) break;
    if (!isRead && pages.dictionary !== null) {
      const bytes = await file.source.read(pages.dictionary.start, pages.dictionary.end);
      contained(() => { writing.useDictionary(readDictionary(pageIn(bytes, chunk, leaf))); }, 'a dictionary cannot be read', where);
      isRead = true;
    }
    const bytes = await file.source.read(pages.starts[page] as number, pages.ends[page] as number);
    contained(() => {
      const found = readPage(pageIn(bytes, chunk, leaf));
      checkRows(found, { rows: (pages.firstRows[page + 1] ?? group.rows) - firstRow, continues: pages.continuing.has(page) });
      writing.write(found, { firstRow, from, to });
    }, 'a page cannot be read', where);
  }
};

/** An index says with which row a page begins; believed unseen it would shift a column's lists against the other columns. */
const checkRows = ({ repetition, count }: Page, { rows, continues }: { readonly rows: number; readonly continues: boolean }): void => {
  let begun = repetition === null ? count : 0;
  if (repetition !== null) for (let index = 0; index < count; index += 1) if (repetition[index] === 0) begun += 1;
  if (begun !== rows || (repetition !== null && count > 0 && (repetition[0] !== 0) !== continues)) throw corrupt('a page has other rows than its index says');
};

export const pageIn = (bytes: Buffer, { codec }: ColumnChunk, leaf: Leaf): Parameters<typeof readPage>[0] => {
  const header = parsePageHeader(bytes, 0);
  if (header.headerBytes + header.packedBytes > bytes.length) throw corrupt('a page is longer than its place');
  const packed = bytes.subarray(header.headerBytes, header.headerBytes + header.packedBytes);
  if (header.crc !== null && crc32(packed) !== header.crc) throw corrupt('a page has another checksum than it says');
  return { header, packed, codec, leaf };
};

/** The last one that begins at or before the row. */
export const pageWith = (firstRows: readonly number[], row: number): number => {
  let [low, high] = [0, firstRows.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((firstRows[middle] as number) <= row) low = middle; else high = middle - 1;
  }
  return low;
};

interface Place { readonly firstRow: number; readonly from: number; readonly to: number }

class EntryWriter {
  private dictionary: Values | null = null;
  private dictionaryStarts = new Int32Array(0);
  private dictionaryEnds = new Int32Array(0);

  constructor(private readonly leaf: Leaf, private readonly target: Target) {}

  /** Texts are made of the entries that occur, when they do first. */
  useDictionary(values: Values): void {
    this.dictionary = values;
    this.dictionaryStarts = new Int32Array(values.count).fill(-1);
    this.dictionaryEnds = new Int32Array(values.count);
  }

  write(page: Page, place: Place): void {
    if (page.repetition === null) this.writeFlat(page, place); else this.writeNested(page, page.repetition, place);
  }

  private writeFlat(page: Page, { firstRow, from, to }: Place): void {
    const begin = Math.max(from, firstRow) - firstRow, end = Math.min(to, firstRow + page.count) - firstRow;
    const { definition } = page;
    const most = this.leaf.maxDef;
    let value = begin;
    if (definition !== null) {
      value = 0;
      for (let index = 0; index < begin; index += 1) if (definition[index] === most) value += 1;
    }
    this.append(page, { begin, end, value, definition });
  }

  private writeNested(page: Page, repetition: Uint8Array, { firstRow, from, to }: Place): void {
    const { definition, count } = page;
    const most = this.leaf.maxDef;
    let row = firstRow - 1, value = 0, begin = 0;
    const passed = (index: number): void => { if (definition === null || definition[index] === most) value += 1; };
    for (; begin < count; begin += 1) {
      const next = repetition[begin] === 0 ? row + 1 : row;
      if (next >= from) break;
      row = next;
      passed(begin);
    }
    let end = begin;
    for (; end < count; end += 1) {
      if (repetition[end] === 0) row += 1;
      if (row >= to) break;
    }
    const { entries } = this.target;
    const before = entries.length;
    this.append(page, { begin, end, value, definition });
    for (let index = begin; index < end; index += 1) entries.rep[before + index - begin] = repetition[index] as number;
  }

  private append(page: Page, { begin, end, value: firstValue, definition }: { readonly begin: number; readonly end: number; readonly value: number; readonly definition: Uint8Array | null }): void {
    const { target: { entries, nullEnd }, leaf: { maxDef } } = this;
    while (entries.length + end - begin > entries.starts.length) entries.grow();
    const { starts, ends, def } = entries;
    const isLeveled = def.length > 0;
    const textAt = 'indices' in page.values ? this.indexed(page.values.indices) : this.plain(page.values.plain);
    let value = firstValue, to = entries.length;
    for (let index = begin; index < end; index += 1, to += 1) {
      const level = definition === null ? maxDef : definition[index] as number;
      if (isLeveled) def[to] = level;
      if (level < maxDef) { starts[to] = 0; ends[to] = nullEnd; continue; }
      const start = textAt(value);
      starts[to] = start;
      ends[to] = this.end;
      value += 1;
    }
    entries.length = to;
  }

  /** Of the text that was asked for last. */
  private end = 0;

  private plain(values: Values): (value: number) => number {
    const { arena, wording } = this.target;
    const write = valueWriter(this.leaf, values, arena, wording);
    return (value) => {
      const start = arena.length;
      write(value);
      this.end = arena.length;
      return start;
    };
  }

  private indexed(indices: Int32Array): (value: number) => number {
    const { dictionary, dictionaryStarts, dictionaryEnds, target: { arena } } = this;
    if (dictionary === null) throw corrupt('a page needs a dictionary, and there is none');
    const write = valueWriter(this.leaf, dictionary, arena, this.target.wording);
    return (value) => {
      const index = indices[value] as number;
      if (index >= dictionary.count) throw corrupt('a value is not in the dictionary');
      let start = dictionaryStarts[index] as number;
      if (start < 0) {
        start = arena.length;
        write(index);
        dictionaryStarts[index] = start;
        dictionaryEnds[index] = arena.length;
      }
      this.end = dictionaryEnds[index] as number;
      return start;
    };
  }
}

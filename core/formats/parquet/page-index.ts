/**
 * Where the pages of a column chunk lie and with which row each begins, so that a range of rows is read from the pages that have it and no
 * others: a row group may be as large as the file. From the file's offset index where there is one; else from the page headers in their order.
 */
import { isWaybillError } from '../../../contracts/errors.ts';
import type { RandomAccess } from '../source-format.ts';
import { contained, corrupt } from './corrupt.ts';
import { parsePageHeader } from './page-header.ts';
import type { PageHeader } from './page-header.ts';
import { rowsOfPage } from './page-values.ts';
import type { ColumnChunk, RowGroup } from './parquet-footer.ts';
import type { Leaf } from './parquet-schema.ts';
import { ThriftReader, wire } from './thrift-reader.ts';

export interface PageIndex {
  /** Of the dictionary page, or null. */
  readonly dictionary: { readonly start: number; readonly end: number } | null;
  /** Of the data pages, header included. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Rows of the group before each page. */
  readonly firstRows: readonly number[];
  /** Pages that begin within a row that the page before began. */
  readonly continuing: ReadonlySet<number>;
}

export interface ChunkPlace { readonly source: RandomAccess; readonly group: RowGroup; readonly leaf: Leaf; readonly chunk: ColumnChunk }

export const indexPages = async (place: ChunkPlace): Promise<PageIndex> => {
  const { chunk, leaf } = place;
  // For plain values the headers say enough, and nobody's index has to be believed.
  return chunk.offsetIndex !== null && leaf.maxRep > 0 ? fromOffsetIndex(place, chunk.offsetIndex) : fromHeaders(place);
};

const fromOffsetIndex = async ({ source, group, leaf, chunk }: ChunkPlace, { start, end }: { readonly start: number; readonly end: number }): Promise<PageIndex> => {
  const bytes = await source.read(start, end);
  const starts: number[] = [], ends: number[] = [], firstRows: number[] = [];
  const where = { rowGroup: group.index + 1, column: leaf.index + 1 };
  contained(() => {
    const thrift = new ThriftReader(bytes);
    thrift.fields((id, type) => {
      if (id !== 1 || type !== wire.list) return false;
      thrift.list(() => {
        let [offset, length, firstRow] = [-1, -1, -1];
        thrift.fields((field) => {
          if (field === 1) offset = thrift.integer(); else if (field === 2) length = thrift.integer(); else if (field === 3) firstRow = thrift.integer(); else return false;
          return true;
        });
        const before = firstRows.length;
        if (offset < (ends[before - 1] ?? chunk.start) || length < 1 || offset + length > chunk.end || firstRow < (firstRows[before - 1] ?? 0) || firstRow > group.rows || (before === 0 && firstRow !== 0))
          throw corrupt('the index of a column is wrong', where);
        starts.push(offset);
        ends.push(offset + length);
        firstRows.push(firstRow);
      });
      return true;
    });
  }, 'the index of a column cannot be read', where);
  const first = starts[0];
  if (first === undefined) throw corrupt('the index of a column is empty', where);
  return { dictionary: first > chunk.start ? { start: chunk.start, end: first } : null, starts, ends, firstRows, continuing: new Set() };
};

const fromHeaders = async (place: ChunkPlace): Promise<PageIndex> => {
  const { source, group, leaf, chunk } = place;
  const where = { rowGroup: group.index + 1, column: leaf.index + 1 };
  const walk = new HeaderWalk(source, chunk.end);
  const starts: number[] = [], ends: number[] = [], firstRows: number[] = [];
  const continuing = new Set<number>();
  let dictionary: PageIndex['dictionary'] = null;
  let rows = 0, values = 0;
  for (let at = chunk.start; at < chunk.end && values < chunk.values;) {
    const header = await walk.headerAt(at, where);
    const end = at + header.headerBytes + header.packedBytes;
    if (end > chunk.end) throw corrupt('a page is longer than its column', where);
    if (header.kind === 'dictionary') dictionary ??= { start: at, end };
    else if (header.kind !== 'other') {
      const found = await rowsIn(place, header, { start: at + header.headerBytes, end });
      if (found.continues) continuing.add(starts.length);
      starts.push(at);
      ends.push(end);
      firstRows.push(rows);
      rows += found.rows;
      values += header.values;
    }
    at = end;
  }
  if (rows !== group.rows || values !== chunk.values) throw corrupt('the pages of a column have another number of rows than its row group', where);
  return { dictionary, starts, ends, firstRows, continuing };
};

const rowsIn = async ({ source, leaf, chunk }: ChunkPlace, header: PageHeader, { start, end }: { readonly start: number; readonly end: number }): Promise<{ readonly rows: number; readonly continues: boolean }> => {
  if (leaf.maxRep === 0) return { rows: header.values, continues: false };
  if (header.kind === 'data2') return { rows: header.rows, continues: false };
  const packed = await source.read(start, end);
  return contained(() => rowsOfPage({ header, packed, codec: chunk.codec, leaf }), 'a page cannot be read', { column: leaf.index + 1 });
};

/** Small pages lie several in a window; of large ones only the beginning is read. */
const windowBytes = 32 * 1024;
/** Statistics in a header may hold two long texts. */
const mostHeaderBytes = 16 * 1024 * 1024;

export class HeaderWalk {
  private window: Buffer = Buffer.alloc(0);
  private start = 0;
  constructor(private readonly source: RandomAccess, private readonly end: number) {}

  async headerAt(at: number, where: Readonly<Record<string, number>>): Promise<PageHeader> {
    if (at < this.start || at >= this.start + this.window.length) await this.fill(at, windowBytes);
    for (let length = windowBytes * 16; ; length *= 16) {
      try {
        return contained(() => parsePageHeader(this.window, at - this.start), 'a page header cannot be read', where);
      } catch (error) {
        // It may only be cut by the window.
        if (!isWaybillError(error) || this.start + this.window.length >= this.end || length > mostHeaderBytes) throw error;
        await this.fill(at, length);
      }
    }
  }

  private async fill(at: number, length: number): Promise<void> {
    this.start = at;
    this.window = await this.source.read(at, Math.min(this.end, at + length));
  }
}

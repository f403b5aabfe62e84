/** Rows of a Parquet file as their reader takes them: lines of the row spool where all columns are plain, else JSON Lines. */
import { corrupt, tooMuch } from './corrupt.ts';
import { EntryList, readEntries } from './column-entries.ts';
import { JsonRecords } from './json-records.ts';
import type { ParquetFile } from './parquet-file.ts';
import type { Leaf } from './parquet-schema.ts';
import { TextArena } from './text-arena.ts';
import type { Wording } from './value-text.ts';

/** Rows from 0. */
export interface Rows { readonly from: number; readonly to: number }
export type RoomFor = (bytes: number) => Buffer;

const tab = 0x09, lineFeed = 0x0a, zero = 0x30;
const mostChunkBytes = 192 * 1024 * 1024;

export const loadRows = async (file: ParquetFile, rows: Rows, roomFor: RoomFor): Promise<Buffer> => {
  if (rows.to > file.footer.rows || rows.from > rows.to) throw corrupt('it has fewer rows than when it was planned');
  return file.footer.schema.flat ? loadLines(file, rows, roomFor) : (await loadRecords(file, rows)).write('whole');
};

/** Nested rows, to be written as JSON. */
export const loadRecords = async (file: ParquetFile, rows: Rows): Promise<JsonRecords> => {
  const columns = await loadColumns(file, rows, { wording: 'json', arena: new TextArena(arenaBytes(file, rows)) });
  return new JsonRecords(file.footer.schema, columns.entries, { arena: columns.arena, rows: rows.to - rows.from });
};

interface Columns { readonly arena: TextArena; readonly entries: readonly EntryList[] }

const arenaBytes = ({ footer: { schema: { leaves } } }: ParquetFile, { from, to }: Rows): number => Math.max(64 * 1024, (to - from) * leaves.length * 8);

const loadColumns = async (file: ParquetFile, { from, to }: Rows, { wording, arena }: { readonly wording: Wording; readonly arena: TextArena }): Promise<Columns> => {
  const { schema: { leaves }, groups } = file.footer;
  const rows = to - from;
  if (wording === 'json') arena.ascii('null');
  const nullEnd = arena.length;
  const entries: EntryList[] = [];
  const touched = groups.slice(groupWith(groups, from)).filter((group) => group.rows > 0 && group.firstRow < to && group.firstRow + group.rows > from);
  for (const leaf of leaves) {
    const list = new EntryList(rows, wording === 'json');
    for (const group of touched) {
      const range = { group, from: Math.max(0, from - group.firstRow), to: Math.min(group.rows, to - group.firstRow) };
      await readEntries(file, leaf, range, { arena, wording, nullEnd, entries: list });
    }
    if (leaf.maxRep === 0 && list.length !== rows) throw corrupt('a column has fewer values than rows', columnPlace(leaf));
    entries.push(list);
  }
  return { arena, entries };
};

const columnPlace = ({ index }: Leaf): { readonly column: number } => ({ column: index + 1 });

const groupWith = (groups: ParquetFile['footer']['groups'], row: number): number => {
  let [low, high] = [0, groups.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((groups[middle]?.firstRow ?? 0) <= row) low = middle; else high = middle - 1;
  }
  // Empty row groups share their first row with the next one.
  return Math.max(0, low);
};

/** Of the chunk before: an arena grows by doubling, and each chunk would leave 64 MB behind. Taken while it is used, since loads on the main thread interleave. */
let spare: Buffer | null = null;
const mostSpareBytes = 64 * 1024 * 1024;

const loadLines = async (file: ParquetFile, rows: Rows, roomFor: RoomFor): Promise<Buffer> => {
  const arena = new TextArena(arenaBytes(file, rows), spare);
  spare = null;
  const lines = writeLines(await loadColumns(file, rows, { wording: 'spool', arena }), rows, roomFor);
  if (arena.bytes.length <= mostSpareBytes) spare = arena.bytes;
  return lines;
};

const writeLines = ({ arena, entries }: Columns, rows: Rows, roomFor: RoomFor): Buffer => {
  const count = rows.to - rows.from;
  const room = roomFor(lineBytes(entries, rows));
  let at = 0;
  for (let row = 0; row < count; row += 1) {
    at = writeNumber(room, at, rows.from + row + 1);
    for (let column = 0; column < entries.length; column += 1) {
      const list = entries[column] as EntryList;
      const start = list.starts[row] as number, end = list.ends[row] as number;
      room[at++] = tab;
      if (end - start > 48) at += arena.bytes.copy(room, at, start, end); else for (let from = start; from < end; from += 1) room[at++] = arena.bytes[from] as number;
    }
    room[at++] = lineFeed;
  }
  return room.subarray(0, at);
};

const lineBytes = (entries: readonly EntryList[], { from, to }: Rows): number => {
  let bytes = (to - from) * (entries.length + String(to).length + 1);
  for (const { starts, ends, length } of entries) for (let row = 0; row < length; row += 1) bytes += (ends[row] as number) - (starts[row] as number);
  if (bytes > mostChunkBytes) throw tooMuch('The rows of one chunk are larger than 192 MiB');
  return bytes;
};

const writeNumber = (room: Buffer, start: number, value: number): number => {
  let count = 1;
  for (let power = 10; power <= value; power *= 10) count += 1;
  let rest = value;
  for (let at = start + count - 1; at >= start; at -= 1) {
    const next = Math.floor(rest / 10);
    room[at] = zero + rest - next * 10;
    rest = next;
  }
  return start + count;
};

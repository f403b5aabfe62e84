/**
 * Parquet in parts: a part is row groups, with a note behind them of where their columns are; the file is the parts' row groups one behind the
 * other and a footer of their notes, moved to where they came to lie.
 */
import { WaybillError } from '../../../contracts/errors.ts';
import type { Companion, FileWriter, PartPlace, WrittenPart } from '../file-writer.ts';
import type { OutputField, OutputRow } from '../format-writer.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { columnSpec } from './column-spec.ts';
import { createColumnBuilder } from './create-column-builder.ts';
import { prepareZstd } from '../zstd-library.ts';
import { packColumn } from './pack-pages.ts';
import type { WrittenCodec, WrittenColumn } from './pack-pages.ts';
import { magic } from './parquet-footer.ts';
import { footerBytes } from './write-footer.ts';
import type { FileColumn, WrittenGroup } from './write-footer.ts';

/** DuckDB reads row groups side by side and writes them so. */
const mostGroupRows = 122_880;
/** Long texts end a row group early: it is held in memory until it is written. */
const mostGroupBytes = 64 * 1024 * 1024;
/** Cells of a row group: of a table with many columns fewer rows. */
const mostGroupCells = 4_000_000;

export class ParquetWriter implements FileWriter {
  readonly companions: readonly Companion[] = [];
  readonly guardedCells = 0;
  readonly writeLines = null;
  readonly assemblesInOrder = false;
  private readonly columns: readonly FileColumn[];
  private readonly groupRows: number;

  constructor(fields: readonly OutputField[], private readonly codec: WrittenCodec) {
    this.columns = fields.map((field) => ({ field, spec: columnSpec(field.field) }));
    this.groupRows = Math.max(1_024, Math.min(mostGroupRows, Math.floor(mostGroupCells / fields.length)));
  }

  async *writePart(batches: AsyncIterable<readonly OutputRow[]>, { rows }: PartPlace): AsyncGenerator<Uint8Array> {
    if (this.codec === 'zstd') await prepareZstd();
    const capacity = Math.max(1, Math.min(this.groupRows, rows));
    const builders = this.columns.map(({ field, spec }) => createColumnBuilder(spec, field, capacity));
    const groups: WrittenGroup[] = [];
    let at = 0, gathered = 0;
    for await (const batch of batches) {
      for (let from = 0; from < batch.length;) {
        const to = Math.min(batch.length, from + Math.min(capacity - gathered, stride));
        builders.forEach((builder, column) => { builder.addAll(batch, { column, from, to }); });
        gathered += to - from;
        from = to;
        if (gathered < capacity && heldBytes(builders) < mostGroupBytes) continue;
        const group = this.pack(builders, at);
        groups.push(group.note);
        yield* group.pieces;
        [at, gathered] = [group.end, 0];
      }
    }
    if (gathered > 0) {
      const group = this.pack(builders, at);
      groups.push(group.note);
      yield* group.pieces;
    }
    yield noteOf(groups);
  }

  async *assemble(parts: readonly WrittenPart[]): AsyncGenerator<Uint8Array> {
    yield magic;
    const groups: { readonly group: WrittenGroup; readonly shift: number }[] = [];
    let at = magic.length;
    for (const part of parts) {
      const { groups: own, dataBytes } = await readNote(part);
      for (const group of own) groups.push({ group, shift: at });
      if (dataBytes > 0) yield* part.read(0, dataBytes);
      at += dataBytes;
    }
    yield footerBytes({ columns: this.columns, codec: this.codec, groups });
  }

  private pack(builders: readonly ColumnBuilder[], start: number): { readonly note: WrittenGroup; readonly pieces: readonly Uint8Array[]; readonly end: number } {
    const columns: WrittenColumn[] = [], pieces: Uint8Array[] = [];
    const rows = builders[0]?.count ?? 0;
    let at = start;
    for (const builder of builders) {
      const packed = packColumn(builder, this.codec, at);
      columns.push(packed.column);
      pieces.push(...packed.pieces);
      at += packed.column.packedBytes;
      builder.clear();
    }
    return { note: { rows, columns }, pieces, end: at };
  }
}

/** Rows after which the size of a row group is looked at again. */
const stride = 1_024;
const heldBytes = (builders: readonly ColumnBuilder[]): number => builders.reduce((sum, { bytes }) => sum + bytes, 0);

const noteLengthBytes = 4;
const noteOf = (groups: readonly WrittenGroup[]): Buffer => {
  const note = Buffer.from(JSON.stringify(groups));
  const length = Buffer.alloc(noteLengthBytes);
  length.writeUInt32LE(note.length, 0);
  return Buffer.concat([note, length]);
};

const readNote = async (part: WrittenPart): Promise<{ readonly groups: readonly WrittenGroup[]; readonly dataBytes: number }> => {
  const tail = await bytesOf(part, part.bytes - noteLengthBytes, part.bytes);
  const start = part.bytes - noteLengthBytes - tail.readUInt32LE(0);
  const note = await bytesOf(part, start, part.bytes - noteLengthBytes);
  // Written by `noteOf` above; the storage keeps a part whole or not at all.
  return { groups: JSON.parse(note.toString('utf8')) as readonly WrittenGroup[], dataBytes: start };
};

const bytesOf = async (part: WrittenPart, start: number, end: number): Promise<Buffer> => {
  if (start < 0) throw new WaybillError('FILE_CHANGED', 'A part of the export is shorter than when it was written.');
  const pieces: Uint8Array[] = [];
  for await (const piece of part.read(start, end)) pieces.push(piece);
  return Buffer.concat(pieces);
};

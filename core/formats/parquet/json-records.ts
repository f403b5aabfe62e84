/**
 * Rows with lists, maps and groups, put together again from their columns' levels (Melnik et al., "Dremel", section 4.3) as JSON: a list is an
 * array, a map an object, a group an object.
 */
import { corrupt } from './corrupt.ts';
import type { EntryList } from './column-entries.ts';
import { elementOf, type ParquetSchema, type SchemaNode } from './parquet-schema.ts';
import { TextArena } from './text-arena.ts';
import { jsonText } from './value-text.ts';

/** `marked`: to see which places there are, a map is only a mark, since its keys are data. */
export type Rendering = 'whole' | 'marked';

const comma = 0x2c, colon = 0x3a, openBrace = 0x7b, closeBrace = 0x7d, openBracket = 0x5b, closeBracket = 0x5d, quote = 0x22, lineFeed = 0x0a;

export class JsonRecords {
  private readonly cursors: Int32Array;
  private out = new TextArena(1024);
  private rendering: Rendering = 'whole';
  private readonly keys = new Map<SchemaNode, Buffer>();

  constructor(private readonly schema: ParquetSchema, private readonly columns: readonly EntryList[], private readonly texts: { readonly arena: TextArena; readonly rows: number }) {
    this.cursors = new Int32Array(columns.length);
  }

  /** A line a row. */
  write(rendering: Rendering): Buffer {
    this.rendering = rendering;
    this.cursors.fill(0);
    this.out = new TextArena(this.texts.arena.length + this.texts.rows * this.columns.length * 16);
    for (let row = 0; row < this.texts.rows; row += 1) {
      this.writeGroup(this.schema.root);
      this.out.byte(lineFeed);
      for (let column = 0; column < this.columns.length; column += 1) this.checkRowEnd(column);
    }
    this.columns.forEach(({ length }, column) => { if (this.cursors[column] !== length) throw corrupt('a column has more values than the others', { column: column + 1 }); });
    return this.out.bytes.subarray(0, this.out.length);
  }

  private checkRowEnd(column: number): void {
    const { length, rep } = this.columns[column] as EntryList;
    const at = this.cursors[column] as number;
    if (at < length && rep[at] !== 0) throw corrupt('the levels of a column do not fit to the others', { column: column + 1 });
  }

  private level(node: SchemaNode): number {
    const at = this.cursors[node.firstLeaf] as number;
    const column = this.columns[node.firstLeaf] as EntryList;
    if (at >= column.length) throw corrupt('a column has fewer values than the others', { column: node.firstLeaf + 1 });
    return column.def[at] as number;
  }

  /** What is not there has one entry in each column below. */
  private skip(node: SchemaNode): void {
    for (let leaf = node.firstLeaf; leaf <= node.lastLeaf; leaf += 1) {
      if ((this.cursors[leaf] as number) >= (this.columns[leaf] as EntryList).length) throw corrupt('a column has fewer values than the others', { column: leaf + 1 });
      this.cursors[leaf] = (this.cursors[leaf] as number) + 1;
    }
  }

  /** A field: null, a list of what repeats, or one value. */
  private writeField(node: SchemaNode): void {
    if (node.repeated) { this.writeRepeated(node, () => { this.writeValue(node); }); return; }
    if (node.optional && this.level(node) < node.def) { this.skip(node); this.out.ascii('null'); return; }
    this.writeValue(node);
  }

  private writeValue(node: SchemaNode): void {
    switch (node.shape) {
      case 'leaf': this.writeLeaf(node.firstLeaf); return;
      case 'struct': this.writeGroup(node); return;
      case 'list': this.writeList(node.children[0] as SchemaNode, elementOf(node)); return;
      case 'map': this.writeMap(node.children[0] as SchemaNode); return;
    }
  }

  private writeLeaf(leaf: number): void {
    const column = this.columns[leaf] as EntryList;
    const at = this.cursors[leaf] as number;
    if (at >= column.length) throw corrupt('a column has fewer values than the others', { column: leaf + 1 });
    this.cursors[leaf] = at + 1;
    this.copy(column.starts[at] as number, column.ends[at] as number);
  }

  private copy(start: number, end: number): void {
    const { out, texts: { arena } } = this;
    out.ensure(end - start);
    arena.bytes.copy(out.bytes, out.length, start, end);
    out.length += end - start;
  }

  private writeGroup(node: SchemaNode): void {
    const { out } = this;
    out.byte(openBrace);
    node.children.forEach((child, index) => {
      if (index > 0) out.byte(comma);
      const key = this.keyOf(child);
      out.ensure(key.length);
      key.copy(out.bytes, out.length);
      out.length += key.length;
      this.writeField(child);
    });
    out.byte(closeBrace);
  }

  private keyOf(node: SchemaNode): Buffer {
    const known = this.keys.get(node);
    if (known !== undefined) return known;
    const key = Buffer.from(`${JSON.stringify(node.name)}:`);
    this.keys.set(node, key);
    return key;
  }

  private writeRepeated(node: SchemaNode, element: () => void, separators: readonly [number, number] = [openBracket, closeBracket]): void {
    const { out } = this;
    out.byte(separators[0]);
    if (this.level(node) < node.def) this.skip(node);
    else {
      const column = this.columns[node.firstLeaf] as EntryList;
      for (let first = true; ; first = false) {
        if (!first) out.byte(comma);
        const before = this.cursors[node.firstLeaf] as number;
        element();
        const at = this.cursors[node.firstLeaf] as number;
        if (at === before) throw corrupt('a list does not end', { column: node.firstLeaf + 1 });
        if (at >= column.length || (column.rep[at] as number) < node.rep) break;
        if ((column.rep[at] as number) > node.rep) throw corrupt('the levels of a list do not fit', { column: node.firstLeaf + 1 });
      }
    }
    out.byte(separators[1]);
  }

  private writeList(repeated: SchemaNode, element: SchemaNode): void {
    this.writeRepeated(repeated, () => { if (element !== repeated) this.writeField(element); else this.writeValue(repeated); });
  }

  private writeMap(pairs: SchemaNode): void {
    const [key, value] = pairs.children as [SchemaNode, SchemaNode];
    const start = this.out.length;
    this.writeRepeated(pairs, () => {
      this.writeKey(key);
      this.out.byte(colon);
      this.writeField(value);
    }, [openBrace, closeBrace]);
    if (this.rendering === 'whole') return;
    this.out.length = start;
    this.out.ascii('true');
  }

  private writeKey(key: SchemaNode): void {
    const at = this.cursors[key.firstLeaf] as number;
    const column = this.columns[key.firstLeaf] as EntryList;
    const start = column.starts[at] as number, end = column.ends[at] as number;
    if (this.texts.arena.bytes[start] === quote) { this.writeLeaf(key.firstLeaf); return; }
    this.level(key);
    this.cursors[key.firstLeaf] = at + 1;
    jsonText(this.out, this.texts.arena.bytes, start, end);
  }
}

/** The footer of a written file: schema, row groups with their places and bounds. */
import type { OutputField } from '../format-writer.ts';
import type { ColumnSpec } from './column-spec.ts';
import { codecNumber } from './pack-pages.ts';
import type { WrittenCodec, WrittenColumn } from './pack-pages.ts';
import { converted, logical, physicalTypes } from './parquet-schema.ts';
import type { PhysicalType } from './parquet-schema.ts';
import { ThriftWriter } from './thrift-writer.ts';

export interface WrittenGroup {
  readonly rows: number;
  readonly columns: readonly WrittenColumn[];
}

export interface FileColumn { readonly field: OutputField; readonly spec: ColumnSpec }

export interface FooterOrder {
  readonly columns: readonly FileColumn[];
  readonly codec: WrittenCodec;
  /** With what is to be added to their places. */
  readonly groups: readonly { readonly group: WrittenGroup; readonly shift: number }[];
}

const optional = 1, repeated = 2;

export const footerBytes = ({ columns, codec, groups }: FooterOrder): Buffer => {
  const footer = new ThriftWriter();
  footer.integer(1, 2);
  footer.structs<Element | null>(2, [null, ...columns.flatMap(elementsOf)], (element) => {
    if (element === null) footer.binary(4, Buffer.from('schema')).integer(5, columns.length);
    else writeElement(footer, element);
  });
  footer.long(3, groups.reduce((sum, { group }) => sum + group.rows, 0));
  footer.structs(4, groups, ({ group, shift }) => { writeGroup(footer, { columns, codec, group, shift }); });
  footer.binary(6, Buffer.from('Waybill'));
  // TypeDefinedOrder for each: without it readers do not trust the bounds.
  footer.structs(7, columns, () => { footer.struct(1, () => undefined); });
  const bytes = footer.end();
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(bytes.length, 0);
  tail.write('PAR1', 4, 'latin1');
  return Buffer.concat([bytes, tail]);
};

const physicalOf = (spec: ColumnSpec): PhysicalType => {
  switch (spec.is) {
    case 'boolean': case 'float': case 'double': case 'int32': case 'int64': return spec.is;
    case 'int16': case 'date': return 'int32';
    case 'timestamp': return 'int64';
    case 'uuid': return 'fixed';
    case 'json': case 'text': case 'text_list': return 'bytes';
    case 'decimal': return spec.width === 4 ? 'int32' : spec.width === 8 ? 'int64' : 'fixed';
  }
};

interface Element { readonly name: string; readonly spec: ColumnSpec | 'list' | 'repeated' }

/** A list is three elements, of these names (LogicalTypes.md, "Lists"). */
const elementsOf = ({ field: { name }, spec }: FileColumn): readonly Element[] =>
  (spec.is === 'text_list' ? [{ name, spec: 'list' }, { name: 'list', spec: 'repeated' }, { name: 'element', spec }] : [{ name, spec }]);

const pathOf = (column: FileColumn): readonly Uint8Array[] => elementsOf(column).map(({ name }) => Buffer.from(name));

const writeElement = (footer: ThriftWriter, { name, spec }: Element): void => {
  if (spec === 'list') { footer.integer(3, optional).binary(4, Buffer.from(name)).integer(5, 1).integer(6, converted.list); annotate(footer, logical.list); return; }
  if (spec === 'repeated') { footer.integer(3, repeated).binary(4, Buffer.from(name)).integer(5, 1); return; }
  const physical = physicalOf(spec);
  footer.integer(1, physicalTypes.indexOf(physical));
  if (physical === 'fixed') footer.integer(2, spec.is === 'decimal' ? spec.width : 16);
  footer.integer(3, optional).binary(4, Buffer.from(name));
  switch (spec.is) {
    case 'boolean': case 'float': case 'double': case 'int32': case 'int64': return;
    case 'int16': footer.integer(6, converted.int16); footer.struct(10, () => { footer.struct(logical.integer, () => { footer.small(1, 16).flag(2, true); }); }); return;
    case 'date': footer.integer(6, converted.date); annotate(footer, logical.date); return;
    case 'json': footer.integer(6, converted.json); annotate(footer, logical.json); return;
    case 'text': case 'text_list': footer.integer(6, converted.utf8); annotate(footer, logical.string); return;
    case 'uuid': annotate(footer, logical.uuid); return;
    case 'decimal':
      footer.integer(6, converted.decimal).integer(7, spec.scale).integer(8, spec.precision);
      footer.struct(10, () => { footer.struct(logical.decimal, () => { footer.integer(1, spec.scale).integer(2, spec.precision); }); });
      return;
    case 'timestamp':
      // The older word means a time in UTC.
      if (spec.utc) footer.integer(6, converted.timestampMicros);
      footer.struct(10, () => { footer.struct(logical.timestamp, () => { footer.flag(1, spec.utc).struct(2, () => { footer.struct(2, () => undefined); }); }); });
      return;
  }
};

/** A type without parameters. */
const annotate = (footer: ThriftWriter, type: number): void => { footer.struct(10, () => { footer.struct(type, () => undefined); }); };

interface GroupOrder { readonly columns: readonly FileColumn[]; readonly codec: WrittenCodec; readonly group: WrittenGroup; readonly shift: number }
const writeGroup = (footer: ThriftWriter, { columns, codec, group, shift }: GroupOrder): void => {
  const [first] = group.columns;
  const packed = group.columns.reduce((sum, { packedBytes }) => sum + packedBytes, 0);
  footer.structs(1, group.columns, (column, index) => {
    footer.long(2, 0).struct(3, () => { writeColumn(footer, { column, file: columns[index] as FileColumn, codec, shift }); });
  });
  footer.long(2, group.columns.reduce((sum, { bytes }) => sum + bytes, 0)).long(3, group.rows);
  footer.long(5, shift + (first?.dictionaryAt ?? first?.dataAt ?? 0)).long(6, packed);
};

interface ColumnOrder { readonly column: WrittenColumn; readonly file: FileColumn; readonly codec: WrittenCodec; readonly shift: number }
const writeColumn = (footer: ThriftWriter, { column, file, codec, shift }: ColumnOrder): void => {
  const hasDictionary = column.dictionaryAt !== null;
  footer.integer(1, physicalTypes.indexOf(physicalOf(file.spec))).integers(2, hasDictionary ? [0, 3, 8] : [0, 3]).binaries(3, pathOf(file)).integer(4, codecNumber(codec));
  footer.long(5, column.values).long(6, column.bytes).long(7, column.packedBytes).long(9, shift + column.dataAt);
  if (column.dictionaryAt !== null) footer.long(11, shift + column.dictionaryAt);
  footer.struct(12, () => {
    footer.long(3, column.nulls);
    if (column.most !== null && column.least !== null) footer.binary(5, Buffer.from(column.most, 'base64')).binary(6, Buffer.from(column.least, 'base64')).flag(7, true).flag(8, true);
  });
};

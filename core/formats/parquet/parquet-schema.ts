/**
 * The schema of a Parquet file as a tree, and what each leaf's values mean. Logical types win over the older converted ones
 * (https://github.com/apache/parquet-format/blob/master/LogicalTypes.md); an annotation that does not fit its physical type is none.
 */
import { WaybillError } from '../../../contracts/errors.ts';
import { corrupt } from './corrupt.ts';

export const physicalTypes = ['boolean', 'int32', 'int64', 'int96', 'float', 'double', 'bytes', 'fixed'] as const;
export type PhysicalType = typeof physicalTypes[number];
export type TimeUnit = 'millis' | 'micros' | 'nanos';

export type ValueKind =
  | { readonly is: 'boolean' | 'int' | 'uint' | 'int96' | 'float' | 'double' | 'float16' | 'date' | 'text' | 'unknown' | 'hex' | 'uuid' | 'interval' | 'geometry' }
  | { readonly is: 'decimal'; readonly scale: number }
  | { readonly is: 'time'; readonly unit: TimeUnit }
  | { readonly is: 'timestamp'; readonly unit: TimeUnit; readonly utc: boolean };

/** As the footer has it, in its order. */
export interface SchemaElement {
  name: string;
  physical: PhysicalType | null;
  typeLength: number;
  repetition: 'required' | 'optional' | 'repeated';
  children: number;
  converted: number;
  scale: number;
  logical: { readonly id: number; readonly scale: number; readonly unit: TimeUnit; readonly utc: boolean; readonly signed: boolean } | null;
}

export interface SchemaNode {
  readonly name: string;
  readonly optional: boolean;
  readonly repeated: boolean;
  /** Levels at which this node is there. */
  readonly def: number;
  readonly rep: number;
  readonly shape: 'leaf' | 'struct' | 'list' | 'map';
  readonly children: readonly SchemaNode[];
  readonly leaf: Leaf | null;
  /** The first leaf at or below it. */
  readonly firstLeaf: number;
  readonly lastLeaf: number;
}

export interface Leaf {
  readonly index: number;
  readonly physical: PhysicalType;
  readonly width: number;
  readonly kind: ValueKind;
  readonly maxDef: number;
  readonly maxRep: number;
  readonly name: string;
}

export interface ParquetSchema {
  readonly root: SchemaNode;
  readonly leaves: readonly Leaf[];
  /** Every column is a plain value beside the others. */
  readonly flat: boolean;
}

const mostLevels = 60;
const mostLeaves = 2_000;
export const converted = { utf8: 0, map: 1, mapKeyValue: 2, list: 3, enum: 4, decimal: 5, date: 6, timeMillis: 7, timeMicros: 8, timestampMillis: 9, timestampMicros: 10, uint8: 11, uint64: 14, int16: 16, json: 19, bson: 20, interval: 21 } as const;
export const logical = { string: 1, map: 2, list: 3, enum: 4, decimal: 5, date: 6, time: 7, timestamp: 8, integer: 10, unknown: 11, json: 12, bson: 13, uuid: 14, float16: 15, variant: 16, geometry: 17, geography: 18 } as const;

const widths: Readonly<Record<PhysicalType, number>> = { boolean: 1, int32: 4, int64: 8, int96: 12, float: 4, double: 8, bytes: 0, fixed: 0 };

const kindOf = (element: SchemaElement, physical: PhysicalType): ValueKind => {
  switch (physical) {
    case 'boolean': return { is: 'boolean' };
    case 'float': return { is: 'float' };
    case 'double': return { is: 'double' };
    case 'int96': return { is: 'int96' };
    case 'int32': case 'int64': return integerKind(element, physical);
    case 'bytes': case 'fixed': return bytesKind(element, physical);
  }
};

const integerKind = ({ logical: type, converted: old, scale }: SchemaElement, physical: 'int32' | 'int64'): ValueKind => {
  const isLong = physical === 'int64';
  if (type !== null) {
    if (type.id === logical.decimal) return { is: 'decimal', scale: type.scale };
    if (type.id === logical.date && !isLong) return { is: 'date' };
    if (type.id === logical.time && isLong === (type.unit !== 'millis')) return { is: 'time', unit: type.unit };
    if (type.id === logical.timestamp && isLong) return { is: 'timestamp', unit: type.unit, utc: type.utc };
    if (type.id === logical.integer) return { is: type.signed ? 'int' : 'uint' };
  }
  if (old === converted.decimal) return { is: 'decimal', scale };
  if (old === converted.date && !isLong) return { is: 'date' };
  if (old === converted.timeMillis && !isLong) return { is: 'time', unit: 'millis' };
  if (old === converted.timeMicros && isLong) return { is: 'time', unit: 'micros' };
  if (old === converted.timestampMillis && isLong) return { is: 'timestamp', unit: 'millis', utc: true };
  if (old === converted.timestampMicros && isLong) return { is: 'timestamp', unit: 'micros', utc: true };
  return { is: old >= converted.uint8 && old <= converted.uint64 ? 'uint' : 'int' };
};

const bytesKind = ({ logical: type, converted: old, scale, typeLength }: SchemaElement, physical: 'bytes' | 'fixed'): ValueKind => {
  const isFixed = physical === 'fixed';
  if (type !== null) {
    if (type.id === logical.decimal) return { is: 'decimal', scale: type.scale };
    if (type.id === logical.uuid && isFixed && typeLength === 16) return { is: 'uuid' };
    if (type.id === logical.float16 && isFixed && typeLength === 2) return { is: 'float16' };
    if (type.id === logical.bson || type.id === logical.variant) return { is: 'hex' };
    if (type.id === logical.geometry || type.id === logical.geography) return { is: 'geometry' };
    if (type.id === logical.string || type.id === logical.enum || type.id === logical.json) return { is: 'text' };
  }
  if (old === converted.decimal) return { is: 'decimal', scale };
  if (old === converted.interval && isFixed && typeLength === 12) return { is: 'interval' };
  if (old === converted.bson) return { is: 'hex' };
  if (old === converted.utf8 || old === converted.enum || old === converted.json) return { is: 'text' };
  return { is: isFixed ? 'hex' : 'unknown' };
};

interface Above { readonly def: number; readonly rep: number; readonly level: number }

export const schemaOf = (elements: readonly SchemaElement[]): ParquetSchema => {
  const leaves: Leaf[] = [];
  let next = 0;
  const nodeAt = (above: Above): SchemaNode => {
    const element = elements[next];
    if (element === undefined || above.level > mostLevels) throw corrupt('the schema is no tree, or too deep');
    next += 1;
    const repeated = element.repetition === 'repeated';
    const isRoot = above.level === 0;
    const def = above.def + (isRoot || element.repetition === 'required' ? 0 : 1), rep = above.rep + (repeated && !isRoot ? 1 : 0);
    const firstLeaf = leaves.length;
    const leaf = element.physical === null ? null : leafOf(element, { index: leaves.length, physical: element.physical, def, rep });
    if (leaf !== null) leaves.push(leaf);
    if (leaves.length > mostLeaves) throw new WaybillError('FILE_TOO_MANY_COLUMNS', `The file has more than ${mostLeaves} columns.`, { columns: leaves.length });
    const children: SchemaNode[] = [];
    if (leaf === null) for (let count = 0; count < element.children; count += 1) children.push(nodeAt({ def, rep, level: above.level + 1 }));
    if (leaf === null && children.length === 0 && !isRoot) throw corrupt('a group of the schema is empty');
    return { name: element.name, optional: element.repetition === 'optional' && !isRoot, repeated: repeated && !isRoot, def, rep, shape: shapeOf(element, children), children, leaf, firstLeaf, lastLeaf: leaves.length - 1 };
  };
  const root = nodeAt({ def: 0, rep: 0, level: 0 });
  if (next !== elements.length || leaves.length === 0) throw corrupt('the schema is no tree');
  return { root, leaves, flat: root.children.every(({ leaf, repeated }) => leaf !== null && !repeated) };
};

interface Place { readonly index: number; readonly physical: PhysicalType; readonly def: number; readonly rep: number }
const leafOf = (element: SchemaElement, { index, physical, def, rep }: Place): Leaf => {
  if (physical === 'fixed' && (element.typeLength < 1 || element.typeLength > 1 << 20)) throw corrupt('a column has values of an impossible length', { column: index + 1 });
  if (element.scale < 0 || element.scale > 1_000 || (element.logical?.scale ?? 0) < 0 || (element.logical?.scale ?? 0) > 1_000) throw corrupt('a decimal column has an impossible scale', { column: index + 1 });
  return { index, physical, width: physical === 'fixed' ? element.typeLength : widths[physical], kind: kindOf(element, physical), maxDef: def, maxRep: rep, name: element.name };
};

/** A list is a group around one repeated node; a map is one around repeated pairs (LogicalTypes.md, "Nested Types"). */
const shapeOf = ({ physical, logical: type, converted: old }: SchemaElement, children: readonly SchemaNode[]): SchemaNode['shape'] => {
  if (physical !== null) return 'leaf';
  const [only] = children;
  if (only === undefined || children.length !== 1 || !only.repeated) return 'struct';
  const isMap = type?.id === logical.map || old === converted.map || old === converted.mapKeyValue;
  if (isMap && only.children.length === 2 && only.children[0]?.leaf !== null) return 'map';
  return type?.id === logical.list || old === converted.list || isMap ? 'list' : 'struct';
};

/** Of a list. The rules for those of old writers (LogicalTypes.md): the repeated group is the element itself when it has several fields or says so by its name. */
export const elementOf = ({ name, children: [repeated] }: SchemaNode): SchemaNode => {
  if (repeated === undefined) throw corrupt('a list has no element');
  const [only] = repeated.children;
  const isWrapper = repeated.children.length === 1 && only !== undefined && !only.repeated && repeated.name !== 'array' && repeated.name !== `${name}_tuple`;
  return isWrapper ? only : repeated;
};

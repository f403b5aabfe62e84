/** Which columns the records of a sample have: the union of all their keys, in the order in which they were met first. */
import type { ValuePath } from '../../../contracts/parse-options.ts';
import { WaybillError } from '../../../contracts/errors.ts';

/** Below this an object or array is one cell with its JSON text. */
const mostDepth = 8;
/** An object with more different keys over the samples is a map whose keys are data. */
const mostKeys = 200;
/** Longer arrays of objects are one cell: nobody maps the eleventh. */
const mostElements = 10;
const mostColumns = 2_000;

const geometries = new Set(['Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon', 'GeometryCollection']);
type JsonObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
/** A geometry is one value (a point, or its GeoJSON text). */
const isGeometry = (value: JsonObject): boolean => typeof value['type'] === 'string' && geometries.has(value['type']) && ('coordinates' in value || 'geometries' in value);

export class RecordShape {
  /** A bare value, a geometry, or an array that is one cell was seen here. */
  private single = false;
  /** An array that must stay one cell was seen: its objects are not taken apart anywhere. */
  private listed = false;
  private readonly keys = new Map<string, RecordShape>();
  private readonly elements: RecordShape[] = [];

  add(value: unknown, depth = 0): void {
    if (Array.isArray(value)) this.addArray(value, depth);
    else if (!isObject(value)) this.single ||= value !== null;
    else if (isGeometry(value) || depth >= mostDepth) this.single = true;
    else for (const [key, child] of Object.entries(value)) this.child(key).add(child, depth + 1);
  }

  /** Throws FILE_TOO_MANY_COLUMNS. */
  paths(): readonly ValuePath[] {
    for (let depth = mostDepth; depth > 0; depth -= 1) {
      const paths = this.flatten([], depth);
      if (paths.length <= mostColumns) return paths;
    }
    throw new WaybillError('FILE_TOO_MANY_COLUMNS', `The records have more than ${mostColumns} different keys.`, { columns: this.keys.size });
  }

  private addArray(values: readonly unknown[], depth: number): void {
    const isRoot = depth === 0;
    const isTakenApart = isRoot || (values.every((value) => isObject(value) && !isGeometry(value)) && values.length <= mostElements && depth < mostDepth);
    if (!isTakenApart) { this.listed = true; return; }
    values.forEach((value, index) => this.element(index).add(value, depth + 1));
  }

  private child(key: string): RecordShape {
    const known = this.keys.get(key) ?? new RecordShape();
    this.keys.set(key, known);
    return known;
  }

  private element(index: number): RecordShape {
    while (this.elements.length <= index) this.elements.push(new RecordShape());
    return this.elements[index] as RecordShape;
  }

  private flatten(path: ValuePath, depth: number): readonly ValuePath[] {
    const isRoot = path.length === 0;
    const keys = depth > 0 && (isRoot || this.keys.size <= mostKeys) ? [...this.keys] : [];
    const elements = depth > 0 && !this.listed ? this.elements : [];
    const below = [
      ...keys.flatMap(([key, child]) => child.flatten([...path, key], depth - 1)),
      ...elements.flatMap((child, index) => child.flatten([...path, index], depth - 1)),
    ];
    // A record itself is a column only when all of them are bare values.
    const isColumn = isRoot ? below.length === 0 : this.single || this.listed || below.length === 0;
    return isColumn ? [path, ...below] : below;
  }
}

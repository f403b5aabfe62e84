/** GeoJSON (RFC 7946): a FeatureCollection; the first point field is the geometry, longitude first with its digits as they are, the others are properties. */
import { WaybillError } from '../../../contracts/errors.ts';
import type { OutputField, OutputRow } from '../format-writer.ts';
import { jsonMembers } from '../json/json-value.ts';
import { JsonListWriter } from '../json/json-writer.ts';
import { coordinatesOf } from '../portable-text.ts';

export class GeoJsonWriter extends JsonListWriter {
  private readonly pointAt: number;
  private readonly pointName: string;
  private readonly members: (row: OutputRow) => string;

  constructor(fields: readonly OutputField[]) {
    super('{"type":"FeatureCollection","features":[', ']}');
    this.pointAt = fields.findIndex(({ field }) => field.type === 'point');
    this.pointName = fields[this.pointAt]?.field.name ?? '';
    if (this.pointAt < 0) throw new WaybillError('EXPORT_FORMAT_UNFIT', 'GeoJSON needs a field of type point among the exported ones.', { format: 'geojson' });
    this.members = jsonMembers(fields.filter((_, index) => index !== this.pointAt));
  }

  protected element(row: OutputRow): string {
    const point = row[this.pointAt] ?? null;
    const properties = this.members(row.filter((_, index) => index !== this.pointAt));
    return `{"type":"Feature","geometry":${point === null ? 'null' : this.geometry(point)},"properties":{${properties}}}`;
  }

  private geometry(text: string): string {
    const coordinates = coordinatesOf(text);
    if (coordinates === null) throw new WaybillError('EXPORT_UNWRITABLE', `GeoJSON has no form for a point of ${this.pointName} that is not finite.`, { field: this.pointName });
    return `{"type":"Point","coordinates":[${coordinates[0]},${coordinates[1]}]}`;
  }
}

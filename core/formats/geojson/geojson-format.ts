/** A GeoJSON FeatureCollection (RFC 7946): a JSON document whose records are features; each property is a column of its own name. */
import type { JsonOptions } from '../../../contracts/parse-options.ts';
import { detectJson } from '../json/detect-json.ts';
import { jsonFormat } from '../json/json-format.ts';
import type { SourceFormat } from '../source-format.ts';

export const geojsonFormat: SourceFormat<JsonOptions> = { ...jsonFormat, detect: (text) => detectJson(text, 'geojson') };

/** The writer of a format. Each format is a folder; this is the one list of them. */
import { csvDialectSchema } from '../../contracts/export-request.ts';
import type { ExportRequest } from '../../contracts/export-request.ts';
import { CsvWriter } from './csv/csv-writer.ts';
import type { FormatWriter, OutputField } from './format-writer.ts';
import { GeoJsonWriter } from './geojson/geojson-writer.ts';
import { JsonArrayWriter, JsonLinesWriter } from './json/json-writer.ts';

export const createWriter = ({ format, dialect }: Pick<ExportRequest, 'format' | 'dialect'>, fields: readonly OutputField[]): FormatWriter => {
  const csv = dialect ?? csvDialectSchema.parse({});
  switch (format) {
    case 'csv': return new CsvWriter(fields, { ...csv, delimiter: csv.delimiter ?? ',' });
    case 'tsv': return new CsvWriter(fields, { ...csv, delimiter: csv.delimiter ?? '\t' });
    case 'jsonl': return new JsonLinesWriter(fields);
    case 'json': return new JsonArrayWriter(fields);
    case 'geojson': return new GeoJsonWriter(fields);
  }
};

/** The writer of a format: the one list of them. */
import { WaybillError } from '../../contracts/errors.ts';
import { csvDialectSchema, unpackedFileName } from '../../contracts/export-request.ts';
import type { ExportCompression, ExportRequest } from '../../contracts/export-request.ts';
import { CsvWriter } from '../formats/csv/csv-writer.ts';
import type { FileWriter } from '../formats/file-writer.ts';
import type { FormatWriter, OutputField } from '../formats/format-writer.ts';
import { GeoJsonWriter } from '../formats/geojson/geojson-writer.ts';
import { JsonArrayWriter, JsonLinesWriter } from '../formats/json/json-writer.ts';
import type { WrittenCodec } from '../formats/parquet/pack-pages.ts';
import { ParquetWriter } from '../formats/parquet/parquet-writer.ts';
import { XlsxWriter } from '../formats/xlsx/xlsx-writer.ts';
import { xmlSchemaOf } from '../formats/xml/xml-schema.ts';
import { XmlWriter } from '../formats/xml/xml-writer.ts';
import { TextFileWriter } from './text-file-writer.ts';

type WriterRequest = Pick<ExportRequest, 'dataset' | 'format' | 'dialect' | 'compress' | 'splitRows'>;

/** @param fileNo from 1, of an export of several files; parts do not depend on it */
export const createFileWriter = (request: WriterRequest, fields: readonly OutputField[], fileNo = 1): FileWriter => {
  switch (request.format) {
    case 'csv': case 'tsv': case 'jsonl': case 'json': case 'geojson':
      return new TextFileWriter(createFormatWriter(request.format, request, fields), { compression: request.compress, name: unpackedFileName(request, fileNo) });
    case 'xml':
      return new TextFileWriter(createFormatWriter(request.format, request, fields), {
        compression: request.compress, name: unpackedFileName(request, fileNo), companions: [{ extension: 'xsd', bytes: Buffer.from(xmlSchemaOf(fields)) }],
      });
    case 'xlsx': return new XlsxWriter(fields);
    case 'parquet': return new ParquetWriter(fields, codecOf(request.compress));
  }
};

/** Of the columns; the file as a whole is read at any place of it, so it is not packed. */
const codecOf = (compress: ExportCompression): WrittenCodec => {
  switch (compress) {
    case 'none': return 'uncompressed';
    case 'snappy': case 'gzip': case 'zstd': return compress;
    case 'zip': throw new WaybillError('OPTION_INVALID', 'The columns of a Parquet file are not compressed as ZIP; say snappy, zstd, gzip or none.', { option: 'compress' });
  }
};

type TextFormat = 'csv' | 'tsv' | 'jsonl' | 'json' | 'geojson' | 'xml';

export const createFormatWriter = (format: TextFormat, { dialect }: Pick<ExportRequest, 'dialect'>, fields: readonly OutputField[]): FormatWriter => {
  const csv = dialect ?? csvDialectSchema.parse({});
  switch (format) {
    case 'csv': return new CsvWriter(fields, { ...csv, delimiter: csv.delimiter ?? ',' });
    case 'tsv': return new CsvWriter(fields, { ...csv, delimiter: csv.delimiter ?? '\t' });
    case 'jsonl': return new JsonLinesWriter(fields);
    case 'json': return new JsonArrayWriter(fields);
    case 'geojson': return new GeoJsonWriter(fields);
    case 'xml': return new XmlWriter(fields);
  }
};

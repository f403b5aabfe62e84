/** The formats that are read. A new one is a folder with a {@link SourceFormat} and a line in each list here. */
import { WaybillError } from '../../contracts/errors.ts';
import type { Detection, ParseOptions } from '../../contracts/parse-options.ts';
import type { SourceText } from '../detect/source-text.ts';
import { csvFormat } from './csv/csv-format.ts';
import { isExploded } from './explode/explode-records.ts';
import { fixedFormat } from './fixed/fixed-format.ts';
import { geojsonFormat } from './geojson/geojson-format.ts';
import { jsonFormat } from './json/json-format.ts';
import { jsonLinesFormat } from './jsonl/jsonl-format.ts';
import { sheetFormat } from './sheets/sheet-format.ts';
import { LinePlanner } from './jsonl/line-planner.ts';
import { SpoolReader } from './row-spool/spool-reader.ts';
import { xmlFormat } from './xml/xml-format.ts';
import { createParquetReader } from './parquet/parquet-chunks.ts';
import type { ChunkSizes, RecordPlanner, RecordReader } from './source-format.ts';

/** In the order in which they are asked; delimited text is whatever nothing else is. */
const detectors = [xmlFormat, jsonLinesFormat, geojsonFormat, jsonFormat, fixedFormat, csvFormat] as const;

export const detectFormat = (text: SourceText): Detection | null => {
  for (const format of detectors) {
    const detection = format.detect(text);
    if (detection !== null) return detection;
  }
  return null;
};

export const createPlanner = (options: ParseOptions, sizes: ChunkSizes): RecordPlanner => {
  if (isExploded(options)) return new LinePlanner({ ...sizes, startByte: options.dataStartByte, startLine: options.dataStartLine });
  switch (options.format) {
    case 'csv': return csvFormat.createPlanner(options, sizes);
    case 'jsonl': return jsonLinesFormat.createPlanner(options, sizes);
    case 'json': return jsonFormat.createPlanner(options, sizes);
    case 'geojson': return geojsonFormat.createPlanner(options, sizes);
    case 'xml': return xmlFormat.createPlanner(options, sizes);
    case 'fixed': return fixedFormat.createPlanner(options, sizes);
    case 'xlsx': case 'ods': case 'xls': return sheetFormat.createPlanner(options, sizes);
    case 'parquet': throw notOfBytes();
  }
};

export const createReader = (options: ParseOptions): RecordReader => {
  if (isExploded(options)) return new SpoolReader(options.columns.length);
  switch (options.format) {
    case 'csv': return csvFormat.createReader(options);
    case 'jsonl': return jsonLinesFormat.createReader(options);
    case 'json': return jsonFormat.createReader(options);
    case 'geojson': return geojsonFormat.createReader(options);
    case 'xml': return xmlFormat.createReader(options);
    case 'fixed': return fixedFormat.createReader(options);
    case 'xlsx': case 'ods': case 'xls': return sheetFormat.createReader(options);
    case 'parquet': return createParquetReader(options);
  }
};

export const firstRecordIn = (piece: Buffer, options: ParseOptions): number => {
  if (isExploded(options)) return piece.indexOf(0x0a) + 1 || piece.length;
  switch (options.format) {
    case 'csv': return csvFormat.firstRecordIn(piece, options);
    case 'jsonl': return jsonLinesFormat.firstRecordIn(piece, options);
    case 'json': return jsonFormat.firstRecordIn(piece, options);
    case 'geojson': return geojsonFormat.firstRecordIn(piece, options);
    case 'xml': return xmlFormat.firstRecordIn(piece, options);
    case 'fixed': return fixedFormat.firstRecordIn(piece, options);
    case 'xlsx': case 'ods': case 'xls': return sheetFormat.firstRecordIn(piece);
    case 'parquet': throw notOfBytes();
  }
};

/** Rows of columns do not lie one after the other: core/formats/record-chunks.ts plans and loads them otherwise. */
const notOfBytes = (): WaybillError => new WaybillError('INTERNAL', 'A format of columns was to be cut at a byte.');

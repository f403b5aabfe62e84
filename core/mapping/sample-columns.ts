/** Columns as the proposals look at them: their names as the sender wrote them, and cells from the start, the middle and the end. */
import type { ParseOptions } from '../../contracts/parse-options.ts';
import { cellText } from '../formats/cell-text.ts';
import { createReader } from '../formats/formats.ts';
import { sampleRecords, type RecordSample } from '../formats/record-chunks.ts';
import type { RandomAccess } from '../formats/source-format.ts';
import type { SourceColumn } from './propose-by-evidence.ts';

export interface SampledColumns {
  readonly columns: readonly SourceColumn[];
  /** False: the file has no names. */
  readonly named: boolean;
}

/** Of each piece; a column's shape does not need more. */
const mostRows = 350;
const longestCell = 1_000;

export const sampleColumns = async (source: RandomAccess, parse: ParseOptions): Promise<SampledColumns> => {
  const cells: string[][] = parse.columns.map(() => []);
  for (const sample of await sampleRecords(source, parse))
    if (sample.bytes.length > sample.start) gather(sample, parse, cells);
  const names = await namesOf(source, parse);
  return { columns: cells.map((own, index) => ({ name: names[index] ?? '', cells: own })), named: names.some((name) => name !== '') };
};

const gather = ({ bytes, start, complete }: RecordSample, parse: ParseOptions, cells: readonly string[][]): void => {
  const reader = createReader(parse);
  reader.reset(bytes, start, bytes.length, 1);
  for (let rows = 0; rows < mostRows && reader.next();) {
    // A record that the sample cuts.
    if (!complete && reader.recordEnd === bytes.length) break;
    if (reader.problem !== 0 || reader.cellCount !== parse.columns.length) continue;
    rows += 1;
    cells.forEach((own, column) => { own.push(cellText(reader, bytes, column).slice(0, longestCell)); });
  }
};

/** The plan's names are unique; what the sender wrote tells whether a name is missing or stands twice. */
const namesOf = async (source: RandomAccess, parse: ParseOptions): Promise<readonly string[]> => {
  if (parse.format !== 'csv') return parse.columns.map((name, index) => (name === `column_${index + 1}` ? '' : name));
  if (!parse.header) return parse.columns.map(() => '');
  const bytes = await source.read(0, parse.dataStartByte);
  const reader = createReader(parse);
  reader.reset(bytes, 0, bytes.length, 1);
  let names: readonly string[] = [];
  while (reader.next()) names = Array.from({ length: reader.cellCount }, (_, cell) => cellText(reader, bytes, cell).replace(/^\ufeff/, '').trim());
  return names;
};

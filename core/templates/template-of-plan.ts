/** What of a plan holds for the next file too, with the shape by which that file is known. */
import type { ParseOptions, ParseOverrides } from '../../contracts/parse-options.ts';
import type { PlanDocument } from '../../contracts/plan-document.ts';
import { templateDocumentSchema, type DriftPolicy, type TemplateDocument } from '../../contracts/template.ts';
import { writeRecordPath } from '../formats/json/record-path.ts';
import { resolveColumn } from '../mapping/resolve-column.ts';
import type { SampledColumns } from '../mapping/sample-columns.ts';
import { sourceShapeOf } from './source-shape.ts';

export interface TemplateBasis {
  readonly plan: PlanDocument;
  /** What the operator said of how the file is read. */
  readonly said: ParseOverrides;
  /** Of the file, read as the plan reads it. */
  readonly sampled: SampledColumns;
  readonly drift?: Partial<DriftPolicy>;
}

export const templateOfPlan = ({ plan, said, sampled, drift = {} }: TemplateBasis): TemplateDocument => {
  const source = sourceShapeOf(plan.parse, sampled);
  const { dataset, key, mode, duplicates, onError, limits, zone, rowFilter, rules, derivedKey, loadPolicy } = plan;
  return templateDocumentSchema.parse({
    schemaVersion: 1, dataset, source, parse: pinsOf(plan.parse, said),
    mapping: plan.mapping.map((entry) => ({ ...entry, columns: entry.columns.map((column) => labelOf(source.columns.map(({ name }) => name), column)) })),
    key, mode, duplicates, onError, limits, zone,
    ...(rowFilter === undefined ? {} : { rowFilter }), ...(rules === undefined ? {} : { rules }),
    ...(derivedKey === undefined ? {} : { derivedKey }), ...(loadPolicy === undefined ? {} : { loadPolicy }),
    drift,
  });
};

/** Its name, where that finds it again and no other. */
const labelOf = (names: readonly string[], column: number): string => {
  const name = names[column] ?? '';
  return name !== '' && resolveColumn(names, name) === column ? name : `#${column + 1}`;
};

/**
 * How records are told apart is pinned. What may change without the file's shape changing (encoding, lines before the header, the name of a
 * sheet or of a file in an archive, guessed widths) only where a person said it.
 */
const pinsOf = (parse: ParseOptions, said: ParseOverrides): ParseOverrides => ({ ...structureOf(parse), ...said });

const structureOf = (parse: ParseOptions): ParseOverrides => {
  const exploded = 'explode' in parse && parse.explode !== undefined ? { explode: writeRecordPath(parse.explode.path) } : {};
  switch (parse.format) {
    case 'csv': return { format: 'csv', delimiter: parse.delimiter, quote: parse.quote, escape: parse.escape, header: parse.header };
    case 'json': case 'geojson': case 'xml': return { format: parse.format, recordPath: writeRecordPath(parse.recordPath), ...exploded };
    case 'jsonl': return { format: 'jsonl', ...exploded };
    case 'fixed': return { format: 'fixed', header: parse.header, ...(parse.guessed ? {} : { widths: parse.widths }) };
    case 'xlsx': case 'ods': case 'xls': return { format: parse.format, header: parse.header };
    case 'parquet': return { format: 'parquet' };
  }
};

import type { ParseOptions } from '../../contracts/parse-options.ts';
import { namesItsValues, type SourceShape } from '../../contracts/template.ts';
import type { SampledColumns } from '../mapping/sample-columns.ts';
import { columnKindOf } from './column-kind.ts';

/** The names are the plan's: each one only once. */
export const sourceShapeOf = (parse: ParseOptions, { columns, named }: SampledColumns): SourceShape => ({
  format: parse.format, named,
  columns: parse.columns.map((name, index) => {
    const cells = columns[index]?.cells ?? [];
    return { name: named ? name : '', kind: columnKindOf(cells), ...(namesItsValues(parse) && cells.filter((cell) => cell !== '').length < cells.length / 2 ? { rare: true as const } : {}) };
  }),
});

/** The names of columns from a header of several lines: `group.name`, the group from cells that are merged over its columns. */
import type { TableRecord } from '../../detect/table-start.ts';
import type { MergedCells } from './workbook.ts';

export interface HeaderShape {
  readonly merges: readonly MergedCells[];
  readonly width: number;
  readonly firstLine: number;
}

export const joinHeader = (records: readonly TableRecord[], { merges, width }: HeaderShape): readonly string[] => {
  const levels = records.map((record, level) => spread(record, { merges, width, isLast: level === records.length - 1 }));
  return Array.from({ length: width }, (_, column) => {
    const names: string[] = [];
    for (const level of levels) {
      const name = (level[column] ?? '').replaceAll(/\s+/g, ' ').trim();
      if (name !== '' && names.at(-1) !== name) names.push(name);
    }
    return names.join('.');
  });
};

/** Where nothing is merged in a line of groups, a name holds for the columns behind it that have none. */
const spread = ({ cells, line }: TableRecord, { merges, width, isLast }: { readonly merges: readonly MergedCells[]; readonly width: number; readonly isLast: boolean }): readonly string[] => {
  const own = merges.filter((merge) => merge.firstLine === line && merge.lastColumn > merge.firstColumn);
  const names = Array.from({ length: width }, (_, column) => cells[column] ?? '');
  for (const { firstColumn, lastColumn } of own) names.fill(names[firstColumn - 1] ?? '', firstColumn - 1, Math.min(lastColumn, width));
  if (own.length > 0 || isLast) return names;
  let group = '';
  return names.map((name) => { if (name.trim() !== '') group = name; return group; });
};

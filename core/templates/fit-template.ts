/** How well a file fits a template: exactly, nearly (it may have drifted), or not. */
import type { SourceShape, TemplateDocument } from '../../contracts/template.ts';
import { resolveColumn } from '../mapping/resolve-column.ts';
import { kindsAgree } from './column-kind.ts';
import { matchColumns } from './match-columns.ts';
import { shapeOfDelivery } from './shape-of-rejects.ts';

export type TemplateFit = 'exact' | 'near' | 'none';

/** Of the columns that feed fields, and of all columns of the file, so many must be known for a file to be a drifted one and no other. */
const leastOfUsed = 0.6, leastOfFile = 0.5;
/** Where only places and kinds tell. */
const leastAlike = 0.75, leastColumns = 3;

export const fitTemplate = ({ source, mapping }: Pick<TemplateDocument, 'source' | 'mapping'>, shape: SourceShape): TemplateFit => {
  const file = shapeOfDelivery(source, shape);
  if (source.format !== file.format || source.named !== file.named) return 'none';
  const { found, missing, added, moved } = matchColumns(source, file);
  const alike = [...found].filter(([own, other]) => kindsAgree(source.columns[own]?.kind ?? 'empty', file.columns[other]?.kind ?? 'empty')).length;
  if (missing.length + added.length + moved.length === 0 && (source.named || alike === found.size)) return 'exact';
  const isNear = source.named ? nearByName({ source, mapping }, file, found) : nearByPlace(source, file, alike);
  return isNear ? 'near' : 'none';
};

const nearByName = ({ source, mapping }: Pick<TemplateDocument, 'source' | 'mapping'>, file: SourceShape, found: ReadonlyMap<number, number>): boolean => {
  const names = source.columns.map(({ name }) => name);
  // What most records never had is no mark of the shape.
  const used = [...new Set(mapping.flatMap(({ columns }) => columns.flatMap((column) => resolveColumn(names, column) ?? [])))].filter((column) => source.columns[column]?.rare !== true);
  return used.length > 0 && used.filter((column) => found.has(column)).length >= used.length * leastOfUsed && found.size >= file.columns.length * leastOfFile;
};

const nearByPlace = (source: SourceShape, file: SourceShape, alike: number): boolean =>
  alike >= leastColumns && alike >= Math.max(source.columns.length, file.columns.length) * leastAlike;

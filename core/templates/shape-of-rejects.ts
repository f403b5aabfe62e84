/**
 * The file of a job's rejected rows, corrected and sent again, is a part of the delivery that they were rejected of: CSV with a header, whatever
 * that was, and three columns at its end that are ours.
 */
import { carriesRejects, rejectColumns } from '../../contracts/reject-columns.ts';
import type { SourceShape } from '../../contracts/template.ts';

export const isShapeOfRejects = ({ columns, named }: SourceShape): boolean => named && carriesRejects(columns.slice(-rejectColumns.length).map(({ name }) => name));

/** The shape of the delivery, so that its template knows it; of any other file its own. */
export const shapeOfDelivery = (template: SourceShape, file: SourceShape): SourceShape => {
  if (!isShapeOfRejects(file) || isShapeOfRejects(template)) return file;
  const columns = file.columns.slice(0, -rejectColumns.length);
  return { format: template.format, named: template.named, columns: template.named ? columns : columns.map((column) => ({ ...column, name: '' })) };
};

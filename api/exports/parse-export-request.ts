/** From the GraphQL input to the request as contracts know it. */
import { exportRequestSchema, exportSelectionSchema } from '../../contracts/export-request.ts';
import type { ExportRequest, ExportSelection } from '../../contracts/export-request.ts';
import { parseWith, withoutNulls } from '../jobs/parse-import-request.ts';

type Fields = Readonly<Record<string, unknown>>;
interface FieldEntry { readonly field: string; readonly as?: string | null }

const plain = (input: Fields): Fields => {
  const fields = withoutNulls(input);
  const named = fields['fields'] as readonly FieldEntry[] | undefined;
  const sort = fields['sort'] as readonly Fields[] | undefined;
  const dialect = fields['dialect'] as Fields | undefined;
  return {
    ...fields,
    ...(named === undefined ? {} : { fields: named.map(({ field, as }) => ({ field, as: as ?? field })) }),
    ...(sort === undefined ? {} : { sort: sort.map((key) => withoutNulls(key)) }),
    ...(dialect === undefined ? {} : { dialect: withoutNulls(dialect) }),
  };
};

export const parseExportRequest = (input: Fields): ExportRequest => parseWith(exportRequestSchema, plain(input), 'input');
export const parseExportSelection = (input: Fields): ExportSelection => parseWith(exportSelectionSchema, plain(input), 'input');

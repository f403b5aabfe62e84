/** What an export's receipt says of its selection: names of fields, never the filter. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { ExportRequest } from '../../contracts/export-request.ts';
import type { ExportReceiptBody } from '../../contracts/receipt.ts';
import { planExport } from './plan-export.ts';

export type ReceiptSelection = Pick<ExportReceiptBody, 'fields' | 'filterFields'>;

/** What cannot be planned (a dataset that changed, or went) was asked for all the same. */
export const receiptSelection = (definition: DatasetDefinition | null, request: ExportRequest): ReceiptSelection => {
  try {
    if (definition === null) return { fields: [], filterFields: [] };
    const { fields, filterFields } = planExport(definition, request);
    return { fields: fields.map(({ name, field }) => ({ field: field.name, as: name })), filterFields: [...filterFields] };
  } catch {
    return { fields: [], filterFields: [] };
  }
};

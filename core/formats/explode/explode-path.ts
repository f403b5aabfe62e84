/** Where in a record the array is whose elements become rows. */
import { WaybillError } from '../../../contracts/errors.ts';
import { parseRecordPath } from '../json/record-path.ts';

export const parseExplodePath = (said: string): readonly string[] => {
  const path = parseRecordPath(said);
  if (path.length === 0) throw new WaybillError('OPTION_INVALID', 'The rows cannot be made of the records themselves; name an array in them.', { option: 'explode' });
  return path;
};

export const nothingToExplode = (): WaybillError =>
  new WaybillError('OPTION_INVALID', 'No sampled record has anything at the path whose elements are to be rows.', { option: 'explode' });

/** Columns of an element stand behind those of its record and carry the array's name. */
export const elementColumnName = (array: string, own: string): string => (own === 'value' ? array : own.startsWith('[') ? `${array}${own}` : `${array}.${own}`);

/** Cursors are opaque to clients: numbers, base64url. */
import { WaybillError } from '../../contracts/errors.ts';

export const encodeCursor = (...numbers: readonly number[]): string => Buffer.from(numbers.join('.')).toString('base64url');

export const decodeCursor = (cursor: string | null | undefined, length: number): readonly number[] | null => {
  if (cursor === null || cursor === undefined) return null;
  const numbers = Buffer.from(cursor, 'base64url').toString().split('.').map(Number);
  if (numbers.length !== length || !numbers.every((number) => Number.isSafeInteger(number) && number >= 0))
    throw new WaybillError('REQUEST_INVALID', 'The cursor is not one of this list.', { field: 'after' });
  return numbers;
};

/** `first` between 1 and `most`. */
export const pageSize = (first: number | null | undefined, most: number): number => {
  const size = first ?? most;
  if (size < 1 || size > most) throw new WaybillError('REQUEST_INVALID', `A page has from 1 to ${most} entries.`, { field: 'first', most });
  return size;
};

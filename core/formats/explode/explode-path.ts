/** Where in a record the array is whose elements become rows. */
import { WaybillError } from '../../../contracts/errors.ts';
import type { ValuePath } from '../../../contracts/parse-options.ts';
import { parseRecordPath } from '../json/record-path.ts';

/** How the elements of one array are read: where it is in what it stands in, and the columns that they have themselves. */
export interface ExplosionLevel { readonly path: readonly string[]; readonly paths: readonly ValuePath[] }
/** Of nested arrays the outermost, and those in its elements. */
export interface Explosion extends ExplosionLevel { readonly inner?: readonly ExplosionLevel[] | undefined }

export const levelsOf = ({ inner = [], ...outermost }: Explosion): readonly ExplosionLevel[] => [outermost, ...inner];
export const explosionOf = ([outermost, ...inner]: readonly [ExplosionLevel, ...ExplosionLevel[]]): Explosion => ({ ...outermost, ...(inner.length === 0 ? {} : { inner }) });

export interface ExplodeStep {
  readonly key: string;
  /** Said to be an array (`orders[].items`); one that is found to be one needs not be said. */
  readonly isArray: boolean;
}

/** `names`, `address.phones`, `orders[].items[]`; JSON Pointers (`/a.b[]/c`) where keys have dots. */
export const parseExplodePath = (said: string): readonly ExplodeStep[] => {
  const steps = said.split('[]').flatMap((part, index, parts) => {
    const keys = part === '' ? [] : parseRecordPath(index > 0 ? part.replace(/^\./, '') : part);
    return keys.map((key, at) => ({ key, isArray: index < parts.length - 1 && at === keys.length - 1 }));
  });
  if (steps.length === 0) throw new WaybillError('OPTION_INVALID', 'The rows cannot be made of the records themselves; name an array in them.', { option: 'explode' });
  return steps;
};

export const nothingToExplode = (): WaybillError =>
  new WaybillError('OPTION_INVALID', 'No sampled record has anything at the path whose elements are to be rows.', { option: 'explode' });

/** Columns of an element stand behind those of its record and carry the array's name. */
export const elementColumnName = (array: string, own: string): string => (own === 'value' ? array : own.startsWith('[') ? `${array}${own}` : `${array}.${own}`);

export const rowsWhy = (elements: number): string => `a row for each element of the chosen array (${elements} in the samples)`;

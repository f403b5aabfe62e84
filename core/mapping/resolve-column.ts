import { normaliseName } from './normalise-name.ts';

/**
 * Finds a source column by what an operator wrote: `#n` (from 1), the exact header, or the header that is alone in meaning the same.
 * Returns its index from 0, or null when there is none or more than one.
 */
export const resolveColumn = (columns: readonly string[], wanted: string): number | null => {
  const position = /^#(\d{1,5})$/.exec(wanted);
  if (position !== null) {
    const index = Number(position[1]) - 1;
    return index >= 0 && index < columns.length ? index : null;
  }
  return onlyIndex(columns, (name) => name === wanted)
    ?? onlyIndex(columns, (name) => normaliseName(name) === normaliseName(wanted) && normaliseName(wanted) !== '');
};

const onlyIndex = (columns: readonly string[], matches: (name: string) => boolean): number | null => {
  const found = columns.flatMap((name, index) => (matches(name) ? [index] : []));
  return found.length === 1 ? (found[0] ?? null) : null;
};

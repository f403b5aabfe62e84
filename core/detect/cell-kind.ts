/** What a cell looks like, for telling headers from data and right delimiters from wrong ones. Never used to read values. */
export const cellKinds = ['empty', 'number', 'date', 'time', 'uuid', 'email', 'url', 'flag', 'code', 'text'] as const;
export type CellKind = (typeof cellKinds)[number];

/** Every pattern is linear: one path through each, no nested repetition. */
const patterns: readonly (readonly [CellKind, RegExp])[] = [
  ['number', /^[+-]?[$€£]?(?:\d+|\d{1,3}(?:[ .,'\u00a0]\d{3})+)(?:[.,]\d*)?(?:[eE][+-]?\d{1,3})?\s?[%€]?$/],
  ['number', /^[+-]?[.,]\d+$/],
  ['date', /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[.,]\d+)?(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{0,2}))?)?$/],
  ['date', /^\d{1,2}[-. ][A-Za-zÀ-ÿ]{3,9}\.?[-., ]{1,2}\d{2,4}(?: \d{1,2}:\d{2}(?::\d{2})?)?$/],
  ['date', /^[A-Za-z]{3,9}\.? \d{1,2},? \d{4}$/],
  ['time', /^\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?$/],
  ['uuid', /^\{?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\}?$/],
  ['email', /^[^\s@,;|]{1,64}@[^\s@,;|]+\.[A-Za-z]{2,}$/],
  ['url', /^(?:https?|ftp):\/\/[^\s,;|]+$/i],
  ['flag', /^(?:true|false|yes|no|t|f|y|n)$/i],
  ['code', /^(?=[^\d]*\d)[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$/],
];

/** What senders write for "no value". */
const nothing = /^(?:-0-|null|n\/?a|nan|none|\\N|-+|\.|\?)$/i;

export function kindOf(cell: string): CellKind {
  const text = cell.trim();
  if (text === '' || nothing.test(text)) return 'empty';
  if (text.length > 120) return 'text';
  return patterns.find(([, pattern]) => pattern.test(text))?.[0] ?? 'text';
}

/** Kinds that a header does not have. `code` (A12, line_2) and `flag` (N, No) are too near to names. */
export const isValueKind = (kind: CellKind): boolean =>
  kind === 'number' || kind === 'date' || kind === 'time' || kind === 'uuid' || kind === 'email' || kind === 'url';

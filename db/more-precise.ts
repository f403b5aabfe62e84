/**
 * SQL that says whether `more` is a more precise form of `less`, both not null: it says the same and something beyond. Null: no value of the type
 * ever is. docs/validation.md has the rule of each type in words.
 */
import { quoteLiteral } from './quote-identifier.ts';
import type { Settlement } from './load-target.ts';

interface Pair { readonly more: string; readonly less: string }
type Typed = Pick<Settlement, 'type' | 'zone'> & { readonly pgType: string };

export const morePrecise = ({ type, zone, pgType }: Typed, pair: Pair): string | null => {
  if (type === 'enum' || type === 'country' || type === 'boolean') return null;
  if (/^(text|character varying|character|citext)(\(\d+\))?\[\]$/.test(pgType)) return contains({ more: `${pair.more}::text[]`, less: `${pair.less}::text[]` });
  if (/^numeric\b/.test(pgType)) return moreDecimals(pair);
  if (/^(real|double precision)$/.test(pgType)) return `(${pair.more} <> ${pair.less} and ${moreDecimals({ more: exact(pair.more), less: exact(pair.less) })})`;
  if (/^(text|character varying|character|citext)(\(\d+\))?$/.test(pgType)) return moreWords(pair);
  if (/^timestamp\b/.test(pgType)) return finerTime(pair, pgType.endsWith('with time zone') ? zone : null);
  if (pgType === 'jsonb') return contains(pair);
  return pgType === 'point' ? finerPoint(pair) : null;
};

/** Digits as they are written: a cast from double precision would cut them at 15. */
const exact = (value: string): string => `(${value})::text::numeric`;

/** Zeros at the end of the decimals say nothing: a column of numeric(12,2) has them always. */
const moreDecimals = ({ more, less }: Pair): string => `(min_scale(${more}) > min_scale(${less}) and round(${more}, min_scale(${less})) = ${less})`;

/** A trailing zero of one coordinate is lost in it and not in the other. */
const finerPoint = ({ more, less }: Pair): string => {
  const at = (point: string, axis: 0 | 1): string => exact(`(${point})[${axis}]`);
  const scale = (point: string): string => `greatest(min_scale(${at(point, 0)}), min_scale(${at(point, 1)}))`;
  return `(${scale(more)} > ${scale(less)} and round(${at(more, 0)}, ${scale(less)}) = ${at(less, 0)} and round(${at(more, 1)}, ${scale(less)}) = ${at(less, 1)})`;
};

/** Not the hour: 10:00 is a time of its own, and not 10:30 in short. */
const units = ['milliseconds', 'second', 'minute', 'day'] as const;

const finerTime = ({ more, less }: Pair, zone: string | null): string => {
  const cut = (unit: string): string => `date_trunc('${unit}', ${more}${zone === null ? '' : `, ${quoteLiteral(postgresZone(zone))}`})`;
  return `(${more} <> ${less} and ${less} in (${units.map(cut).join(', ')}))`;
};

/** A displacement alone is read by POSIX's sign there: +02:00 would lie west. */
const postgresZone = (zone: string): string => (/^[+-]/.test(zone) ? `${zone.startsWith('+') ? '-' : '+'}${zone.slice(1)}` : zone);

const contains = ({ more, less }: Pair): string => `(${more} @> ${less} and not ${less} @> ${more})`;

/**
 * Words without capitals, blanks and punctuation, one blank around each. Named by their code points, because what a class such as [:alnum:] holds
 * depends on the server's locale, and a letter that it did not know would tear a word apart.
 */
const words = (text: string): string =>
  `(' ' || btrim(regexp_replace(lower((${text})::text collate "default"), '[\\x01-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7f\\u00a0\\u2010-\\u201f\\u3000]+', ' ', 'g')) || ' ')`;

/** Digits alone must stand at the beginning: 1985 is 1985-04-12 in short, and 5 is not 12-5. Most records say what the row says, and are not taken apart; `offset 0` has each taken apart once. */
const moreWords = ({ more, less }: Pair): string =>
  `((${more})::text <> (${less})::text and (select length(w.more) > length(w.less) and w.less <> '  ' and (starts_with(w.more, w.less) or (w.less ~ '[^0-9 ]' and strpos(w.more, w.less) > 0))
    from (select ${words(more)} as more, ${words(less)} as less offset 0) w))`;

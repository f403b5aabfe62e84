/**
 * Numbers of other countries: `1.234,56`, `1 234,56`, `1'234.50`, `(12.5)`, `12,5 %`, `€ 12`. The digits become plain ones with a point; no
 * double is made. Groups are checked, because `1.5` in a file of decimal commas is no 15.
 */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { transformInvalid, type StepOf } from '../../contracts/transform.ts';
import { declined, done, type Outcome, type TextStep } from './step.ts';

const invalid = issueNumber('TRANSFORM_NUMBER_INVALID');

/** No number that anybody wrote is longer, and what is done to a longer one should not take long. */
const mostCharacters = 2_000;

interface Notation { readonly decimal: string; readonly groups: string }

const notationOf = ({ decimal, group, locale }: StepOf<'number'>): Notation => {
  if (locale !== undefined && (decimal !== undefined || group !== undefined)) throw transformInvalid('say either its locale or its marks.');
  const mark = decimal ?? (locale === undefined ? '.' : markOf(locale));
  if (group === mark) throw transformInvalid('its decimal mark and its group mark are one.');
  return { decimal: mark, groups: group ?? `${mark === '.' ? ',' : '.'} '` };
};

const markOf = (locale: string): string => {
  try {
    if (Intl.NumberFormat.supportedLocalesOf(locale).length > 0) {
      const mark = new Intl.NumberFormat(locale, { numberingSystem: 'latn' }).formatToParts(1.5).find((part) => part.type === 'decimal')?.value;
      if (mark === '.' || mark === ',') return mark;
    }
  } catch { /* Not well formed: said below. */ }
  throw transformInvalid('its locale is not known; say its decimal mark instead.');
};

/** Blanks that separate groups, the true minus sign and the typographic apostrophe. */
const plain = (text: string): string =>
  text.replace(/[\u00a0\u2000-\u200a\u202f]/g, ' ').replace(/[\u2212\u2012\u2013]/g, '-').replaceAll('’', "'").trim();

export const number = (step: StepOf<'number'>): TextStep => {
  const notation = notationOf(step);
  // The longest first, so that US$ is not read as $ with something before it.
  const currency = [...(step.currency ?? [])].map(plain).toSorted((left, right) => right.length - left.length);
  return {
    kind: 'text',
    apply: (text) => text.length > mostCharacters ? invalid : read(plain(text), { notation, currency, percent: step.percent }),
    bytes: plainBytes(notation),
  };
};

interface Reading { readonly notation: Notation; readonly currency: readonly string[]; readonly percent: 'divide' | 'drop' | 'refuse' }

/** Takes signs, currency and percent off both ends, each at most once, in whatever order they stand. */
const read = (text: string, { notation, currency, percent }: Reading): Outcome => {
  let rest = text, negative = false, signed = false, percentSeen = false, priced = false;
  for (let before = ''; before !== rest;) {
    before = rest;
    if (!signed && rest.startsWith('(') && rest.endsWith(')')) { rest = rest.slice(1, -1).trim(); negative = signed = true; }
    if (!signed && /^[+-]|-$/.test(rest)) { negative = rest.startsWith('-') || rest.endsWith('-'); rest = rest.replace(/^[+-]|-$/, '').trim(); signed = true; }
    if (!percentSeen && percent !== 'refuse' && rest.endsWith('%')) { rest = rest.slice(0, -1).trim(); percentSeen = true; }
    const mark = priced ? undefined : currency.find((known) => rest.startsWith(known) || rest.endsWith(known));
    if (mark !== undefined) { rest = (rest.startsWith(mark) ? rest.slice(mark.length) : rest.slice(0, -mark.length)).trim(); priced = true; }
  }
  const digits = digitsOf(rest, notation);
  if (digits === null) return invalid;
  const value = percentSeen && percent === 'divide' ? hundredth(digits) : digits;
  return value === null ? invalid : negative ? `-${value}` : value;
};

const digitsOf = (text: string, { decimal, groups }: Notation): string | null => {
  const [, mantissa = '', exponent = ''] = /^([^eE]*)([eE][+-]?\d{1,6})?$/.exec(text) ?? [];
  const at = mantissa.indexOf(decimal);
  const whole = at === -1 ? mantissa : mantissa.slice(0, at);
  const fraction = at === -1 ? '' : mantissa.slice(at + 1);
  if ((at !== -1 && fraction === '') || !/^\d*$/.test(fraction)) return null;
  const digits = /^\d+$/.test(whole) || (whole === '' && fraction !== '') ? whole : ungrouped(whole, groups);
  if (digits === null) return null;
  return `${digits.replace(/^0+(?=\d)/, '') || '0'}${fraction === '' ? '' : `.${fraction}`}${exponent}`;
};

/** One mark throughout; three digits after each, or two but for the last (as India counts). */
const ungrouped = (whole: string, groups: string): string | null => {
  const mark = [...groups].find((candidate) => whole.includes(candidate));
  if (mark === undefined) return null;
  const [first = '', ...rest] = whole.split(mark);
  const last = rest.at(-1) ?? '';
  const inner = rest.slice(0, -1);
  const counted = /^\d{1,3}$/.test(first) && /^\d{3}$/.test(last) && (inner.every((part) => /^\d{3}$/.test(part)) || (first.length < 3 && inner.every((part) => /^\d{2}$/.test(part))));
  return counted ? first + rest.join('') : null;
};

/** Two places to the left, exactly. */
const hundredth = (digits: string): string | null => {
  if (/[eE]/.test(digits)) return null;
  const [whole = '', fraction = ''] = digits.split('.');
  const padded = whole.padStart(3, '0');
  const value = `${padded.slice(0, -2).replace(/^0+(?=\d)/, '')}.${padded.slice(-2)}${fraction}`;
  return value.replace(/\.?0+$/, '') || '0';
};

/** Sign, digits, groups of three and the decimal mark; whatever else a cell holds is left to {@link read}. */
const plainBytes = ({ decimal, groups }: Notation): NonNullable<TextStep['bytes']> => {
  const point = decimal.charCodeAt(0);
  const marks = [...groups].map((mark) => mark.charCodeAt(0));
  return (cell) => {
    const { bytes, start, end, arena } = cell;
    const from = arena.room(end - start), room = arena.bytes;
    if (end - start > mostCharacters) return declined;
    let at = start, to = from, mark = 0, run = 0, fraction = false;
    if (bytes[at] === 0x2d) { room[to++] = 0x2d; at += 1; }
    // A zero that leads others is left to the way over texts, which drops it.
    if (bytes[at] === 0x30 && end - at > 1 && bytes[at + 1] !== point) return declined;
    const first = at;
    for (; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte >= 0x30 && byte <= 0x39) { room[to++] = byte; run += 1; continue; }
      if (fraction || run === 0 || (mark !== 0 && run !== 3)) return declined;
      if (byte === point) { room[to++] = 0x2e; fraction = true; }
      else if ((mark === 0 ? run <= 3 && marks.includes(byte) : byte === mark) && at > first) mark = byte;
      else return declined;
      run = 0;
    }
    if (run === 0 || (mark !== 0 && !fraction && run !== 3)) return declined;
    cell.moveTo(from, to);
    return done;
  };
};

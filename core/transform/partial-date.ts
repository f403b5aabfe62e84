/**
 * Dates as exact as they are: a year stays a year, a month a month, and what is not sure keeps its mark. Listed formats, `00` for an unknown
 * day or month, words such as `circa`, and EDTF itself are read; EDTF is written.
 */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { transformInvalid, type StepOf } from '../../contracts/transform.ts';
import { DateFormat, foldDate, impossible, mismatch } from './date-format.ts';
import { isEdtf } from './edtf.ts';
import type { Outcome, TextStep } from './step.ts';

const invalid = issueNumber('TRANSFORM_PARTIAL_DATE_INVALID'), ambiguous = issueNumber('TRANSFORM_DATE_AMBIGUOUS'), noSuchDay = issueNumber('DATE_IMPOSSIBLE');
const about = /^(?:circa|ca|c|about|around|approx|approximately|aprox|aproximadamente|hacia|alrededor de|vers|environ|env|cerca de|por volta de|etwa|um|ungefahr)\b\.?\s*/;
const mostCharacters = 200;
const pad = (number: number, width = 2): string => String(number).padStart(width, '0');

const written = ({ year, month, day, hasMonth, hasDay }: DateFormat): string =>
  `${pad(year, 4)}${hasMonth && month > 0 ? `-${pad(month)}${hasDay && day > 0 ? `-${pad(day)}` : ''}` : ''}`;

export const partialDate = ({ formats = [], pivot }: StepOf<'partial_date'>): TextStep => {
  const readers = formats.map((format) => new DateFormat(format, pivot, true));
  if (readers.some(({ hasTime }) => hasTime)) throw transformInvalid('its formats have days, months and years only.');
  return {
    kind: 'text',
    apply: (text): Outcome => {
      const trimmed = text.trim();
      if (trimmed.length > mostCharacters) return invalid;
      const edtf = trimmed.toUpperCase();
      const plain = foldDate(trimmed);
      const unmarked = plain.replace(about, '').replace(/\s*[?~%]$/, '');
      const mark = plain.length > unmarked.length ? (/[?%]$/.exec(plain)?.[0] ?? '~') : '';
      const found = readBy(readers, unmarked);
      if (typeof found === 'string') return found + (mark === '?' && about.test(plain) ? '%' : mark);
      if (found === ambiguous || found === noSuchDay) return found;
      if (isEdtf(edtf)) return edtf;
      // 1985-04-00, as databases write it.
      const known = unmarked.replace(/^(\d{4}(?:-\d\d)?)-00$/, '$1').replace(/^(\d{4})-00$/, '$1');
      return isEdtf(known.toUpperCase()) && !known.includes('/') ? known.toUpperCase() + mark : invalid;
    },
  };
};

const readBy = (readers: readonly DateFormat[], text: string): Outcome => {
  const bytes = Buffer.from(text, 'utf8');
  let found: Outcome = null;
  for (const reader of readers) {
    const answer = reader.scan(bytes, 0, bytes.length);
    if (answer === mismatch) continue;
    if (answer === impossible) { found ??= noSuchDay; continue; }
    const iso = written(reader);
    if (typeof found === 'string' && found !== iso) return ambiguous;
    found = iso;
  }
  return found;
};

/** Telephone numbers in the international form of E.164. Judged by the numbering plans of libphonenumber, so a number that nobody can have is an issue. */
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { issueNumber } from '../../contracts/issue-codes.ts';
import { transformInvalid, type StepOf } from '../../contracts/transform.ts';
import type { TextStep } from './step.ts';

const invalid = issueNumber('TRANSFORM_PHONE_INVALID');
const mostCharacters = 100;

export const phone = ({ country }: StepOf<'phone'>): TextStep => {
  if (country !== undefined && !isSupportedCountry(country)) throw transformInvalid('its country is no code of a country with telephones, as ES.');
  const options = country === undefined ? { extract: false } : { extract: false, defaultCountry: country };
  return {
    kind: 'text',
    apply: (text) => {
      if (text.length > mostCharacters) return invalid;
      // (+33) 1 … stands on many letterheads; tel: is what links begin with, and marks of direction come along from address books.
      const trimmed = text.replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '').trim().replace(/^tel[.:]+\s*/i, '').replace(/^\(\s?(\+\d{1,3})\s?\)/, '$1 ');
      // 0034 is +34 from nearly everywhere, and nothing in the countries where a number starts otherwise.
      const number = parsePhoneNumberFromString(trimmed, options) ?? (trimmed.startsWith('00') ? parsePhoneNumberFromString(`+${trimmed.slice(2)}`, options) : undefined);
      return number?.isValid() === true && number.ext === undefined ? number.number : invalid;
    },
  };
};

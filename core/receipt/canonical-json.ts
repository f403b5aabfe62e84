/**
 * The JSON Canonicalization Scheme (RFC 8785): one text for one value, so that a signature does not depend on who wrote the file.
 * ECMAScript's own number and string forms are the scheme's (sections 3.2.2.2 and 3.2.2.3); what JSON cannot say is refused.
 */
import { WaybillError } from '../../contracts/errors.ts';

const refuse = (what: string): WaybillError => new WaybillError('RECEIPT_INVALID', `JSON cannot hold ${what}.`);

const textOf = (text: string): string => {
  // Section 3.2.2.2: lone surrogates end the process with an error.
  if (/\p{Surrogate}/u.test(text)) throw refuse('a text that is not valid Unicode');
  return JSON.stringify(text);
};

const numberOf = (value: number): string => {
  if (!Number.isFinite(value)) throw refuse('a number that is not finite');
  return JSON.stringify(value);
};

/** The order of `sort` without arguments is by UTF-16 code units, as section 3.2.3 asks. A property without a value is absent, as in JSON. */
const objectOf = (value: object): string => {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const byName = new Map<string, unknown>(entries);
  const members = [...byName.keys()].sort().map((name) => `${textOf(name)}:${canonicalJson(byName.get(name))}`);
  return `{${members.join(',')}}`;
};

export const canonicalJson = (value: unknown): string => {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'number') return numberOf(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (typeof value === 'object') return objectOf(value);
  throw refuse(`a ${typeof value}`);
};

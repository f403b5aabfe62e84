/** What jsonb minds and JSON.parse does not tell, from one walk over a text that is known to be JSON. */
import { Decimal } from './decimal.ts';

export interface JsonFacts {
  /** Keys as written, repeated ones too. */
  readonly keys: number;
  /** Deepest nesting. */
  readonly levels: number;
  /** No \u0000 and no surrogate without its partner. */
  readonly escapesAreCharacters: boolean;
  /** Every number fits PostgreSQL's numeric. */
  readonly numbersFit: boolean;
}

const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[[\]{}:]/gsu;

export const jsonFacts = (text: string): JsonFacts => {
  let keys = 0;
  let level = 0;
  let levels = 0;
  let escapesAreCharacters = true;
  let numbersFit = true;
  for (const [token] of text.matchAll(stringOrNumber)) {
    const first = token.charAt(0);
    if (first === '"') escapesAreCharacters &&= hasOnlyCharacters(token);
    else if (first === ':') keys++;
    else if (first === '[' || first === '{') levels = Math.max(levels, ++level);
    else if (first === ']' || first === '}') level--;
    else numbersFit &&= fitsNumeric(token);
  }
  return { keys, levels, escapesAreCharacters, numbersFit };
};

const hasOnlyCharacters = (literal: string): boolean => {
  if (!literal.includes('\\u')) return true;
  const text = JSON.parse(literal) as string;
  return !text.includes('\u0000') && !/\p{Surrogate}/u.test(text);
};

const decimal = new Decimal();
const fitsNumeric = (token: string): boolean => {
  if (token.length < 300 && !/[eE]/.test(token)) return true;
  const bytes = Buffer.from(token, 'latin1');
  return decimal.scan(bytes, 0, bytes.length) && decimal.top < 131_072 && decimal.bottom >= -16_383
    && bytes.length < 16_383;
};

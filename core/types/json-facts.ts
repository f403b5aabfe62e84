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

export const jsonFacts = (text: string): JsonFacts => {
  let keys = 0;
  let level = 0;
  let levels = 0;
  let escapesAreCharacters = true;
  let numbersFit = true;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (letter === '"') {
      const end = closingQuote(text, at);
      escapesAreCharacters &&= hasOnlyCharacters(text.slice(at, end + 1));
      at = end;
    } else if (letter === ':') keys++;
    else if (letter === '[' || letter === '{') levels = Math.max(levels, ++level);
    else if (letter === ']' || letter === '}') level--;
    else if (isInNumber(letter) && letter !== 'e' && letter !== 'E') {
      const start = at;
      while (isInNumber(text.charAt(at + 1))) at++;
      numbersFit &&= fitsNumeric(text.slice(start, at + 1));
    }
  }
  return { keys, levels, escapesAreCharacters, numbersFit };
};

const closingQuote = (text: string, opening: number): number => {
  let at = opening + 1;
  while (text.charAt(at) !== '"' && at < text.length) at += text.charAt(at) === '\\' ? 2 : 1;
  return at;
};

const isInNumber = (letter: string): boolean =>
  (letter >= '0' && letter <= '9') || letter === '-' || letter === '+' || letter === '.' || letter === 'e' || letter === 'E';

const hasOnlyCharacters = (literal: string): boolean => {
  if (!literal.includes('\\u')) return true;
  const text = JSON.parse(literal) as string;
  return !text.includes('\u0000') && !/\p{Surrogate}/u.test(text);
};

const decimal = new Decimal();
const fitsNumeric = (token: string): boolean => {
  if (token.length < 300 && !/[eE]/.test(token)) return true;
  const bytes = Buffer.from(token, 'latin1');
  return decimal.scan(bytes, 0, bytes.length) && decimal.top < 131_072 && decimal.bottom >= -16_383 && bytes.length < 16_383;
};

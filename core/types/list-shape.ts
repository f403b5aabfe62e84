/**
 * Lists of texts as they come in one cell: a JSON array of strings and nulls, an array literal of PostgreSQL, or elements between
 * semicolons, whose outer blanks are dropped, as is one semicolon at the end. No regular expressions: on a cell of megabytes they
 * were quadratic or ran out of stack.
 */
export type ListElements = readonly (string | null)[];

/** Null: not a list. The text is trimmed and not empty. */
export const listElements = (text: string): ListElements | null => {
  if (text.startsWith('[')) return jsonElements(text);
  if (text.startsWith('{')) return new LiteralReader(text).elements();
  const parts = text.split(';').map(withoutBlanks);
  return parts.length > 1 && parts.at(-1) === '' ? parts.slice(0, -1) : parts;
};

/** PostgreSQL's blanks (array_isspace): the ASCII ones. */
const isBlank = (letter: string | undefined): boolean => letter === ' ' || (letter !== undefined && letter >= '\t' && letter <= '\r');
const isOuterBlank = (letter: string | undefined): boolean => isBlank(letter) || letter === '\u00a0';

const withoutBlanks = (text: string): string => {
  let start = 0;
  let end = text.length;
  while (start < end && isOuterBlank(text[start])) start++;
  while (end > start && isOuterBlank(text[end - 1])) end--;
  return text.slice(start, end);
};

const jsonElements = (text: string): ListElements | null => {
  try {
    const value = JSON.parse(text) as unknown;
    const isList = Array.isArray(value) && value.every((element) => element === null || typeof element === 'string');
    return isList ? (value as ListElements) : null;
  } catch {
    return null;
  }
};

/** PostgreSQL, "Arrays", section "Array Input and Output Syntax"; one dimension. */
class LiteralReader {
  private at = 1;

  constructor(private readonly text: string) {}

  /** Null: not a literal. */
  elements(): ListElements | null {
    const elements: (string | null)[] = [];
    this.skipBlanks();
    if (this.text[this.at] === '}') return this.endsHere() ? elements : null;
    for (;;) {
      const element = this.element();
      if (element === undefined) return null;
      elements.push(element);
      const mark = this.text[this.at];
      if (mark === '}') return this.endsHere() ? elements : null;
      if (mark !== ',') return null;
      this.at++;
    }
  }

  private endsHere(): boolean {
    return this.at === this.text.length - 1;
  }

  private skipBlanks(): void {
    while (isBlank(this.text[this.at])) this.at++;
  }

  /** Undefined: malformed. */
  private element(): string | null | undefined {
    this.skipBlanks();
    const element = this.text[this.at] === '"' ? this.quoted() : this.bare();
    this.skipBlanks();
    return element;
  }

  private quoted(): string | undefined {
    const { text } = this;
    const parts: string[] = [];
    let start = ++this.at;
    for (;; this.at++) {
      const letter = text[this.at];
      if (letter === undefined) return undefined;
      if (letter !== '"' && letter !== '\\') continue;
      parts.push(text.slice(start, this.at));
      if (letter === '"') break;
      start = ++this.at;
    }
    this.at++;
    return parts.join('');
  }

  private bare(): string | null | undefined {
    const { text } = this;
    const parts: string[] = [];
    let start = this.at;
    let end = this.at;
    for (;; this.at++) {
      const letter = text[this.at];
      if (letter === ',' || letter === '}') break;
      if (letter === undefined || letter === '{' || letter === '"') return undefined;
      if (letter === '\\') {
        parts.push(text.slice(start, this.at));
        start = ++this.at;
        if (start >= text.length) return undefined;
      }
      if (start === this.at || !isBlank(letter)) end = this.at + 1;
    }
    const element = parts.join('') + text.slice(start, Math.max(start, end));
    if (element === '') return undefined;
    return parts.length === 0 && element.toLowerCase() === 'null' ? null : element;
  }
}

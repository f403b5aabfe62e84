/**
 * The plain part of RE2's syntax over ASCII: characters, classes, groups, alternatives and repeats. What is written otherwise is null here, and
 * left to RE2 itself. That both read a pattern alike is what test/unit/simple-patterns.test.ts compares.
 */

/** Characters below 0x80; `wide`: also every character beyond them. */
export interface CharacterSet { readonly members: Uint8Array; readonly wide: boolean }
export type PatternNode =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence' | 'either'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly part: PatternNode; readonly least: number; readonly most: number };

/** Null: not of the plain part. */
export const parseSimplePattern = (pattern: string): PatternNode | null => {
  if (!/^[\x20-\x7e]*$/.test(pattern)) return null;
  const parser = new PatternParser(pattern);
  try {
    const node = parser.either(0);
    return parser.at === pattern.length ? node : null;
  } catch (error) {
    if (error instanceof NotSimple) return null;
    throw error;
  }
};

class NotSimple extends Error {}
const notSimple = new NotSimple('left to RE2');
const ascii = 0x80, deepest = 50, mostRepeats = 1_000;

const setOf = (belongs: (character: string) => boolean, wide = false): CharacterSet =>
  ({ members: Uint8Array.from({ length: ascii }, (_, code) => (belongs(String.fromCharCode(code)) ? 1 : 0)), wide });
const except = ({ members, wide }: CharacterSet): CharacterSet => ({ members: members.map((member) => 1 - member), wide: !wide });
const digit = setOf((character) => /[0-9]/.test(character)), wordPart = setOf((character) => /\w/.test(character));
/** Without the vertical tab, as RE2 has it. */
const blank = setOf((character) => '\t\n\f\r '.includes(character));
const anyOfLine = setOf((character) => character !== '\n', true);
const classes: Readonly<Record<string, CharacterSet>> = { d: digit, D: except(digit), w: wordPart, W: except(wordPart), s: blank, S: except(blank) };

class PatternParser {
  at = 0;

  constructor(private readonly text: string) {}

  either(depth: number): PatternNode {
    if (depth > deepest) throw notSimple;
    const parts = [this.sequence(depth)];
    while (this.take('|')) parts.push(this.sequence(depth));
    return parts.length === 1 ? parts[0] as PatternNode : { kind: 'either', parts };
  }

  private get next(): string { return this.text.charAt(this.at); }

  private take(letter: string): boolean {
    if (this.next !== letter) return false;
    this.at += 1;
    return true;
  }

  private sequence(depth: number): PatternNode {
    const parts: PatternNode[] = [];
    while (this.at < this.text.length && this.next !== '|' && this.next !== ')') parts.push(this.repeated(this.atom(depth)));
    return { kind: 'sequence', parts };
  }

  private atom(depth: number): PatternNode {
    const letter = this.next;
    this.at += 1;
    switch (letter) {
      case '(': return this.group(depth);
      case '[': return { kind: 'set', set: this.bracket() };
      case '.': return { kind: 'set', set: anyOfLine };
      case '\\': return { kind: 'set', set: this.escape() };
      case '^': case '$': case '*': case '+': case '?': case '{': case '}': case ']': throw notSimple;
      default: return { kind: 'set', set: setOf((character) => character === letter) };
    }
  }

  private group(depth: number): PatternNode {
    if (this.take('?') && !this.take(':')) throw notSimple;
    const node = this.either(depth + 1);
    if (!this.take(')')) throw notSimple;
    return node;
  }

  private escape(): CharacterSet {
    const letter = this.next;
    this.at += 1;
    const found = Object.hasOwn(classes, letter) ? classes[letter] : undefined;
    if (found !== undefined) return found;
    if (!/[!-/:-@[-`{-~]/.test(letter)) throw notSimple;
    return setOf((character) => character === letter);
  }

  private bracket(): CharacterSet {
    const inverted = this.take('^'), members = new Uint8Array(ascii);
    let wide = false;
    if (this.next === ']') throw notSimple;
    while (!this.take(']')) {
      const set = this.member();
      set.members.forEach((member, code) => { if (member === 1) members[code] = 1; });
      wide ||= set.wide;
    }
    return inverted ? except({ members, wide }) : { members, wide };
  }

  /** A character, a class, or a range of two characters. */
  private member(): CharacterSet {
    const first = this.next;
    this.at += 1;
    if (first === '' || first === '[' || first === '-') throw notSimple;
    if (first === '\\') return this.escape();
    if (this.next !== '-' || this.text.charAt(this.at + 1) === ']') {
      // A hyphen before the bracket is one.
      if (this.take('-')) return setOf((character) => character === first || character === '-');
      return setOf((character) => character === first);
    }
    const last = this.text.charAt(this.at + 1);
    if (!/[A-Za-z0-9]/.test(first) || !/[A-Za-z0-9]/.test(last) || last < first) throw notSimple;
    this.at += 2;
    return setOf((character) => character >= first && character <= last);
  }

  private repeated(part: PatternNode): PatternNode {
    const counts = this.counts();
    if (counts === null) return part;
    // Two in turn, and the marks of lazy ones.
    if (['*', '+', '?', '{'].includes(this.next)) throw notSimple;
    return { kind: 'repeat', part, ...counts };
  }

  private counts(): { readonly least: number; readonly most: number } | null {
    if (this.take('*')) return { least: 0, most: Infinity };
    if (this.take('+')) return { least: 1, most: Infinity };
    if (this.take('?')) return { least: 0, most: 1 };
    if (this.next !== '{') return null;
    const [whole, from, comma, to] = /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(this.text.slice(this.at)) ?? [];
    if (whole === undefined || (comma === '' && to !== '')) throw notSimple;
    this.at += whole.length;
    const least = Number(from), most = comma === '' ? least : to === '' ? Infinity : Number(to);
    if (least > most || least > mostRepeats || (most !== Infinity && most > mostRepeats)) throw notSimple;
    return { least, most };
  }
}

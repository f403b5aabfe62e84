/**
 * Whether a whole cell is of a pattern, told from its bytes: a table of states that is filled as cells ask for them. RE2 takes some
 * 350 ns a cell for this, a look a byte 15. Only for patterns of the plain part and cells of plain characters; RE2 answers for any other.
 */
import { parseSimplePattern, type CharacterSet, type PatternNode } from './simple-pattern.ts';

const ascii = 0x80, unknown = 0, dead = 1;
/** More places in a pattern, or more sets of them that cells come to: RE2's. */
const mostPlaces = 2_000, firstStates = 16, mostStates = 256;

export const isPattern = 1, isNotPattern = 0, undecided = -1;

interface Place { readonly set: CharacterSet | null; next: number; readonly other: number }
const end: Place = { set: null, next: -1, other: -1 };
class TooLarge extends Error {}
const tooLarge = new TooLarge('left to RE2');

/** Places from the end to the beginning; a place without a set goes on to one or two others at once. */
class PlaceMaker {
  readonly places: Place[] = [end];

  add(place: Place): number {
    if (this.places.length >= mostPlaces) throw tooLarge;
    return this.places.push(place) - 1;
  }

  before(node: PatternNode, next: number): number {
    switch (node.kind) {
      case 'set': return this.add({ set: node.set, next, other: -1 });
      case 'sequence': return node.parts.reduceRight((behind, part) => this.before(part, behind), next);
      case 'either': return node.parts.map((part) => this.before(part, next)).reduce((one, other) => this.add({ set: null, next: one, other }));
      case 'repeat': return this.repeated(node, next);
    }
  }

  private repeated({ part, least, most }: PatternNode & { kind: 'repeat' }, next: number): number {
    let first = next;
    if (most === Infinity) {
      const loop: Place = { set: null, next: -1, other: next };
      first = this.add(loop);
      loop.next = this.before(part, first);
    } else for (let count = least; count < most; count += 1) first = this.add({ set: null, next: this.before(part, first), other: next });
    for (let count = 0; count < least; count += 1) first = this.before(part, first);
    return first;
  }
}

export class BytePattern {
  /** State after a character in a state: `state * 128 + character`. 0: not asked yet. */
  private moves = new Uint16Array(firstStates * ascii);
  private readonly accepts = new Uint8Array(mostStates);
  private readonly sets: (readonly number[])[] = [[], []];
  private readonly numbers = new Map<string, number>([['', dead]]);
  private readonly first: number;

  private constructor(private readonly places: readonly Place[], start: number) { this.first = this.stateOf([start]); }

  /** Null: RE2's. */
  static of(pattern: string): BytePattern | null {
    const node = parseSimplePattern(pattern);
    if (node === null) return null;
    const maker = new PlaceMaker();
    try { return new BytePattern(maker.places, maker.before(node, 0)); } catch (error) {
      if (error instanceof TooLarge) return null;
      throw error;
    }
  }

  /** Of a COPY text: a cell with an escape in it is undecided. */
  test(bytes: Uint8Array, start: number, end: number): number {
    let { moves } = this;
    let state = this.first;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte >= ascii || byte === 0x5c) return undecided;
      let next = moves[state * ascii + byte] as number;
      if (next === unknown) {
        next = this.move(state, byte);
        if (next === unknown) return undecided;
        ({ moves } = this);
      }
      state = next;
    }
    return this.accepts[state] as number;
  }

  private move(state: number, byte: number): number {
    const from = this.sets[state] ?? [];
    const next = this.stateOf(from.flatMap((place) => { const { set, next: to } = this.places[place] as Place; return set?.members[byte] === 1 ? [to] : []; }));
    this.moves[state * ascii + byte] = next;
    return next;
  }

  /** 0: there are too many. */
  private stateOf(from: readonly number[]): number {
    const found = new Set<number>(), open = [...from];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (place < 0 || found.has(place)) continue;
      found.add(place);
      const { set, next, other } = this.places[place] as Place;
      if (set === null) open.push(next, other);
    }
    const reached = [...found].filter((place) => place === 0 || (this.places[place] as Place).set !== null).toSorted((left, right) => left - right);
    const key = reached.join(), known = this.numbers.get(key);
    if (known !== undefined) return known;
    if (this.sets.length === mostStates) return unknown;
    const state = this.sets.push(reached) - 1;
    if (this.moves.length === state * ascii) this.grow();
    this.numbers.set(key, state);
    this.accepts[state] = found.has(0) ? isPattern : isNotPattern;
    return state;
  }

  private grow(): void {
    const larger = new Uint16Array(this.moves.length * 2);
    larger.set(this.moves);
    this.moves = larger;
  }
}

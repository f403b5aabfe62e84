/** Finds where the records of a JSON document are, from its beginning alone: the document may be cut off anywhere. */
import { WaybillError } from '../../../contracts/errors.ts';
import { closeBrace, closeBracket, closingQuote, colon, comma, elementBorder, isWhite, openBrace, openBracket, quote } from './json-bytes.ts';
import { numberEnd } from './number-end.ts';

export interface RecordList {
  /** Keys from the root. */
  readonly path: readonly string[];
  readonly container: 'array' | 'object';
  /** First byte of the first record, or of what closes the list. */
  readonly start: number;
  /** Elements seen so far, and the bytes that they take. */
  readonly count: number;
  readonly bytes: number;
  /** All elements seen are objects. */
  readonly ofObjects: boolean;
}

export interface FoundLists {
  readonly lists: readonly RecordList[];
  /** Objects, the root first: each may be chosen as the only record. */
  readonly objects: readonly RecordList[];
  /** The document goes on behind the sample. */
  readonly cut: boolean;
  readonly isFeatureCollection: boolean;
}

/** Deeper lists belong to something else. */
const mostPathKeys = 8;

class Cut extends Error {}

class ListFinder {
  readonly lists: RecordList[] = [];
  readonly objects: RecordList[] = [];
  isFeatureCollection = false;

  constructor(private readonly bytes: Uint8Array, private readonly complete: boolean) {}

  root(): void {
    const start = this.skipWhite(0);
    const end = this.value(start, []);
    if (this.skipWhite(end) < this.bytes.length) this.refuse(this.skipWhite(end), 'More text follows the end of the JSON document');
  }

  private value(at: number, path: readonly string[]): number {
    switch (this.peek(at)) {
      case openBrace: return path.length <= mostPathKeys ? this.object(at, path) : this.pass(at);
      case openBracket: return this.list(at, path);
      default: return this.pass(at);
    }
  }

  private object(open: number, path: readonly string[]): number {
    const place = this.objects.push({ path, container: 'object', start: open, count: 1, bytes: 0, ofObjects: true }) - 1;
    let at = this.skipWhite(open + 1);
    if (this.peek(at) === closeBrace) return at + 1;
    for (;;) {
      if (this.peek(at) !== quote) this.refuse(at, 'A key is missing in an object');
      const keyEnd = closingQuote(this.bytes, at, this.bytes.length) + 1;
      if (keyEnd > this.bytes.length) throw this.cutAt();
      const key = this.keyText(at, keyEnd);
      const colonAt = this.skipWhite(keyEnd);
      if (this.peek(colonAt) !== colon) this.refuse(colonAt, 'A colon is missing behind a key');
      const valueAt = this.skipWhite(colonAt + 1);
      if (path.length === 0 && key === 'type') this.isFeatureCollection ||= new TextDecoder().decode(this.bytes.subarray(valueAt, valueAt + 19)) === '"FeatureCollection"';
      at = this.skipWhite(this.value(valueAt, [...path, key]));
      const mark = this.peek(at);
      if (mark !== comma && mark !== closeBrace) this.refuse(at, 'A comma is missing in an object');
      if (mark === closeBrace) break;
      at = this.skipWhite(at + 1);
    }
    this.objects[place] = { ...this.objects[place] as RecordList, bytes: at + 1 - open };
    return at + 1;
  }

  /** Elements are passed over by their brackets: what is wrong inside one is the matter of its row. */
  private list(open: number, path: readonly string[]): number {
    const start = this.skipWhite(open + 1);
    const place = this.lists.push({ path, container: 'array', start, count: 0, bytes: 0, ofObjects: false }) - 1;
    const seen = { count: 0, others: 0, end: start };
    try {
      return this.elements(start, seen);
    } finally {
      this.lists[place] = { path, container: 'array', start, count: seen.count, bytes: seen.end - start, ofObjects: seen.count > 0 && seen.others === 0 };
    }
  }

  private elements(start: number, seen: { count: number; others: number; end: number }): number {
    const { bytes } = this;
    for (let at = start; ;) {
      if (this.peek(at) === closeBracket) return at + 1;
      seen.count += 1;
      if (bytes[at] !== openBrace) seen.others += 1;
      const border = elementBorder(bytes, at, bytes.length);
      seen.end = border;
      if (border >= bytes.length) throw this.cutAt(at);
      const mark = bytes[border];
      if (mark === closeBrace) this.refuse(border, 'A bracket is closed by one of another kind');
      if (mark === closeBracket) return border + 1;
      at = this.skipWhite(border + 1);
    }
  }

  /** A value into which nobody looks. */
  private pass(at: number): number {
    const { bytes } = this;
    const byte = this.peek(at);
    if (byte === openBrace) {
      const border = elementBorder(bytes, at, bytes.length);
      if (border >= bytes.length) throw this.cutAt();
      return border;
    }
    if (byte === quote) {
      const end = closingQuote(bytes, at, bytes.length) + 1;
      if (end > bytes.length) throw this.cutAt();
      return end;
    }
    const word = ['null', 'true', 'false'].find((candidate) => candidate.charCodeAt(0) === byte);
    if (word !== undefined) {
      const said = new TextDecoder().decode(bytes.subarray(at, at + word.length));
      if (said !== word && said.length === word.length) this.refuse(at, 'A value is no JSON');
      if (said !== word) throw this.cutAt();
      return at + word.length;
    }
    const end = numberEnd(bytes, at, bytes.length);
    if (end < 0) this.refuse(at, 'A value is no JSON');
    return end;
  }

  private peek(at: number): number {
    const byte = this.bytes[at];
    if (byte === undefined) throw this.cutAt();
    return byte;
  }

  private skipWhite(from: number): number {
    let at = from;
    while (isWhite(this.bytes[at])) at += 1;
    return at;
  }

  private keyText(start: number, end: number): string {
    const text = new TextDecoder().decode(this.bytes.subarray(start, end));
    try { return JSON.parse(text) as string; } catch { return this.refuse(start, 'A key is no JSON text'); }
  }

  /** @param open where what is open begins; else the end is the place */
  private cutAt(open = this.bytes.length): Error {
    if (!this.complete) return new Cut();
    const { line, byte } = placeOf(this.bytes, open);
    return new WaybillError('FILE_CUT_OFF', `The JSON document ends before it is closed; it is open at line ${line}, byte ${byte}.`, { line, byte });
  }

  private refuse(at: number, what: string): never {
    const { line, byte } = placeOf(this.bytes, at);
    throw new WaybillError('FILE_JSON_INVALID', `${what}: line ${line}, byte ${byte}.`, { line, byte });
  }
}

export const placeOf = (bytes: Uint8Array, at: number): { readonly line: number; readonly byte: number } => {
  let line = 1;
  for (let before = 0; before < at; before += 1) if (bytes[before] === 0x0a) line += 1;
  return { line, byte: at };
};

/** Throws FILE_JSON_INVALID and FILE_CUT_OFF. */
export const findRecordLists = (bytes: Uint8Array, complete: boolean): FoundLists => {
  const finder = new ListFinder(bytes, complete);
  let cut = false;
  try {
    finder.root();
  } catch (error) {
    if (!(error instanceof Cut)) throw error;
    cut = true;
  }
  return { lists: finder.lists, objects: finder.objects, cut, isFeatureCollection: finder.isFeatureCollection };
};

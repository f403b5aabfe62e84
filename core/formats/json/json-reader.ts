/**
 * Hands over JSON records as cells, byte ranges of the chunk, without making a string: a number is the digits that stand there, a string
 * is what stands between its quotes (flagged when it has escapes), an object or array that is not flattened is its own JSON text, and
 * null is empty. The grammar is that of RFC 8259 and nothing more; a property test holds it to JSON.parse.
 */
import { issueNumber } from '../../../contracts/issue-codes.ts';
import { CellRecord } from '../cell-record.ts';
import { brokenFlag, escapedFlag, quotedFlag } from '../csv/record-scanner.ts';
import {
  backslash, closeBrace, closeBracket, codeUnitAt, colon, comma, elementBorder, isHighSurrogate, isLowSurrogate, isWhite, lineFeed,
  mostLevels, openBrace, openBracket, quote, simpleEscape, trimmedBack, unescapeString,
} from './json-bytes.ts';
import { numberEnd } from './number-end.ts';
import { issuePathName, type PathNode } from './path-tree.ts';

const invalid = issueNumber('ROW_JSON_INVALID'), tooDeep = issueNumber('ROW_JSON_TOO_DEEP'), notObject = issueNumber('ROW_NOT_OBJECT');
const repeated = issueNumber('ROW_KEY_REPEATED'), halfSurrogate = issueNumber('TEXT_HALF_SURROGATE');

const nullWord = Buffer.from('null'), trueWord = Buffer.from('true'), falseWord = Buffer.from('false');
const letterN = 0x6e;
/** Of one record; a row whose keys are all new says so often enough with these. */
const mostUnknown = 50;
/** So many of the next keys are looked at before the map is asked: keys are left out more often than they change their order. */
const nearKeys = 4;

export interface JsonReaderOptions {
  readonly tree: PathNode;
  readonly columnCount: number;
  /** A record a line, or the elements of an array. */
  readonly framing: 'lines' | 'elements';
}

export class JsonReader extends CellRecord {
  private readonly tree: PathNode;
  private readonly lines: boolean;
  /** Of the record that is read: nothing is looked at from here on. */
  private limit = 0;
  /** Of the string that was read last. */
  private escaped = false;
  private halved = false;
  /** Of the key that was found last. */
  private keyIndex = -1;

  constructor({ tree, columnCount, framing }: JsonReaderOptions) {
    super(columnCount);
    this.tree = tree;
    this.lines = framing === 'lines';
  }

  next(): boolean {
    const start = this.skipBetween();
    this.clear();
    this.recordStart = start;
    if (!this.lines) this.countLines(start);
    this.line = this.nextLine;
    if (start >= this.end) {
      this.recordEnd = this.position = this.end;
      return false;
    }
    this.limit = this.lines ? this.lineEndFrom(start) : this.end;
    const valueEnd = this.value(start, this.tree, 0);
    const behind = valueEnd < 0 ? -1 : this.skipWhite(valueEnd);
    if (this.lines) this.endLine(behind);
    else this.endElement(valueEnd, behind);
    if (this.problem === 0 && !this.isRecord(start)) this.problem = notObject;
    if (this.problem !== 0) this.cellEnd.set(this.cellStart);
    return true;
  }

  unescapeInto(cell: number, target: Uint8Array, targetStart: number): number {
    const start = this.cellStart[cell] as number, end = this.cellEnd[cell] as number;
    if (((this.cellFlags[cell] as number) & escapedFlag) !== 0) return unescapeString(this.bytes, [start, end], target, targetStart);
    target.set(this.bytes.subarray(start, end), targetStart);
    return targetStart + end - start;
  }

  /** The start of the next record, or the end. */
  private skipBetween(): number {
    const { bytes, end, lines } = this;
    let at = this.position;
    for (; at < end; at += 1) {
      const byte = bytes[at];
      if (byte === lineFeed && lines) this.nextLine += 1;
      else if (isWhite(byte) || (byte === comma && !lines)) continue;
      // The array ends, and what stands behind it is no record.
      else return !lines && (byte === closeBracket || byte === closeBrace) ? end : at;
    }
    return end;
  }

  private lineEndFrom(at: number): number {
    const found = this.bytes.indexOf(lineFeed, at);
    return found < 0 || found > this.end ? this.end : found;
  }

  private endLine(behind: number): void {
    if (behind !== this.limit) this.problem ||= invalid;
    this.recordEnd = this.position = Math.min(this.limit + 1, this.end);
    if (this.limit < this.end) this.nextLine += 1;
  }

  private endElement(valueEnd: number, behind: number): void {
    const { bytes, end, recordStart } = this;
    const byte = behind < 0 ? -1 : this.peek(behind);
    const ends = behind === end || byte === comma || byte === closeBracket || byte === closeBrace;
    if (!ends) this.problem ||= invalid;
    const border = ends ? behind : elementBorder(bytes, recordStart, end);
    this.recordEnd = ends ? valueEnd : trimmedBack(bytes, recordStart, border);
    this.position = border;
  }

  /** A bare value counts where the samples had bare values too, so that the record itself is a column; an array where they had arrays. */
  private isRecord(start: number): boolean {
    const { tree } = this;
    const byte = this.bytes[start];
    return tree.column >= 0 || (byte === openBrace && tree.keys.length > 0) || (byte === openBracket && tree.elements.length > 0);
  }

  private peek(at: number): number {
    return at < this.limit ? (this.bytes[at] as number) : -1;
  }

  private skipWhite(from: number): number {
    let at = from;
    while (at < this.limit && isWhite(this.bytes[at])) at += 1;
    return at;
  }

  private fail(why = invalid): -1 {
    this.problem ||= why;
    return -1;
  }

  /** Reads the value at `at`; `node` is null where nobody has a column for it. Returns its end, or -1. */
  private value(at: number, node: PathNode | null, depth: number): number {
    switch (this.peek(at)) {
      case quote: return this.text(at, node);
      case openBrace: case openBracket: return this.container(at, node, depth);
      case letterN: return node?.literal === true ? this.plain(at, this.literal(at), node) : this.literal(at);
      case 0x74: case 0x66: return this.plain(at, this.literal(at), node);
      default: return this.plain(at, numberEnd(this.bytes, at, this.limit), node);
    }
  }

  /** Taken apart where its parts have columns, and one cell with its JSON text where it has one itself. */
  private container(start: number, node: PathNode | null, depth: number): number {
    if (depth >= mostLevels) return this.fail(tooDeep);
    const isObject = this.bytes[start] === openBrace;
    const parts = node === null || (isObject ? node.keys.length : node.elements.length) === 0 ? null : node;
    const end = isObject ? this.object(start, parts, depth + 1) : this.array(start, parts, depth + 1);
    if (end < 0 || node === null) return end;
    // An empty one where others have parts says no more than null.
    if (node.column >= 0 || (parts === null && this.skipWhite(start + 1) !== end - 1)) this.put(node, start, end, 0);
    return end;
  }

  private text(open: number, node: PathNode | null): number {
    const end = this.string(open);
    if (end < 0 || node === null) return end;
    if (this.halved) this.breakCell(node.firstColumn, halfSurrogate);
    if (node.literal) { this.put(node, open, end, 0); return end; }
    // An empty text is told from null by the flag alone.
    this.put(node, open + 1, end - 1, this.escaped ? escapedFlag : end - 1 === open + 1 ? quotedFlag : 0);
    return end;
  }

  private plain(start: number, end: number, node: PathNode | null): number {
    if (end < 0) return this.fail();
    if (node !== null) this.put(node, start, end, 0);
    return end;
  }

  private put(node: PathNode, start: number, end: number, flags: number): void {
    const { column } = node;
    if (column < 0) { this.noteUnknown(node, node.path); return; }
    this.cellStart[column] = start;
    this.cellEnd[column] = end;
    this.cellFlags[column] = ((this.cellFlags[column] as number) & brokenFlag) | flags;
  }

  private noteUnknown(within: PathNode, path: PathNode['path']): void {
    // The record itself has no name; its own issue is ROW_NOT_OBJECT.
    if (!within.kept && path.length > 0 && this.unknownPaths.length < mostUnknown) this.unknownPaths.push(issuePathName(path));
  }

  private object(open: number, node: PathNode | null, depth: number): number {
    let at = this.skipWhite(open + 1);
    if (this.peek(at) === closeBrace) return at + 1;
    this.keyIndex = -1;
    for (let index = -1; ;) {
      if (this.peek(at) !== quote) return this.fail();
      const keyEnd = this.string(at);
      if (keyEnd < 0) return keyEnd;
      const child = node === null ? null : this.childOf(node, [at + 1, keyEnd - 1], index + 1);
      if (child !== null) index = this.keyIndex;
      const colonAt = this.skipWhite(keyEnd);
      if (this.peek(colonAt) !== colon) return this.fail();
      const valueAt = this.skipWhite(colonAt + 1);
      if (child !== null) this.see(child);
      const valueEnd = this.value(valueAt, child, depth);
      if (valueEnd < 0) return valueEnd;
      if (node !== null && child === null && this.bytes[valueAt] !== letterN) this.noteUnknown(node, [...node.path, this.keyText(at + 1, keyEnd - 1)]);
      at = this.skipWhite(valueEnd);
      const mark = this.peek(at);
      if (mark === closeBrace) return at + 1;
      if (mark !== comma) return this.fail();
      at = this.skipWhite(at + 1);
    }
  }

  private array(open: number, node: PathNode | null, depth: number): number {
    let at = this.skipWhite(open + 1);
    if (this.peek(at) === closeBracket) return at + 1;
    for (let index = 0; ; index += 1) {
      const child = node?.elements[index] ?? null;
      const valueEnd = this.value(at, child, depth);
      if (valueEnd < 0) return valueEnd;
      if (node !== null && child === null && this.bytes[at] !== letterN) this.noteUnknown(node, [...node.path, index]);
      at = this.skipWhite(valueEnd);
      const mark = this.peek(at);
      if (mark === closeBracket) return at + 1;
      if (mark !== comma) return this.fail();
      at = this.skipWhite(at + 1);
    }
  }

  private see(node: PathNode): void {
    if (node.seenIn === this.recordNo) this.breakCell(node.firstColumn, repeated);
    node.seenIn = this.recordNo;
  }

  private childOf(node: PathNode, [start, end]: readonly [number, number], expected: number): PathNode | null {
    // With escapes the same bytes may be another key.
    const last = this.escaped ? 0 : Math.min(expected + nearKeys, node.keys.length);
    for (let index = expected; index < last; index += 1)
      if (this.isKey(node.keys[index] as Buffer, start, end)) { this.keyIndex = index; return node.children[index] as PathNode; }
    this.keyIndex = node.byKey.get(this.keyText(start, end)) ?? -1;
    return node.children[this.keyIndex] ?? null;
  }

  private isKey(key: Buffer, start: number, end: number): boolean {
    const { length } = key;
    if (length !== end - start) return false;
    for (let at = 0; at < length; at += 1) if (key[at] !== this.bytes[start + at]) return false;
    return true;
  }

  private keyText(start: number, end: number): string {
    if (!this.bytes.subarray(start, end).includes(backslash)) return this.bytes.toString('utf8', start, end);
    const target = Buffer.allocUnsafe(end - start);
    return target.toString('utf8', 0, unescapeString(this.bytes, [start, end], target, 0));
  }

  /** The place behind the closing quote, or -1. */
  private string(open: number): number {
    const { bytes, limit } = this;
    this.escaped = this.halved = false;
    for (let at = open + 1; at < limit;) {
      const byte = bytes[at] as number;
      if (byte === quote) return at + 1;
      if (byte < 0x20) return this.fail();
      if (byte !== backslash) { at += 1; continue; }
      this.escaped = true;
      at = this.escape(at);
      if (at < 0 || at > limit) return this.fail();
    }
    return this.fail();
  }

  private escape(at: number): number {
    const { bytes } = this;
    if (bytes[at + 1] !== 0x75) return simpleEscape(bytes[at + 1]) < 0 ? -1 : at + 2;
    const unit = codeUnitAt(bytes, at + 2);
    if (unit < 0) return -1;
    if (isHighSurrogate(unit) && bytes[at + 6] === backslash && bytes[at + 7] === 0x75 && isLowSurrogate(codeUnitAt(bytes, at + 8))) return at + 12;
    if (isHighSurrogate(unit) || isLowSurrogate(unit)) this.halved = true;
    return at + 6;
  }

  private literal(at: number): number {
    const word = this.bytes[at] === letterN ? nullWord : this.bytes[at] === 0x74 ? trueWord : falseWord;
    if (at + word.length > this.limit || !this.isKey(word, at, at + word.length)) return this.fail();
    return at + word.length;
  }
}

/**
 * Hands over XML records as cells, byte ranges of the chunk, without making a string: a text is what stands between the tags (flagged when it
 * has references, CDATA sections, comments or line ends to turn), an element that is not taken apart is its inner markup as it stands.
 */
import { issueNumber } from '../../../contracts/issue-codes.ts';
import { CellRecord } from '../cell-record.ts';
import { brokenFlag, escapedFlag, quotedFlag } from '../csv/record-scanner.ts';
import { issuePathName } from '../json/path-tree.ts';
import { localStep, type ElementNode } from './element-tree.ts';
import {
  ampersand, bang, carriageReturn, cdataClosing, cdataOpening, doubleQuote, equals, greater, halfReference, isWhite, less, lineFeed, mostLevels, nameEnd, opensWith,
  question, referenceAt, sectionEnd, singleQuote, slash, startsName, tab, unescapeXml,
} from './xml-bytes.ts';
import { XmlPlanner } from './xml-planner.ts';

const invalid = issueNumber('ROW_XML_INVALID'), tooDeep = issueNumber('ROW_XML_TOO_DEEP'), repeated = issueNumber('ROW_KEY_REPEATED');
const unknownEntity = issueNumber('TEXT_ENTITY_UNKNOWN'), halfSurrogate = issueNumber('TEXT_HALF_SURROGATE');

const nilName = Buffer.from('xsi:nil'), trueWord = Buffer.from('true'), oneWord = Buffer.from('1');
const underscore = 0x5f;
/** Of one record; a row whose elements are all new says so often enough with these. */
const mostUnknown = 50;
const plainCell = 0, attributeCell = 1, listCell = 2;

export interface XmlReaderOptions {
  readonly tree: ElementNode;
  readonly columnCount: number;
  readonly recordPath: readonly string[];
  /** Values carry escapes (xml-escape.ts), as in a file of our own. */
  readonly restores: boolean;
}

export class XmlReader extends CellRecord {
  private readonly kinds: Uint8Array;
  private readonly tree: ElementNode;
  private readonly path: readonly Buffer[];
  private readonly recordPath: readonly string[];
  private readonly restores: boolean;
  /** Open elements around the records, and how many of the first of them are those of the path. */
  private level = 0;
  private matched = 0;
  /** Of the element that was read last. */
  private hadValue = false;
  /** Of the start tag that was read last. */
  private closed = false;
  private nil = false;
  private attributed = false;

  constructor({ tree, columnCount, recordPath, restores }: XmlReaderOptions) {
    super(columnCount);
    this.tree = tree;
    this.recordPath = recordPath;
    this.path = recordPath.map((name) => Buffer.from(name));
    this.restores = restores;
    this.kinds = new Uint8Array(columnCount);
  }

  /** `start` is where a record begins. */
  override reset(bytes: Uint8Array, start: number, end: number, firstLine: number): void {
    super.reset(bytes, start, end, firstLine);
    this.level = this.matched = this.path.length - 1;
  }

  next(): boolean {
    const start = this.findRecord();
    this.clear();
    this.recordStart = start;
    this.countLines(start);
    this.line = this.nextLine;
    if (start >= this.end) {
      this.recordEnd = this.position = this.end;
      return false;
    }
    const after = this.element(start, this.tree, 0);
    if (after < 0) {
      this.problem ||= invalid;
      this.cellEnd.set(this.cellStart);
      this.recordEnd = this.borderOf(start);
    } else this.recordEnd = after;
    this.position = this.recordEnd;
    return true;
  }

  unescapeInto(cell: number, target: Uint8Array, targetStart: number): number {
    const start = this.cellStart[cell] as number, end = this.cellEnd[cell] as number, kind = this.kinds[cell];
    if (((this.cellFlags[cell] as number) & escapedFlag) === 0) {
      target.set(this.bytes.subarray(start, end), targetStart);
      return targetStart + end - start;
    }
    if (kind === listCell) return this.copyAlike([start, end], target, targetStart);
    return unescapeXml(this.bytes, [start, end], { target, to: targetStart }, { inAttribute: kind === attributeCell, restores: this.restores });
  }

  /** The planner has seen that the tags around records fit; what stands between them is passed. */
  private findRecord(): number {
    const { bytes, end, path } = this;
    for (let at = this.position; ;) {
      at = bytes.indexOf(less, at);
      if (at < 0 || at >= end) return end;
      const next = bytes[at + 1];
      if (next === bang || next === question) {
        at = sectionEnd(bytes, at, end);
        if (at < 0) return end;
        continue;
      }
      const name = next === slash ? at + 2 : at + 1;
      const after = nameEnd(bytes, name, end);
      if (next === slash) {
        this.level -= 1;
        this.matched = Math.min(this.matched, this.level);
        at = after;
        continue;
      }
      const wanted = this.matched === this.level ? path[this.level] : undefined;
      const onPath = wanted?.length === after - name && opensWith(bytes, name, wanted);
      if (onPath && this.level === path.length - 1) return at;
      at = this.tagEnd(after);
      if (at < 0) return end;
      if (bytes[at - 2] === slash) continue;
      if (onPath) this.matched += 1;
      this.level += 1;
    }
  }

  /** Behind the bracket that closes a tag, or -1. */
  private tagEnd(from: number): number {
    for (let at = from; at < this.end; at += 1) {
      const byte = this.bytes[at] as number;
      if (byte === greater) return at + 1;
      if (byte !== doubleQuote && byte !== singleQuote) continue;
      at = this.bytes.indexOf(byte, at + 1);
      if (at < 0) return -1;
    }
    return -1;
  }

  private borderOf(start: number): number {
    const planner = new XmlPlanner({ startByte: 0, startLine: 1, recordPath: this.recordPath, chunkBytes: Infinity });
    return start + planner.recordEndIn(this.bytes.subarray(start, this.end));
  }

  private fail(why = invalid): -1 {
    this.problem ||= why;
    return -1;
  }

  /** Reads the element whose tag opens at `open`; `node` is null where nobody has columns for it. Returns its end, or -1. */
  private element(open: number, node: ElementNode | null, depth: number): number {
    if (depth >= mostLevels) return this.fail(tooDeep);
    const { bytes, end } = this;
    const afterName = nameEnd(bytes, open + 1, end);
    const inner = this.startTag(afterName, node);
    if (inner < 0) return -1;
    const nil = this.nil, attributed = this.attributed;
    if (this.closed) {
      if (node !== null && !nil && node.column >= 0) this.put(node.column, inner, inner, quotedFlag);
      this.hadValue = attributed;
      return inner;
    }
    let flags = 0, filled = false, hasChildren = false, childHadValue = false, why = 0, index = -1, at = inner;
    for (;; at += 1) {
      if (at >= end) return this.fail();
      const byte = bytes[at] as number;
      if (byte !== less) {
        if (byte > 0x20) {
          filled = true;
          if (byte === ampersand) { flags = escapedFlag; why ||= this.whyBroken(at); }
          else if (byte === underscore && this.restores) flags = escapedFlag;
        } else if (byte === carriageReturn) flags = escapedFlag;
        continue;
      }
      const next = bytes[at + 1];
      if (next === slash) break;
      if (next === bang || next === question) {
        const after = sectionEnd(bytes, at, end);
        if (after < 0) return this.fail();
        if (opensWith(bytes, at, cdataOpening)) filled ||= after - at > cdataOpening.length + cdataClosing.length;
        flags = escapedFlag;
        at = after - 1;
        continue;
      }
      if (!startsName(next)) return this.fail();
      hasChildren = true;
      const child = node === null ? null : this.childOf(node, at + 1, index + 1);
      if (node !== null && child !== null) index = node.children.index;
      const after = this.child(at, { node, child, depth });
      if (after < 0) return -1;
      childHadValue ||= this.hadValue;
      at = after - 1;
    }
    const close = this.endTag(at, open + 1, afterName);
    if (close < 0) return -1;
    this.hadValue = attributed || filled || childHadValue;
    if (node !== null) this.keepContent(node, [inner, at], { flags, filled, hasChildren, nil, why });
    return close;
  }

  private keepContent(node: ElementNode, [start, end]: readonly [number, number], seen: { readonly flags: number; readonly filled: boolean; readonly hasChildren: boolean; readonly nil: boolean; readonly why: number }): void {
    const { column } = node;
    if (column < 0) {
      // Text, or text between elements, where the samples had none.
      if (seen.filled && !node.keepsChildren && node.path.length > 0) this.noteUnknown(node.path);
      else if (seen.filled && !node.keepsChildren) this.noteUnknown(['text']);
      return;
    }
    if (seen.hasChildren) { this.put(column, start, end, 0); return; }
    if (start === end) { this.put(column, start, end, seen.nil ? 0 : quotedFlag); return; }
    if (seen.why !== 0) this.breakCell(column, seen.why);
    if (seen.flags !== 0 && this.isOneSection(start, end)) this.put(column, start + cdataOpening.length, end - cdataClosing.length, 0);
    else this.put(column, start, end, seen.flags);
  }

  /** One CDATA section and nothing to turn in it: what stands between its brackets is the text. */
  private isOneSection(start: number, end: number): boolean {
    const { bytes } = this;
    if (this.restores || !opensWith(bytes, start, cdataOpening) || sectionEnd(bytes, start, end) !== end) return false;
    return !bytes.subarray(start, end).includes(carriageReturn);
  }

  private child(open: number, { node, child, depth }: { readonly node: ElementNode | null; readonly child: ElementNode | null; readonly depth: number }): number {
    if (node === null) return this.element(open, null, depth + 1);
    if (child === null) {
      const after = this.element(open, null, depth + 1);
      if (after >= 0 && this.hadValue && !node.keepsChildren) this.noteUnknown([...node.path, this.nameAt(open + 1)]);
      return after;
    }
    if (child.seenIn !== this.recordNo) { child.seenIn = this.recordNo; child.count = 0; }
    const nth = child.count;
    child.count += 1;
    if (child.all >= 0) return this.listed(open, child, depth);
    const own = child.elements.length > 0 ? child.elements[nth] ?? null : nth === 0 ? child : null;
    const after = this.element(open, own, depth + 1);
    if (after >= 0 && own === null && this.hadValue && !node.keepsChildren) this.noteUnknown([...child.path, nth]);
    return after;
  }

  /** From the first of its kind to the last; what stands between them is left out when it is written (copyAlike). */
  private listed(open: number, child: ElementNode, depth: number): number {
    // An operator may want all of them and parts of some.
    const after = this.element(open, child.elements[child.count - 1] ?? null, depth + 1);
    if (after < 0) return after;
    const { all } = child;
    if (child.count === 1) { this.put(all, open, after, 0); return after; }
    this.cellEnd[all] = after;
    this.cellFlags[all] = escapedFlag;
    this.kinds[all] = listCell;
    return after;
  }

  private copyAlike([start, end]: readonly [number, number], target: Uint8Array, targetStart: number): number {
    const { bytes } = this;
    const name = bytes.subarray(start + 1, nameEnd(bytes, start + 1, end));
    const { recordNo, unknownPaths: { length } } = this;
    let to = targetStart;
    for (let at = start; at >= 0 && at < end; at = bytes.indexOf(less, at)) {
      const next = bytes[at + 1];
      if (next === bang || next === question) { at = sectionEnd(bytes, at, end); continue; }
      const after = this.element(at, null, 0);
      if (after < 0) break;
      if (nameEnd(bytes, at + 1, end) - at - 1 === name.length && opensWith(bytes, at + 1, name)) { target.set(bytes.subarray(at, after), to); to += after - at; }
      at = after;
    }
    this.recordNo = recordNo;
    this.unknownPaths.length = length;
    return to;
  }

  /** Reads attributes from behind the name on; returns the place behind the tag, or -1. */
  private startTag(from: number, node: ElementNode | null): number {
    const { bytes, end } = this;
    this.closed = this.nil = this.attributed = false;
    let at = from, index = -1;
    for (;;) {
      const before = at;
      while (at < end && isWhite(bytes[at])) at += 1;
      const byte = bytes[at];
      if (at >= end) return this.fail();
      if (byte === greater) return at + 1;
      if (byte === slash) {
        if (bytes[at + 1] !== greater || at + 1 >= end) return this.fail();
        this.closed = true;
        return at + 2;
      }
      if (at === before || !startsName(byte)) return this.fail();
      const name = at, afterName = nameEnd(bytes, at, end);
      const open = this.valueOpening(afterName);
      if (open < 0) return this.fail();
      const close = bytes.indexOf(bytes[open] as number, open + 1);
      if (close < 0 || close >= end) return this.fail();
      if (this.isNil(name, afterName)) this.nil = this.isTrue(open + 1, close);
      else {
        this.attributed = true;
        const found = node === null ? null : node.attributes.find(bytes, name, afterName, index + 1);
        if (found !== null && node !== null) index = node.attributes.index;
        if (!this.attribute(found, open + 1, close)) return this.fail();
        // Attributes are outside of the element's inner markup, but inside that of what it stands in.
        if (node !== null && found === null && !this.isInMarkup(node)) this.noteUnknown([...node.path, `@${bytes.toString('utf8', name, afterName)}`]);
      }
      at = close + 1;
    }
  }

  private isInMarkup(node: ElementNode): boolean {
    return node.keepsChildren && node.column < 0;
  }

  private valueOpening(from: number): number {
    const { bytes } = this;
    let at = from;
    while (at < this.end && isWhite(bytes[at])) at += 1;
    if (bytes[at] !== equals) return -1;
    at += 1;
    while (at < this.end && isWhite(bytes[at])) at += 1;
    return bytes[at] === doubleQuote || bytes[at] === singleQuote ? at : -1;
  }

  /** False when the value holds what no value may. */
  private attribute(node: ElementNode | null, start: number, end: number): boolean {
    const { bytes } = this;
    let flags = 0, why = 0;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte === less) return false;
      if (byte === ampersand) { flags = escapedFlag; why ||= this.whyBroken(at); }
      else if (byte === carriageReturn || byte === lineFeed || byte === tab) flags = escapedFlag;
    }
    if (node === null || node.column < 0) return true;
    if (node.seenIn === this.recordNo) why ||= repeated;
    node.seenIn = this.recordNo;
    if (why !== 0) this.breakCell(node.column, why);
    this.put(node.column, start, end, start === end ? quotedFlag : flags);
    this.kinds[node.column] = attributeCell;
    return true;
  }

  private endTag(at: number, nameStart: number, nameStop: number): number {
    const { bytes } = this;
    for (let from = nameStart, to = at + 2; from < nameStop; from += 1, to += 1) if (bytes[from] !== bytes[to]) return this.fail();
    let after = at + 2 + nameStop - nameStart;
    while (after < this.end && isWhite(bytes[after])) after += 1;
    return after < this.end && bytes[after] === greater ? after + 1 : this.fail();
  }

  private childOf(node: ElementNode, start: number, expected: number): ElementNode | null {
    const after = nameEnd(this.bytes, start, this.end);
    // The next of a repeated element.
    return node.children.find(this.bytes, start, after, Math.max(0, expected - 1));
  }

  private nameAt(start: number): string {
    return this.bytes.toString('utf8', start, nameEnd(this.bytes, start, this.end));
  }

  private isNil(start: number, end: number): boolean {
    return end - start === nilName.length && opensWith(this.bytes, start, nilName);
  }

  private isTrue(start: number, end: number): boolean {
    return [trueWord, oneWord].some((word) => word.length === end - start && opensWith(this.bytes, start, word));
  }

  private whyBroken(at: number): number {
    const point = referenceAt(this.bytes, at, this.end);
    return point >= 0 ? 0 : point === halfReference ? halfSurrogate : unknownEntity;
  }

  private put(column: number, start: number, end: number, flags: number): void {
    this.cellStart[column] = start;
    this.cellEnd[column] = end;
    this.cellFlags[column] = ((this.cellFlags[column] as number) & brokenFlag) | flags;
    this.kinds[column] = plainCell;
  }

  private noteUnknown(path: ElementNode['path']): void {
    if (this.unknownPaths.length < mostUnknown) this.unknownPaths.push(issuePathName(path.map(localStep)));
  }
}

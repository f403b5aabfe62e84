/** Which elements a sample has, by their place from the root: how often, how large, and how many beside one another. */
import { WaybillError } from '../../../contracts/errors.ts';
import { placeOf } from '../json/record-lists.ts';
import { bang, cdataOpening, doubleQuote, greater, isWhite, less, mostLevels, nameEnd, opensWith, question, sectionEnd, singleQuote, slash, startsName } from './xml-bytes.ts';

/** A document of more different ones has data in its names. */
const mostKinds = 50_000;

export class ElementKind {
  readonly children = new Map<string, ElementKind>();
  /** Closed ones, and their bytes. */
  count = 0;
  bytes = 0;
  /** Elements around them, and most of them in one. */
  parents = 0;
  mostBeside = 0;
  firstStart = -1;
  hasText = false;
  hasAttributes = false;
  private inParent = -1;
  private beside = 0;

  constructor(readonly name: string, readonly path: readonly string[]) {}

  meet(start: number, parentNo: number): void {
    if (this.firstStart < 0) this.firstStart = start;
    if (this.inParent !== parentNo) { this.inParent = parentNo; this.beside = 0; this.parents += 1; }
    this.beside += 1;
    this.mostBeside = Math.max(this.mostBeside, this.beside);
  }
}

interface Open { readonly kind: ElementKind; readonly start: number; readonly no: number }

export interface Census {
  readonly root: ElementKind | null;
  /** The document goes on behind the sample. */
  readonly cut: boolean;
}

/** Of the start of a document. Throws FILE_XML_INVALID, FILE_XML_DTD and FILE_CUT_OFF. */
export const takeCensus = (bytes: Uint8Array, complete: boolean): Census => new CensusTaker(bytes, complete).take();

class CensusTaker {
  private readonly bytes: Buffer;
  private root: ElementKind | null = null;
  private readonly open: Open[] = [];
  private elements = 0;
  private kinds = 0;
  private doctype = false;

  constructor(bytes: Uint8Array, private readonly complete: boolean) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  take(): Census {
    const { bytes } = this;
    let at = 0;
    while (at < bytes.length && !(this.root !== null && this.open.length === 0)) {
      const byte = bytes[at] as number;
      if (byte !== less) { at = this.text(at); continue; }
      const after = this.markup(at);
      if (after < 0) return this.cut(at);
      at = after;
    }
    if (this.root === null || this.open.length > 0) return this.cut(bytes.length);
    return { root: this.root, cut: false };
  }

  private text(from: number): number {
    const { bytes } = this;
    const found = bytes.indexOf(less, from);
    const end = found < 0 ? bytes.length : found;
    const top = this.open.at(-1);
    if (top?.kind.hasText === true) return end;
    let at = from;
    while (at < end && isWhite(bytes[at])) at += 1;
    if (at < end && top === undefined) this.refuse(at, 'Text stands outside of the root element');
    if (at < end && top !== undefined) top.kind.hasText = true;
    return end;
  }

  /** The place behind it; -1: the sample ends in it. */
  private markup(at: number): number {
    const { bytes } = this;
    const next = bytes[at + 1];
    if (startsName(next)) return this.startTag(at);
    if (next === slash) return this.endTag(at);
    if (next === undefined) return -1;
    // Within records this is a row's matter.
    if (next !== bang && next !== question) return this.open.length < 2 ? this.refuse(at, 'An angle bracket opens no tag') : at + 1;
    if (opensWith(bytes, at, doctypeOpening)) return this.doctypeEnd(at);
    const after = sectionEnd(bytes, at, bytes.length);
    if (after >= 0 && opensWith(bytes, at, cdataOpening)) {
      const top = this.open.at(-1);
      if (top === undefined) this.refuse(at, 'Text stands outside of the root element');
      else top.kind.hasText = true;
    }
    if (after < 0 && next === bang && bytes.length - at > cdataOpening.length && !isSection(bytes, at)) this.refuse(at, 'A declaration stands where only elements may');
    return after;
  }

  /** Nothing that it names is read; what it declares itself would have to be. */
  private doctypeEnd(at: number): number {
    const { bytes } = this;
    if (this.root !== null || this.doctype) this.refuse(at, 'A document type stands within the document');
    this.doctype = true;
    for (let to = at; to < bytes.length; to += 1) {
      const byte = bytes[to] as number;
      if (byte === greater) return to + 1;
      if (byte === openBracket) {
        const { line } = placeOf(bytes, to);
        throw new WaybillError('FILE_XML_DTD', `The document declares entities or elements of its own: line ${line}, byte ${to}.`, { line, byte: to });
      }
      if (byte !== doubleQuote && byte !== singleQuote) continue;
      to = bytes.indexOf(byte, to + 1);
      if (to < 0) return -1;
    }
    return -1;
  }

  private startTag(at: number): number {
    const { bytes } = this;
    const stop = nameEnd(bytes, at + 1, bytes.length);
    let to = stop;
    for (; to < bytes.length && bytes[to] !== greater; to += 1) {
      const byte = bytes[to] as number;
      if (byte === less) return this.inBrokenTag(at, to);
      if (byte !== doubleQuote && byte !== singleQuote) continue;
      for (to += 1; to < bytes.length && bytes[to] !== byte; to += 1) if (bytes[to] === less) this.refuse(to, 'A value of an attribute is not closed');
    }
    if (to >= bytes.length) return -1;
    const kind = this.kindOf(bytes.toString('utf8', at + 1, stop), at);
    const closed = bytes[to - 1] === slash;
    kind.hasAttributes ||= to - stop > (closed ? 1 : 0) && bytes.subarray(stop, to).includes(equals);
    if (closed) { kind.count += 1; kind.bytes += to + 1 - at; }
    else {
      // Deeper ones are their record's matter, or the planner refuses them.
      if (this.open.length > mostOpen) this.refuse(at, `Elements are nested more than ${mostOpen} deep`);
      this.open.push({ kind, start: at, no: (this.elements += 1) });
    }
    return to + 1;
  }

  /** Within records this is a row's matter. */
  private inBrokenTag(at: number, to: number): number {
    if (this.open.length < 2) this.refuse(at, 'A tag is not closed');
    return to;
  }

  private kindOf(name: string, start: number): ElementKind {
    const parent = this.open.at(-1);
    if (parent === undefined) {
      this.root = new ElementKind(name, [name]);
      this.root.meet(start, 0);
      return this.root;
    }
    const level = this.open.length;
    // One kind holds all that is deeper than records are.
    const known = level > mostLevels ? parent.kind : parent.kind.children.get(name);
    const kind = known ?? new ElementKind(name, [...parent.kind.path, name]);
    if (known === undefined) {
      this.kinds += 1;
      if (this.kinds > mostKinds) throw new WaybillError('FILE_RECORDS_UNKNOWN', `The document has more than ${mostKinds} different elements in its first part; no records stand out.`, { elements: mostKinds });
      parent.kind.children.set(name, kind);
    }
    kind.meet(start, parent.no);
    return kind;
  }

  private endTag(at: number): number {
    const { bytes, open } = this;
    const stop = nameEnd(bytes, at + 2, bytes.length);
    const to = bytes.indexOf(greater, stop);
    if (to < 0) return -1;
    const name = bytes.toString('utf8', at + 2, stop);
    // A tag that fits to one further up closes what is in it: records that are broken inside are still records.
    const lowest = Math.max(0, open.length - mostLevels);
    let level = open.length - 1;
    while (level >= lowest && open[level]?.kind.name !== name) level -= 1;
    if (level < lowest) level = -1;
    if (level < 0 && open.length < 2) this.refuse(at, 'An element is closed by the tag of another one');
    if (level === 0 && open.length > 2) this.refuse(at, 'The root element is closed before what is in it');
    if (level < 0) return to + 1;
    for (const { kind, start } of open.splice(level)) { kind.count += 1; kind.bytes += to + 1 - start; }
    return to + 1;
  }

  private cut(at: number): Census {
    if (!this.complete) return { root: this.root, cut: true };
    const { line, byte } = placeOf(this.bytes, this.open.at(-1)?.start ?? at);
    throw new WaybillError('FILE_CUT_OFF', `The XML document ends before it is closed; what is open begins at line ${line}, byte ${byte}.`, { line, byte });
  }

  private refuse(at: number, what: string): never {
    const { line, byte } = placeOf(this.bytes, at);
    throw new WaybillError('FILE_XML_INVALID', `${what}: line ${line}, byte ${byte}.`, { line, byte });
  }
}

const doctypeOpening = Buffer.from('<!DOCTYPE'), openBracket = 0x5b, equals = 0x3d, mostOpen = 20_000;
const isSection = (bytes: Uint8Array, at: number): boolean => opensWith(bytes, at, Buffer.from('<!--')) || opensWith(bytes, at, cdataOpening);

/**
 * Paths of elements that stand beside others of their name at the end of a document: what is closed there tells where they are. Empty when
 * the piece cannot be followed.
 */
export const pathsAtEnd = (bytes: Uint8Array): ReadonlySet<string> => {
  const tags = tagsOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const open: string[] = [], above: string[] = [];
  for (const { name, closing, closed } of tags ?? []) {
    if (!closing) { if (!closed) open.push(name); continue; }
    if (open.length === 0) above.unshift(name);
    else if (open.pop() !== name) return new Set();
  }
  return tags === null || open.length > 0 ? new Set() : repeatedPaths(tags, above);
};

interface Tag { readonly name: string; readonly closing: boolean; readonly closed: boolean }

/** Null: something does not end. */
const tagsOf = (bytes: Buffer): readonly Tag[] | null => {
  const tags: Tag[] = [];
  for (let at = bytes.indexOf(less); at >= 0; at = bytes.indexOf(less, at)) {
    const next = bytes[at + 1];
    const end = next === bang || next === question ? sectionEnd(bytes, at, bytes.length) : bytes.indexOf(greater, at) + 1;
    if (end <= 0) return null;
    const closing = next === slash;
    const start = closing ? at + 2 : at + 1;
    if (startsName(bytes[start])) tags.push({ name: bytes.toString('utf8', start, nameEnd(bytes, start, end)), closing, closed: bytes[end - 2] === slash });
    at = end;
  }
  return tags;
};

const repeatedPaths = (tags: readonly Tag[], above: readonly string[]): ReadonlySet<string> => {
  const found = new Set<string>();
  const stack = [...above];
  const counts = new Map<string, number>();
  for (const { name, closing, closed } of tags) {
    if (closing) { stack.pop(); continue; }
    const path = JSON.stringify([...stack, name]);
    counts.set(path, (counts.get(path) ?? 0) + 1);
    if (counts.get(path) === 2) found.add(path);
    if (!closed) stack.push(name);
  }
  return found;
};

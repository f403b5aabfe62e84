/**
 * One pass over an XML document from its first record on, in any pieces: cuts the elements at the record path, wherever in the document
 * they stand, into chunks of whole records. Within a record only the tags of its own name count, beside what may hide a tag (attributes,
 * comments, CDATA sections, processing instructions), so a record that is broken inside is the matter of its row (xml-reader.ts). Around
 * records every tag must fit. Memory does not depend on the file.
 */
import { WaybillError } from '../../../contracts/errors.ts';
import { mostRecordBytes, type ChunkSizes, type PlannedChunk, type RecordPlanner } from '../source-format.ts';
import { bang, closeBracket, doubleQuote, greater, hyphen, isNameByte, isWhite, less, lineFeed, longestName, mostLevels, question, singleQuote, slash, startsName } from './xml-bytes.ts';

export interface XmlPlannerOptions extends ChunkSizes {
  readonly startByte: number;
  readonly startLine: number;
  /** Names of the elements from the root down to the records. */
  readonly recordPath: readonly string[];
}

const inText = 0, afterLess = 1, inName = 2, inTag = 3, inQuotes = 4, inEndName = 5, inEndTag = 6, afterBang = 7, inComment = 8, inCdata = 9, inInstruction = 10;
const cdata = Buffer.from('[CDATA[');

export class XmlPlanner implements RecordPlanner {
  rows = 0;
  private readonly sizes: Required<ChunkSizes>;
  private readonly path: readonly string[];
  private readonly recordName: Buffer;
  private readonly parentName: Buffer;
  private state = inText;
  /** Of the current piece in the file, and of the byte that is looked at. */
  private base: number;
  private offset: number;
  private line: number;
  private quoteByte = 0;
  /** Bytes of a closing (`-->`) or of an opening (`<![CDATA[`) seen so far. */
  private seen = 0;
  private slashed = false;
  private readonly name = Buffer.alloc(longestName);
  private nameLength = 0;
  private tagStart = -1;
  private tagLine = 1;
  /** Names of the open elements around records, and how many of the first of them are those of the path. */
  private readonly open: string[];
  private matched: number;
  private rootClosed = false;
  private recordStart = -1;
  private recordLine = 1;
  /** Open elements of the record that have its name, and all. */
  private own = 0;
  private depth = 0;

  private chunkNo = 0;
  private chunkStart = -1;
  private chunkLine = 1;
  private chunkFirstRow = 1;
  private chunkEnd = -1;
  private planned: PlannedChunk[] = [];

  constructor({ startByte, startLine, recordPath, chunkBytes, chunkRows = Infinity }: XmlPlannerOptions) {
    this.sizes = { chunkBytes, chunkRows };
    this.path = recordPath;
    this.open = recordPath.slice(0, -1);
    this.matched = this.open.length;
    this.recordName = Buffer.from(recordPath.at(-1) ?? '');
    this.parentName = Buffer.from(recordPath.at(-2) ?? '');
    this.base = this.offset = startByte;
    this.line = startLine;
  }

  push(bytes: Uint8Array): PlannedChunk[] {
    this.scan(bytes, Infinity);
    this.base += bytes.length;
    this.offset = this.base;
    const start = this.recordStart >= 0 ? this.recordStart : this.state === inText ? this.base : this.tagStart;
    this.refuseLong(start, this.base);
    return this.handOver();
  }

  end(): PlannedChunk[] {
    if (!this.rootClosed || this.state !== inText) {
      const inRecord = this.recordStart >= 0, inside = this.state !== inText;
      const place = inRecord ? { line: this.recordLine, byte: this.recordStart } : inside ? { line: this.tagLine, byte: this.tagStart } : { line: this.line, byte: this.offset };
      throw new WaybillError('FILE_CUT_OFF', `The XML document ends before it is closed; what is open begins at line ${place.line}, byte ${place.byte}.`, { ...place, rowsBefore: this.rows });
    }
    this.endChunk();
    return this.handOver();
  }

  /** Chunks that are complete; also those before a place that was refused. */
  handOver(): PlannedChunk[] {
    const { planned } = this;
    this.planned = [];
    return planned;
  }

  /** Where the record that begins with the piece ends, or its length: for a reader that cannot find it by itself. */
  recordEndIn(piece: Uint8Array): number {
    try { return this.scan(piece, 1); } catch { return piece.length; }
  }

  private scan(bytes: Uint8Array, mostRows: number): number {
    const { length } = bytes;
    const { base } = this;
    for (let at = 0; at < length; at += 1) {
      if (this.state === inText) {
        at = this.passText(bytes, at);
        if (at === length) return length;
        continue;
      }
      const byte = bytes[at] as number;
      if (byte === lineFeed) this.line += 1;
      this.offset = base + at;
      this.take(byte);
      if (this.rows >= mostRows) return at + 1;
    }
    return length;
  }

  /** Goes on to a `<`, which it takes, or to the end of the piece. */
  private passText(bytes: Uint8Array, from: number): number {
    const bare = this.recordStart < 0 && this.open.length === 0;
    let at = from;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at] as number;
      if (byte === less) {
        this.openAngle(this.base + at);
        return at;
      }
      if (byte === lineFeed) this.line += 1;
      else if (bare && !isWhite(byte)) { this.offset = this.base + at; this.refuse('Text follows the end of the XML document'); }
    }
    return at;
  }

  private openAngle(offset: number): void {
    this.state = afterLess;
    this.tagStart = offset;
    this.tagLine = this.line;
    this.nameLength = 0;
  }

  private take(byte: number): void {
    switch (this.state) {
      case afterLess: this.takeAfterLess(byte); break;
      case inName: if (isNameByte(byte)) this.keepName(byte); else { this.state = inTag; this.slashed = false; this.takeInTag(byte); } break;
      case inTag: this.takeInTag(byte); break;
      case inQuotes:
        if (byte === this.quoteByte) this.state = inTag;
        else if (byte === less) this.refuse('A value of an attribute is not closed');
        break;
      case inEndName: if (isNameByte(byte)) this.keepName(byte); else { this.state = inEndTag; this.takeInEndTag(byte); } break;
      case inEndTag: this.takeInEndTag(byte); break;
      case afterBang: this.takeAfterBang(byte); break;
      case inComment: this.takeClosing(byte, hyphen, 2); break;
      case inCdata: this.takeClosing(byte, closeBracket, 2); break;
      case inInstruction: this.takeClosing(byte, question, 1); break;
    }
  }

  private takeAfterLess(byte: number): void {
    if (startsName(byte)) { this.state = inName; this.keepName(byte); }
    else if (byte === slash) this.state = inEndName;
    else if (byte === bang) { this.state = afterBang; this.seen = 0; }
    else if (byte === question) { this.state = inInstruction; this.seen = 0; }
    else this.takeStray(byte);
  }

  /** A `<` that opens nothing: within a record its reader says so. */
  private takeStray(byte: number): void {
    if (this.recordStart < 0) this.refuse('An angle bracket opens no tag');
    if (byte === less) this.openAngle(this.offset);
    else this.state = inText;
  }

  private keepName(byte: number): void {
    if (this.nameLength === longestName) this.refuse(`A name is longer than ${longestName} bytes`);
    this.name[this.nameLength++] = byte;
  }

  private takeInTag(byte: number): void {
    if (byte === greater) { this.state = inText; this.startElement(this.slashed); }
    else if (byte === doubleQuote || byte === singleQuote) { this.state = inQuotes; this.quoteByte = byte; this.slashed = false; }
    else if (byte === less) this.takeStray(byte);
    else if (byte === slash) this.slashed = true;
    else this.slashed = false;
  }

  private takeInEndTag(byte: number): void {
    if (byte === greater) { this.state = inText; this.endElement(); }
    else if (!isWhite(byte)) this.takeStray(byte);
  }

  private takeAfterBang(byte: number): void {
    if (this.seen === 0 && byte === hyphen) this.seen = -1;
    else if (this.seen === -1 && byte === hyphen) { this.state = inComment; this.seen = 0; }
    else if (this.seen >= 0 && byte === cdata[this.seen]) {
      this.seen += 1;
      if (this.seen === cdata.length) { this.state = inCdata; this.seen = 0; }
    } else this.refuse('A declaration stands where only elements may');
  }

  /** `-->`, `]]>` and `?>`: so many of one mark, or more, and the bracket. */
  private takeClosing(byte: number, mark: number, least: number): void {
    if (byte === mark) this.seen += 1;
    else if (byte === greater && this.seen >= least) {
      if (this.state === inCdata && this.recordStart < 0 && this.open.length === 0) this.refuse('Text follows the end of the XML document');
      this.state = inText;
    }
    else this.seen = 0;
  }

  private startElement(closed: boolean): void {
    if (this.recordStart >= 0) {
      if (closed) return;
      this.depth += 1;
      if (this.isNamed(this.recordName)) this.own += 1;
      return;
    }
    if (this.rootClosed) this.refuse('An element follows the end of the XML document');
    const { path, open } = this;
    const level = open.length;
    const onPath = this.matched === level && level < path.length && this.nameText() === path[level];
    if (onPath && level === path.length - 1) {
      // What stands between two lists may be long, and a chunk is read whole.
      if (this.chunkStart >= 0 && this.tagStart - this.chunkStart >= this.sizes.chunkBytes) this.endChunk();
      this.recordStart = this.tagStart;
      this.recordLine = this.tagLine;
      this.own = this.depth = 1;
      if (closed) this.endRecord();
      return;
    }
    if (closed) { if (level === 0) this.rootClosed = true; return; }
    if (level >= mostLevels) this.refuse(`Elements are nested more than ${mostLevels} deep`);
    open.push(this.nameText());
    if (onPath) this.matched += 1;
  }

  private endElement(): void {
    if (this.recordStart < 0) {
      const opened = this.open.pop();
      if (opened !== this.nameText()) this.refuse('An element is closed by the tag of another one');
      this.matched = Math.min(this.matched, this.open.length);
      if (this.open.length === 0) this.rootClosed = true;
      return;
    }
    this.depth -= 1;
    if (this.isNamed(this.recordName)) {
      this.own -= 1;
      if (this.own === 0) this.endRecord();
    } else if (this.depth <= 0) {
      // One end tag too many is its row's matter, unless it is that of the element around the records.
      if (this.isNamed(this.parentName)) this.refuse(`The record that begins at line ${this.recordLine} is not closed before its parent`);
      this.depth = 1;
    }
  }

  private endRecord(): void {
    const end = this.offset + 1;
    this.refuseLong(this.recordStart, end);
    if (this.chunkStart < 0) {
      this.chunkStart = this.recordStart;
      this.chunkLine = this.recordLine;
    }
    this.chunkEnd = end;
    this.rows += 1;
    this.recordStart = -1;
    if (this.open.length === 0) this.rootClosed = true;
    if (this.rows - this.chunkFirstRow + 1 >= this.sizes.chunkRows || end - this.chunkStart >= this.sizes.chunkBytes) this.endChunk();
  }

  private endChunk(): void {
    if (this.chunkStart < 0) return;
    this.planned.push({
      chunkNo: this.chunkNo++, byteStart: this.chunkStart, byteEnd: this.chunkEnd, firstRow: this.chunkFirstRow, firstLine: this.chunkLine,
      rows: this.rows - this.chunkFirstRow + 1,
    });
    this.chunkStart = -1;
    this.chunkFirstRow = this.rows + 1;
  }

  private isNamed(name: Buffer): boolean {
    return name.length === this.nameLength && this.name.compare(name, 0, name.length, 0, this.nameLength) === 0;
  }

  private nameText(): string {
    return this.name.toString('utf8', 0, this.nameLength);
  }

  private refuse(what: string): never {
    throw new WaybillError('FILE_XML_INVALID', `${what}: line ${this.line}, byte ${this.offset}.`, { line: this.line, byte: this.offset });
  }

  private refuseLong(start: number, end: number): void {
    if (end - start <= mostRecordBytes) return;
    const line = this.recordStart >= 0 ? this.recordLine : this.tagLine;
    throw new WaybillError('FILE_ROW_TOO_LONG', `What starts at line ${line}, byte ${start}, is larger than ${mostRecordBytes} bytes.`, { line, byte: start, maxRecordBytes: mostRecordBytes });
  }
}

/**
 * Tags and texts of an XML document that comes in pieces, as ranges of bytes: the parts of a workbook are hundreds of megabytes of a few
 * short tags. Names are numbers ({@link tagOf}) of the local name, so any prefix of a namespace will do. There is no document type: what it
 * could define (entities) has no place in a workbook.
 */
import { WaybillError } from '../../../contracts/errors.ts';
import { appendDecoded } from './xml-entities.ts';

export interface XmlHandler {
  /** `attributes` of the tokens stand until the next call. */
  open(tag: number): void;
  close(tag: number): void;
  /** A piece of text. @param literal no references are in it (CDATA) */
  text(start: number, end: number, literal: boolean): void;
}

/** A name as the tokens have it. */
export const tagOf = (name: string): number => [...name].reduce((sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) | 0, 0);

export const brokenXml = (): WaybillError => new WaybillError('FILE_WORKBOOK_INVALID', 'A part of the workbook is not well-formed XML.');

const [less, greater, slash, bang, question, equals, colon, quote, apostrophe, space] = [0x3c, 0x3e, 0x2f, 0x21, 0x3f, 0x3d, 0x3a, 0x22, 0x27, 0x20] as const;
/** Texts of cells end at 32,767 characters; a larger token is no workbook's. */
const mostTokenBytes = 8 * 1024 * 1024;
const commentStart = Buffer.from('<!--'), cdataStart = Buffer.from('<![CDATA[');

export class XmlTokens {
  bytes: Buffer = Buffer.alloc(0);
  valueStart = 0;
  valueEnd = 0;
  /** Set by the handler: the rest has to wait until what there is was taken away. */
  paused = false;
  private at = 0;
  private attributesAt = 0;
  private attributesEnd = 0;
  private depth = 0;
  private seen = false;

  constructor(private readonly handler: XmlHandler) {}

  /** Only after {@link advance} wanted more. */
  feed(piece: Uint8Array): void {
    const rest = this.bytes.subarray(this.at);
    if (rest.length > mostTokenBytes) throw brokenXml();
    this.bytes = rest.length === 0 ? Buffer.from(piece.buffer, piece.byteOffset, piece.length) : Buffer.concat([rest, piece]);
    this.at = 0;
    if (this.seen) return;
    this.seen = true;
    if (this.bytes[0] === 0xef && this.bytes[1] === 0xbb && this.bytes[2] === 0xbf) this.at = 3;
    if (this.bytes.subarray(0, 4).includes(0)) throw brokenXml();
  }

  /** Hands on the tokens of about so many bytes; false when it needs more of them. */
  advance(bytes: number): boolean {
    const stop = this.at + bytes;
    this.paused = false;
    while (this.at < stop && !this.isPaused()) if (!this.next()) return this.isPaused();
    return true;
  }

  end(): void {
    while (this.next());
    if (this.depth !== 0 || !this.seen || !this.onlyBlanksLeft()) throw brokenXml();
  }

  /** The name of the next attribute of the tag that opened, its value between `valueStart` and `valueEnd`; 0: no more. */
  nextAttribute(): number {
    const { bytes, attributesEnd: end } = this;
    let at = this.attributesAt;
    while (at < end && (bytes[at] as number) <= space) at += 1;
    let name = 0;
    for (; at < end && bytes[at] !== equals; at += 1) {
      const byte = bytes[at] as number;
      if (byte === colon) name = 0; else if (byte > space) name = (Math.imul(name, 31) + byte) | 0;
    }
    at += 1;
    while (at < end && (bytes[at] as number) <= space) at += 1;
    if (at >= end) { this.attributesAt = end; return 0; }
    const mark = bytes[at] as number;
    const close = mark === quote || mark === apostrophe ? bytes.indexOf(mark, at + 1) : -1;
    if (close < 0 || close >= end) throw brokenXml();
    this.valueStart = at + 1;
    this.valueEnd = close;
    this.attributesAt = close + 1;
    return name;
  }

  /** Of the attribute. */
  get value(): string { return appendDecoded('', this.bytes.toString('utf8', this.valueStart, this.valueEnd)); }

  /** A whole number without sign; anything else: -1. */
  get number(): number {
    let sum = 0;
    for (let at = this.valueStart; at < this.valueEnd; at += 1) {
      const digit = (this.bytes[at] as number) - 0x30;
      if (digit < 0 || digit > 9) return -1;
      sum = sum * 10 + digit;
    }
    return this.valueEnd === this.valueStart ? -1 : sum;
  }

  /** `1`, `true` or `on`. */
  get flag(): boolean {
    const first = this.bytes[this.valueStart];
    return first === 0x31 || first === 0x74 || (first === 0x6f && this.valueEnd - this.valueStart === 2);
  }

  private isPaused(): boolean { return this.paused; }

  private onlyBlanksLeft(): boolean {
    for (let at = this.at; at < this.bytes.length; at += 1) if ((this.bytes[at] as number) > space) return false;
    return true;
  }

  private next(): boolean {
    const { bytes, at } = this;
    if (at >= bytes.length) return false;
    if (bytes[at] !== less) return this.takeText(at);
    const second = bytes[at + 1];
    if (second === undefined) return false;
    if (second === slash) return this.takeClose(at);
    if (second === bang || second === question) return this.takeOther(at, second);
    return this.takeOpen(at);
  }

  private takeText(at: number): boolean {
    const end = this.bytes.indexOf(less, at);
    if (end < 0) return false;
    if (this.depth > 0) this.handler.text(at, end, false);
    this.at = end;
    return true;
  }

  private takeClose(at: number): boolean {
    const { bytes } = this;
    let name = 0;
    for (let to = at + 2; to < bytes.length; to += 1) {
      const byte = bytes[to] as number;
      if (byte === greater) {
        this.at = to + 1;
        this.depth -= 1;
        if (this.depth < 0) throw brokenXml();
        this.handler.close(name);
        return true;
      }
      if (byte === colon) name = 0; else if (byte > space) name = (Math.imul(name, 31) + byte) | 0;
    }
    return false;
  }

  private takeOpen(at: number): boolean {
    const { bytes } = this;
    const length = bytes.length;
    let name = 0, to = at + 1;
    for (; to < length; to += 1) {
      const byte = bytes[to] as number;
      if (byte <= space || byte === greater || byte === slash) break;
      name = byte === colon ? 0 : (Math.imul(name, 31) + byte) | 0;
    }
    const from = to;
    for (let mark = 0; to < length; to += 1) {
      const byte = bytes[to] as number;
      if (mark !== 0) { if (byte === mark) mark = 0; } else if (byte === quote || byte === apostrophe) mark = byte; else if (byte === greater) break;
    }
    if (to >= length) return false;
    const empty = bytes[to - 1] === slash;
    this.attributesAt = from;
    this.attributesEnd = empty ? to - 1 : to;
    this.at = to + 1;
    this.depth += 1;
    this.handler.open(name);
    if (empty) { this.depth -= 1; this.handler.close(name); }
    return true;
  }

  /** Comments and instructions say nothing. */
  private takeOther(at: number, second: number): boolean {
    const { bytes } = this;
    if (second === bang && bytes.length - at < cdataStart.length) return false;
    const isCdata = second === bang && bytes.compare(cdataStart, 0, cdataStart.length, at, at + cdataStart.length) === 0;
    const isComment = second === bang && bytes.compare(commentStart, 0, commentStart.length, at, at + commentStart.length) === 0;
    if (second === bang && !isCdata && !isComment) throw new WaybillError('FILE_WORKBOOK_INVALID', 'A part of the workbook has a document type, which workbooks do not have.');
    const end = bytes.indexOf(isCdata ? ']]>' : isComment ? '-->' : '?>', at + 2);
    if (end < 0) return false;
    if (isCdata && this.depth > 0) this.handler.text(at + cdataStart.length, end, true);
    this.at = end + (second === question ? 2 : 3);
    return true;
  }
}

/**
 * A whole document, in steps so that what the handler makes of it can be taken away. Pieces that are there already are read without waiting
 * for anything, so heartbeats and whatever else waits get a turn now and then.
 */
export async function* readXml(pieces: AsyncIterable<Uint8Array>, tokens: XmlTokens): AsyncGenerator<void> {
  let turnAt = performance.now();
  for await (const piece of pieces) {
    tokens.feed(piece);
    for (let more = true; more;) {
      more = tokens.advance(stepBytes);
      if (performance.now() - turnAt > mostMsOfTurn) {
        await nextTurn();
        turnAt = performance.now();
      }
      yield;
    }
  }
  tokens.end();
  yield;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
const mostMsOfTurn = 100;
const stepBytes = 16 * 1024;

/** For the small parts. */
export const readWholeXml = async (pieces: AsyncIterable<Uint8Array>, makeHandler: (tokens: () => XmlTokens) => XmlHandler): Promise<void> => {
  const tokens: XmlTokens = new XmlTokens(makeHandler(() => tokens));
  for await (const _ of readXml(pieces, tokens));
};

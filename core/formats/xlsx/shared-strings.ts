/**
 * The texts that a workbook's cells share, as cells of the row spool, in slabs of bytes outside the heap: a million of them would be a
 * gigabyte of objects.
 */
import { WaybillError } from '../../../contracts/errors.ts';
import { CellText, escapeInto } from '../sheets/cell-text.ts';
import { readXml, tagOf, XmlTokens, type XmlHandler } from '../sheets/xml-tokens.ts';
import { issueNumber } from '../../../contracts/issue-codes.ts';

export const mostSharedBytes = 192 * 1024 * 1024;
const slabBytes = 4 * 1024 * 1024;
const indexEntries = 64 * 1024;
/** Of the index a text. */
const overheadBytes = 12;

export class SharedStrings {
  count = 0;
  /** Of the text that {@link find} found. */
  slab: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  private readonly slabs: Buffer[] = [];
  private readonly index: Uint32Array[] = [];
  private used = slabBytes;
  private total = 0;

  /** @param cell as the spool has it, with its marks */
  add(cell: Uint8Array): void {
    this.total += cell.length + overheadBytes;
    if (this.total > mostSharedBytes) {
      throw new WaybillError('FILE_WORKBOOK_TOO_LARGE', `The workbook has more than ${mostSharedBytes} bytes of texts that its cells share.`, { mostSharedBytes });
    }
    if (this.used + cell.length > slabBytes) {
      this.slabs.push(Buffer.allocUnsafeSlow(Math.max(slabBytes, cell.length)));
      this.used = 0;
    }
    const at = this.count % indexEntries;
    if (at === 0) this.index.push(new Uint32Array(indexEntries * 3));
    const page = this.index.at(-1) as Uint32Array;
    page[at * 3] = this.slabs.length - 1;
    page[at * 3 + 1] = this.used;
    page[at * 3 + 2] = this.used + cell.length;
    (this.slabs.at(-1) as Buffer).set(cell, this.used);
    this.used += cell.length;
    this.count += 1;
  }

  find(number: number): boolean {
    if (number < 0 || number >= this.count) return false;
    const page = this.index[Math.floor(number / indexEntries)] as Uint32Array, at = (number % indexEntries) * 3;
    this.slab = this.slabs[page[at] as number] as Buffer;
    this.start = page[at + 1] as number;
    this.end = page[at + 2] as number;
    return true;
  }
}

const [si, t, phonetic] = [tagOf('si'), tagOf('t'), tagOf('rPh')];
const halfMark = Buffer.from(`\\!${issueNumber('TEXT_HALF_SURROGATE')};`);
const emptyMark = Buffer.from('\\e');

export const readSharedStrings = async (pieces: AsyncIterable<Uint8Array>): Promise<SharedStrings> => {
  const strings = new SharedStrings();
  const tokens: XmlTokens = new XmlTokens(stringsHandler(strings, () => tokens));
  for await (const _ of readXml(pieces, tokens));
  return strings;
};

const stringsHandler = (strings: SharedStrings, tokens: () => XmlTokens): XmlHandler => {
  const text = new CellText();
  let inText = false, phoneticDepth = 0;
  let scratch = Buffer.allocUnsafe(4096);
  const finish = (): void => {
    const whole = text.unescape();
    if (text.length === 0) { strings.add(emptyMark); return; }
    if (scratch.length < text.length * 2 + halfMark.length) scratch = Buffer.allocUnsafe(text.length * 4 + halfMark.length);
    const from = whole ? 0 : halfMark.copy(scratch);
    strings.add(scratch.subarray(0, escapeInto(text.bytes, text.length, scratch, from)));
  };
  return {
    open: (tag) => {
      if (tag === si) text.clear(); else if (tag === phonetic) phoneticDepth += 1; else if (tag === t) inText = phoneticDepth === 0;
    },
    close: (tag) => {
      if (tag === si) finish(); else if (tag === phonetic) phoneticDepth -= 1; else if (tag === t) inText = false;
    },
    text: (start, end, literal) => { if (inText) text.add(tokens().bytes, start, end, literal); },
  };
};

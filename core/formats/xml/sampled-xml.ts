/** Whole records of a sample as plain objects, only to see which elements and attributes they have. */
import type { Segment } from '../../detect/sample.ts';
import { isWaybillError } from '../../../contracts/errors.ts';
import { cdataOpening, closeBracket, doubleQuote, greater, isNameByte, isWhite, less, mostLevels, nameEnd, opensWith, sectionEnd, singleQuote, slash, startsName } from './xml-bytes.ts';
import type { PlannedChunk } from '../source-format.ts';
import { XmlPlanner } from './xml-planner.ts';

export interface SampledElement {
  readonly name: string;
  readonly attributes: readonly string[];
  readonly children: readonly SampledElement[];
  /** It has text of its own. */
  readonly filled: boolean;
}

/** Enough to meet the names, little enough to be quick. */
const mostSampledBytes = 1024 * 1024;
const pieceBytes = 64 * 1024;

/** Records from `start` on, where one begins, without what the sample cuts. */
export const sampleRecords = ({ bytes }: Segment, start: number, recordPath: readonly string[]): readonly SampledElement[] => {
  const records: SampledElement[] = [], planned: PlannedChunk[] = [];
  const planner = new XmlPlanner({ startByte: start, startLine: 1, recordPath, chunkBytes: 1, chunkRows: 1 });
  const end = Math.min(bytes.length, start + mostSampledBytes);
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = start, isSound = true; at < end && isSound; at += pieceBytes) {
    isSound = pushes(planner, bytes.subarray(at, Math.min(end, at + pieceBytes)), planned);
    for (const { byteStart, byteEnd } of planned.splice(0)) {
      const read = new SampleParser(whole, byteEnd).element(byteStart, 0);
      if (read !== null) records.push(read.element);
    }
  }
  return records;
};

/** False: what stands there is the matter of the planner that sees the whole file. */
const pushes = (planner: XmlPlanner, piece: Uint8Array, planned: PlannedChunk[]): boolean => {
  try {
    planned.push(...planner.push(piece));
    return true;
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    planned.push(...planner.handOver());
    return false;
  }
};

/** Where an element of the records' name opens in a piece from anywhere within them, or the piece's length. */
export const findRecord = (piece: Uint8Array, recordName: string): number => {
  const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
  const opening = Buffer.from(`<${recordName}`);
  for (let at = bytes.indexOf(opening); at >= 0; at = bytes.indexOf(opening, at + 1)) if (!isNameByte(bytes[at + opening.length])) return at;
  return bytes.length;
};

interface Read { readonly element: SampledElement; readonly after: number }

class SampleParser {
  constructor(private readonly bytes: Buffer, private readonly end: number) {}

  /** Null: it is broken, or nested too deeply. */
  element(open: number, depth: number): Read | null {
    const { bytes, end } = this;
    const stop = nameEnd(bytes, open + 1, end);
    const name = bytes.toString('utf8', open + 1, stop);
    const attributes: string[] = [];
    const tagEnd = this.attributes(stop, attributes);
    if (tagEnd < 0 || depth > mostLevels) return null;
    if (bytes[tagEnd - 2] === slash) return { element: { name, attributes, children: [], filled: false }, after: tagEnd };
    const children: SampledElement[] = [];
    let filled = false;
    for (let at = tagEnd; at < end;) {
      const byte = bytes[at] as number;
      if (byte !== less) { filled ||= byte > 0x20; at += 1; continue; }
      if (bytes[at + 1] === slash) return { element: { name, attributes, children, filled }, after: bytes.indexOf(greater, at) + 1 };
      if (startsName(bytes[at + 1])) {
        const child = this.element(at, depth + 1);
        if (child === null) return null;
        children.push(child.element);
        at = child.after;
        continue;
      }
      const after = sectionEnd(bytes, at, end);
      if (after < 0) return null;
      filled ||= opensWith(bytes, at, cdataOpening) && bytes[at + cdataOpening.length] !== closeBracket;
      at = after;
    }
    return null;
  }

  private attributes(from: number, names: string[]): number {
    const { bytes, end } = this;
    for (let at = from; at < end;) {
      const byte = bytes[at] as number;
      if (byte === greater) return at + 1;
      if (byte === doubleQuote || byte === singleQuote) {
        const close = bytes.indexOf(byte, at + 1);
        if (close < 0) return -1;
        at = close + 1;
      } else if (startsName(byte) && (isWhite(bytes[at - 1]))) {
        const stop = nameEnd(bytes, at, end);
        const name = bytes.toString('utf8', at, stop);
        if (name !== 'xsi:nil') names.push(name);
        at = stop;
      } else at += 1;
    }
    return -1;
  }
}

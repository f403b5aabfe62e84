/**
 * A field's encoder behind its transforms: the cell is changed, then read by the field's type. Three ways, the cheapest first: steps on bytes,
 * a cell that was seen before, texts. All give the same (a property test compares them).
 */
import type { CopyBuffer } from '../types/copy-buffer.ts';
import type { DateEvidence } from '../types/date-evidence.ts';
import { blankCell, type CellEncoder } from '../types/encoder.ts';
import { ByteCell, TransformArena } from './byte-cell.ts';
import { declined, type Outcome } from './step.ts';
import { TransformMemory, unknownCell } from './transform-memory.ts';
import type { TransformProgram } from './transform-program.ts';

const viewOf = (bytes: Uint8Array): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));

/** Several cells, or none, that make one field. */
export interface CellsEncoder {
  readonly evidence: DateEvidence | null;
  encode(cells: readonly (string | null)[], out: CopyBuffer): number;
}

/** Short texts of plain characters are most, and a loop writes them faster than a call of the runtime does. */
const shortText = 64;
/** Longer ones are measured instead of three bytes taken for each character. */
const longText = 64 * 1024;

/** From the way over texts to the bytes that the field's type reads. */
class OutcomeWriter {
  start = 0;
  end = 0;

  constructor(private readonly arena: TransformArena, private readonly inner: CellEncoder) {}

  /** 0 with the bytes in the arena, {@link blankCell}, or an issue. */
  take(outcome: Outcome): number {
    this.start = this.end = 0;
    if (outcome === null) return blankCell;
    if (typeof outcome === 'number') return outcome;
    this.start = this.arena.room(outcome.length <= longText ? outcome.length * 3 : Buffer.byteLength(outcome));
    this.end = this.start + (outcome.length <= shortText ? this.writeShort(outcome) : this.arena.bytes.write(outcome, this.start, 'utf8'));
    return 0;
  }

  write(finding: number, out: CopyBuffer): number {
    return finding === 0 ? this.inner.encode(this.arena.bytes, this.start, this.end, out) : finding;
  }

  private writeShort(text: string): number {
    const { bytes } = this.arena;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return bytes.write(text, this.start, 'utf8');
      bytes[this.start + index] = code;
    }
    return text.length;
  }
}

export class TransformEncoder implements CellEncoder {
  readonly evidence: DateEvidence | null;
  /** Whether an empty cell is to be handed over: it may become something. */
  readonly takesNothing: boolean;
  private readonly cell: ByteCell;
  /** Made for the first cell that needs it. */
  private memory: TransformMemory | null = null;
  private readonly writer: OutcomeWriter;

  constructor(private readonly program: TransformProgram, private readonly inner: CellEncoder, private readonly arena = new TransformArena()) {
    this.evidence = program.dates ?? inner.evidence;
    this.takesNothing = program.ofNothing !== null;
    this.cell = new ByteCell(arena);
    this.writer = new OutcomeWriter(arena, inner);
  }

  encode(bytes: Uint8Array, start: number, end: number, out: CopyBuffer): number {
    if (start === end) return this.writer.write(this.writer.take(this.program.ofNothing), out);
    if (this.program.hasBytes) {
      const { cell } = this;
      cell.set(bytes, start, end);
      const answer = this.program.runBytes(cell);
      if (answer === 0) return this.inner.encode(cell.bytes, cell.start, cell.end, out);
      if (answer !== declined) return answer;
    }
    const memory = this.memory ??= new TransformMemory();
    // What dates showed of their order is counted cell by cell.
    return memory.isOn && this.evidence === null ? this.recall(bytes, start, end, out) : this.writer.write(this.change(bytes, start, end), out);
  }

  private change(bytes: Uint8Array, start: number, end: number): number {
    return this.writer.take(this.program.runOne(viewOf(bytes).toString('utf8', start, end)));
  }

  /** What the field's type made of the cell is remembered with it, so a cell that was seen before costs less than one without transforms. */
  private recall(bytes: Uint8Array, start: number, end: number, out: CopyBuffer): number {
    const memory = this.memory as TransformMemory;
    const slot = memory.find(bytes, start, end);
    if (slot !== unknownCell) return memory.append(slot, out);
    const before = out.length;
    const finding = this.writer.write(this.change(bytes, start, end), out);
    this.cell.set(bytes, start, end);
    memory.keep(this.cell, finding, { bytes: out.bytes, start: before, end: out.length });
    return finding;
  }
}

export class TransformCellsEncoder implements CellsEncoder {
  readonly evidence: DateEvidence | null;
  private readonly writer: OutcomeWriter;

  constructor(private readonly program: TransformProgram, inner: CellEncoder, arena = new TransformArena()) {
    this.evidence = program.dates ?? inner.evidence;
    this.writer = new OutcomeWriter(arena, inner);
  }

  encode(cells: readonly (string | null)[], out: CopyBuffer): number {
    return this.writer.write(this.writer.take(this.program.run(cells)), out);
  }
}

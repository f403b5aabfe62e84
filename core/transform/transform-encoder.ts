/**
 * A field's encoder behind its transforms: the cell is changed, then read by the field's type. Three ways, the cheapest first: steps on bytes,
 * a cell that was seen before, texts. All give the same (a property test compares them).
 */
import type { CopyBuffer } from '../types/copy-buffer.ts';
import type { DateEvidence } from '../types/date-evidence.ts';
import { blankCell, type CellEncoder } from '../types/encoder.ts';
import { ByteCell } from './byte-cell.ts';
import { declined, type Outcome } from './step.ts';
import { TransformMemory, unknownCell } from './transform-memory.ts';
import type { TransformProgram } from './transform-program.ts';


const viewOf = (bytes: Uint8Array): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));

/** Several cells, or none, that make one field. */
export interface CellsEncoder {
  readonly evidence: DateEvidence | null;
  encode(cells: readonly (string | null)[], out: CopyBuffer): number;
}

/** The way over texts, to the field's type. */
class OutcomeWriter {
  private scratch = Buffer.allocUnsafe(1_024);
  length = 0;

  constructor(private readonly inner: CellEncoder) {}

  get bytes(): Uint8Array { return this.scratch; }

  /** 0 with the bytes in {@link bytes}, {@link blankCell}, or an issue. */
  take(outcome: Outcome): number {
    this.length = 0;
    if (outcome === null) return blankCell;
    if (typeof outcome === 'number') return outcome;
    if (outcome.length * 3 > this.scratch.length) this.scratch = Buffer.allocUnsafe(outcome.length * 6);
    this.length = this.scratch.write(outcome, 'utf8');
    return 0;
  }

  write(finding: number, out: CopyBuffer): number {
    return finding === 0 ? this.inner.encode(this.scratch, 0, this.length, out) : finding;
  }
}

export class TransformEncoder implements CellEncoder {
  readonly evidence: DateEvidence | null;
  /** Whether an empty cell is to be handed over: it may become something. */
  readonly takesNothing: boolean;
  private readonly cell = new ByteCell();
  /** Made for the first cell that needs it. */
  private memory: TransformMemory | null = null;
  private readonly writer: OutcomeWriter;

  constructor(private readonly program: TransformProgram, private readonly inner: CellEncoder) {
    this.evidence = inner.evidence;
    this.takesNothing = program.ofNothing !== null;
    this.writer = new OutcomeWriter(inner);
  }

  encode(bytes: Uint8Array, start: number, end: number, out: CopyBuffer): number {
    if (start === end) return this.writer.write(this.writer.take(this.program.ofNothing), out);
    if (this.program.hasBytes) {
      this.cell.set(bytes, start, end);
      const answer = this.program.runBytes(this.cell);
      if (answer === 0) return this.inner.encode(this.cell.bytes, this.cell.start, this.cell.end, out);
      if (answer !== declined) return answer;
    }
    this.memory ??= new TransformMemory();
    return this.memory.isOn ? this.recall(this.memory, bytes, { start, end }, out) : this.writer.write(this.change(bytes, start, end), out);
  }

  private change(bytes: Uint8Array, start: number, end: number): number {
    return this.writer.take(this.program.run([viewOf(bytes).toString('utf8', start, end)]));
  }

  private recall(memory: TransformMemory, bytes: Uint8Array, { start, end }: { readonly start: number; readonly end: number }, out: CopyBuffer): number {
    const { writer } = this;
    const slot = memory.find(bytes, start, end);
    if (slot !== unknownCell) {
      const finding = memory.findings[slot] as number;
      return finding === 0 ? this.inner.encode(memory.results, memory.resultStart[slot] as number, memory.resultEnd[slot] as number, out) : finding;
    }
    const finding = this.change(bytes, start, end);
    this.cell.set(bytes, start, end);
    memory.keep(this.cell, finding, writer.bytes, writer.length);
    return writer.write(finding, out);
  }
}

export class TransformCellsEncoder implements CellsEncoder {
  readonly evidence: DateEvidence | null;
  private readonly writer: OutcomeWriter;

  constructor(private readonly program: TransformProgram, inner: CellEncoder) {
    this.evidence = inner.evidence;
    this.writer = new OutcomeWriter(inner);
  }

  encode(cells: readonly (string | null)[], out: CopyBuffer): number {
    return this.writer.write(this.writer.take(this.program.run(cells)), out);
  }
}

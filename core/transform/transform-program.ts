/** Compiled steps in turn, over texts; and over bytes where each of them can. */
import { issueNumber } from '../../contracts/issue-codes.ts';
import type { DateEvidence } from '../types/date-evidence.ts';
import type { ByteCell } from './byte-cell.ts';
import { declined, nothing, type CompiledStep, type Outcome, type TextStep } from './step.ts';

const pointInvalid = issueNumber('POINT_INVALID'), tooLong = issueNumber('TEXT_TOO_LONG');
/** As long as a row may be. */
const longest = 16 * 1024 * 1024;

const hasBytes = (step: CompiledStep): step is TextStep & Required<Pick<TextStep, 'bytes'>> => step.kind === 'text' && step.bytes !== undefined;

const settled = (outcome: Outcome): Outcome => (typeof outcome !== 'string' ? outcome : outcome === '' ? null : outcome.length > longest ? tooLong : outcome);

const applied = (step: TextStep, value: string | null): Outcome => settled(value === null ? step.ofNothing ?? null : step.apply(value));

export class TransformProgram {
  readonly columns: number;
  /** What the dates of a step that leaves their order open showed; it adds to them. */
  readonly dates: DateEvidence | null;
  /** Whether {@link runBytes} may be asked. */
  readonly hasBytes: boolean;
  /** What an empty cell becomes. */
  readonly ofNothing: Outcome;
  private readonly mayFillNothing: boolean;
  private readonly textOnly: boolean;
  private readonly byteSteps: readonly NonNullable<TextStep['bytes']>[];
  private readonly pair: boolean;

  constructor(private readonly steps: readonly CompiledStep[], { columns, pair, dates = null }: { readonly columns: number; readonly pair: boolean; readonly dates?: DateEvidence | null }) {
    this.dates = dates;
    this.columns = columns;
    this.pair = pair;
    const fast = steps.filter(hasBytes);
    this.hasBytes = columns === 1 && fast.length === steps.length;
    this.byteSteps = fast.map((step) => step.bytes);
    this.textOnly = columns === 1 && steps.every((step) => step.kind === 'text');
    this.mayFillNothing = steps.some((step) => step.kind === 'text' && (step.ofNothing ?? null) !== null);
    this.ofNothing = columns === 1 ? this.run([null]) : null;
  }

  /** One text, nothing or an issue of a field's cells. */
  run(cells: readonly (string | null)[]): Outcome {
    let values = cells;
    for (const step of this.steps) {
      if (step.kind === 'combining') {
        const outcome = settled(step.combine(values));
        if (typeof outcome === 'number') return outcome;
        values = [outcome];
        continue;
      }
      const next: (string | null)[] = [];
      for (const value of values) {
        const outcome = applied(step, value);
        if (typeof outcome === 'number') return outcome;
        next.push(outcome);
      }
      values = next;
    }
    return this.pair ? pairText(values) : values[0] ?? null;
  }

  /** The same for one cell, without a list. */
  runOne(cell: string): Outcome {
    if (!this.textOnly) return this.run([cell]);
    let value: string | null = cell;
    for (const step of this.steps as readonly TextStep[]) {
      const outcome = applied(step, value);
      if (typeof outcome === 'number') return outcome;
      value = outcome;
    }
    return value;
  }

  /** As the steps' own {@link TextStep.bytes}: a cell that one of them declines is spoilt, and {@link run} has to begin again. */
  runBytes(cell: ByteCell): number {
    const { byteSteps } = this;
    for (let index = 0; index < byteSteps.length; index += 1) {
      const answer = (byteSteps[index] as NonNullable<TextStep['bytes']>)(cell);
      // A step behind may put something in the place of nothing.
      if (answer !== 0) return answer === nothing && this.mayFillNothing ? declined : answer;
    }
    return 0;
  }
}

/** Latitude and longitude, as the type point reads them. */
const pairText = ([latitude = null, longitude = null]: readonly (string | null)[]): Outcome => {
  if (latitude === null && longitude === null) return null;
  return latitude === null || longitude === null || /[,;\s]/.test(latitude.trim() + longitude.trim()) ? pointInvalid : `${latitude.trim()},${longitude.trim()}`;
};

/**
 * Exact numbers. A cell is passed on as it stood once it is proven to fit numeric(p,s) without rounding; PostgreSQL alone would round
 * `0.005` into numeric(12,2) silently. An exponent is fine when the value it stands for fits. NaN and Infinity are refused.
 */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { issueNumber } from '../../contracts/issue-codes.ts';
import { trimmedEnd, trimmedStart } from './cell-edges.ts';
import type { CopyBuffer } from './copy-buffer.ts';
import { Decimal, decimalRangeOf, placeInRange, type DecimalRange } from './decimal.ts';
import { blankCell, type CellEncoder } from './encoder.ts';
import { doubleFormat, floatFidelity, realFormat, type FloatFormat } from './float-fidelity.ts';
import { pgTypeParts } from './pg-type.ts';

const numberInvalid = issueNumber('NUMBER_INVALID');
const numberOutOfRange = issueNumber('NUMBER_OUT_OF_RANGE');
const numberPrecisionLoss = issueNumber('NUMBER_PRECISION_LOSS');
const rangeBelow = issueNumber('RANGE_BELOW');
const rangeAbove = issueNumber('RANGE_ABOVE');

/** PostgreSQL, "Numeric Types": up to 131072 digits before the decimal point and 16383 after it. */
const mostIntegerDigits = 131_072;
const mostDecimals = 16_383;
/** From here on zeros at the ends are left out, so that their number alone never meets a limit of numeric's input. */
const longNumber = 1_000;

const floatFormatOf = (base: string): FloatFormat | null =>
  base === 'real' ? realFormat : base === 'double precision' ? doubleFormat : null;

export class NumberEncoder implements CellEncoder {
  readonly evidence = null;
  private readonly float: FloatFormat | null;
  /** Digits before and after the point; with a negative scale the latter is negative too. */
  private readonly integerDigits: number;
  private readonly decimals: number;
  private readonly allowed: DecimalRange | null;
  private readonly decimal = new Decimal();

  constructor(field: FieldDefinition) {
    const { base, modifiers: [precision, scale = 0] } = pgTypeParts(field);
    this.float = floatFormatOf(base);
    this.integerDigits = precision === undefined ? mostIntegerDigits : precision - scale;
    this.decimals = precision === undefined ? mostDecimals : scale;
    this.allowed = decimalRangeOf(field);
  }

  encode(bytes: Uint8Array, cellStart: number, cellEnd: number, out: CopyBuffer): number {
    const start = trimmedStart(bytes, cellStart, cellEnd);
    const end = trimmedEnd(bytes, start, cellEnd);
    if (start === end) return blankCell;
    const decimal = this.decimal;
    if (!decimal.scan(bytes, start, end)) return numberInvalid;
    const issue = this.judge(decimal, start, end);
    if (issue !== 0) return issue;
    if (decimal.hasExponent || end - start >= longNumber) appendShortest(decimal, out);
    else out.raw(bytes, start, end);
    return 0;
  }

  private judge(decimal: Decimal, start: number, end: number): number {
    if (this.float !== null) {
      const fidelity = floatFidelity(decimal, start, end, this.float);
      if (fidelity !== 'kept') return fidelity === 'out_of_range' ? numberOutOfRange : numberPrecisionLoss;
    } else if (!decimal.isZero) {
      if (decimal.top >= this.integerDigits) return numberOutOfRange;
      if (decimal.bottom < -this.decimals) return numberPrecisionLoss;
    }
    if (this.allowed === null) return 0;
    const place = placeInRange(decimal, this.allowed);
    return place === 0 ? 0 : place < 0 ? rangeBelow : rangeAbove;
  }
}

/** The significant digits and a power of ten: `-1.5E3` → `-15e2`. PostgreSQL expands it, so a short cell cannot fill our memory. */
const appendShortest = (decimal: Decimal, out: CopyBuffer): void => {
  if (decimal.isZero) return out.byte(0x30);
  if (decimal.negative) out.byte(0x2d);
  const { bytes, first, last } = decimal;
  out.ensure(last - first + 16);
  for (let i = first; i <= last; i++) if (bytes[i] !== 0x2e) out.byte(bytes[i] as number);
  if (decimal.bottom !== 0) out.ascii(`e${decimal.bottom}`);
};

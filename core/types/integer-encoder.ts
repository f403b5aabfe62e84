/**
 * Whole numbers: sign and digits. `12.0` is accepted as 12 (spreadsheets and pandas write whole columns so, and nothing is lost);
 * `12.`, `12.5`, `1E5` and thousands separators are not: an exponent is the mark of a spreadsheet that already dropped digits.
 */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { issueNumber } from '../../contracts/issue-codes.ts';
import { trimmedEnd, trimmedStart } from './cell-edges.ts';
import type { CopyBuffer } from './copy-buffer.ts';
import { Decimal, decimalRangeOf, placeInRange, type DecimalRange } from './decimal.ts';
import { blankCell, type CellEncoder } from './encoder.ts';
import { pgTypeParts } from './pg-type.ts';

const integerInvalid = issueNumber('INTEGER_INVALID');
const integerOutOfRange = issueNumber('INTEGER_OUT_OF_RANGE');
const rangeBelow = issueNumber('RANGE_BELOW');
const rangeAbove = issueNumber('RANGE_ABOVE');

interface IntegerWidth {
  readonly range: DecimalRange | null;
  /** So many digits fit whatever they are. */
  readonly safeDigits: number;
}

const widthOf = (base: string): IntegerWidth => {
  if (base === 'smallint') return { range: decimalRangeOf({ min: '-32768', max: '32767' }), safeDigits: 4 };
  if (base === 'integer') return { range: decimalRangeOf({ min: '-2147483648', max: '2147483647' }), safeDigits: 9 };
  if (base === 'numeric') return { range: null, safeDigits: 131_072 };
  return { range: decimalRangeOf({ min: '-9223372036854775808', max: '9223372036854775807' }), safeDigits: 18 };
};

export class IntegerEncoder implements CellEncoder {
  readonly evidence = null;
  private readonly width: IntegerWidth;
  private readonly safeDigits: number;
  private readonly allowed: DecimalRange | null;
  private readonly decimal = new Decimal();

  constructor(field: FieldDefinition) {
    this.width = widthOf(pgTypeParts(field).base);
    this.safeDigits = this.width.safeDigits;
    this.allowed = decimalRangeOf(field);
  }

  encode(bytes: Uint8Array, cellStart: number, cellEnd: number, out: CopyBuffer): number {
    const start = trimmedStart(bytes, cellStart, cellEnd);
    const end = trimmedEnd(bytes, start, cellEnd);
    if (start === end) return blankCell;
    const firstDigit = bytes[start] === 0x2d || bytes[start] === 0x2b ? start + 1 : start;
    let digitsEnd = firstDigit;
    while (digitsEnd < end && (bytes[digitsEnd] as number) >= 0x30 && (bytes[digitsEnd] as number) <= 0x39) digitsEnd++;
    if (digitsEnd === firstDigit) return integerInvalid;
    if (digitsEnd < end && !isZeroFraction(bytes, digitsEnd, end)) return integerInvalid;
    if (digitsEnd - firstDigit > this.safeDigits || this.allowed !== null) {
      const issue = this.judge(bytes, start, digitsEnd);
      if (issue !== 0) return issue;
    }
    out.raw(bytes, start, digitsEnd);
    return 0;
  }

  private judge(bytes: Uint8Array, start: number, end: number): number {
    const decimal = this.decimal;
    decimal.scan(bytes, start, end);
    if (decimal.top >= 131_072 || (this.width.range !== null && placeInRange(decimal, this.width.range) !== 0)) return integerOutOfRange;
    if (this.allowed === null) return 0;
    const place = placeInRange(decimal, this.allowed);
    return place === 0 ? 0 : place < 0 ? rangeBelow : rangeAbove;
  }
}

/** `.0`, `.00` …: a point and one zero at least. */
const isZeroFraction = (bytes: Uint8Array, start: number, end: number): boolean => {
  if (bytes[start] !== 0x2e || start + 1 === end) return false;
  for (let i = start + 1; i < end; i++) if (bytes[i] !== 0x30) return false;
  return true;
};

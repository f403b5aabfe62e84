/** A latitude and a longitude as the point `(lon,lat)`, digits as they stood: PostgreSQL's point is (x,y). */
import { issueNumber } from '../../contracts/issue-codes.ts';
import type { CopyBuffer } from './copy-buffer.ts';
import { Decimal, decimalRangeOf, placeInRange, type DecimalRange } from './decimal.ts';
import { doubleFormat, floatFidelity } from './float-fidelity.ts';

const pointInvalid = issueNumber('POINT_INVALID');
const pointOutOfRange = issueNumber('POINT_OUT_OF_RANGE');
const precisionLoss = issueNumber('NUMBER_PRECISION_LOSS');

const latitudes = decimalRangeOf({ min: '-90', max: '90' }) as DecimalRange;
const longitudes = decimalRangeOf({ min: '-180', max: '180' }) as DecimalRange;

/** Byte ranges of the two numbers. */
export interface PairPlace {
  latStart: number;
  latEnd: number;
  lonStart: number;
  lonEnd: number;
}

export class CoordinatePair implements PairPlace {
  latStart = 0;
  latEnd = 0;
  lonStart = 0;
  lonEnd = 0;
  private readonly decimal = new Decimal();

  /** 0, or the number of an issue. */
  append(bytes: Uint8Array, out: CopyBuffer): number {
    const latitudeIssue = this.judge(bytes, this.latStart, this.latEnd, latitudes);
    if (latitudeIssue !== 0) return latitudeIssue;
    const longitudeIssue = this.judge(bytes, this.lonStart, this.lonEnd, longitudes);
    if (longitudeIssue !== 0) return longitudeIssue;
    out.byte(0x28);
    out.raw(bytes, this.lonStart, this.lonEnd);
    out.byte(0x2c);
    out.raw(bytes, this.latStart, this.latEnd);
    out.byte(0x29);
    return 0;
  }

  private judge(bytes: Uint8Array, start: number, end: number, range: DecimalRange): number {
    const decimal = this.decimal;
    if (!decimal.scan(bytes, start, end)) return pointInvalid;
    // Below 10 degrees either way nothing needs comparing.
    if (decimal.top > 0 && placeInRange(decimal, range) !== 0) return pointOutOfRange;
    return floatFidelity(decimal, start, end, doubleFormat) === 'kept' ? 0 : precisionLoss;
  }
}

/**
 * Coordinates in degrees. One cell: `lat,lon`, `lat;lon`, `lat lon`, the same in parentheses, WKT `POINT(lon lat)`, or a GeoJSON Point
 * (longitude first, RFC 7946; a height must be zero, since a point would lose it). Parentheses are
 * latitude first as well: the location columns of open data portals are written so (`(41.88, -87.74)`), both orders are often in range,
 * and a guess would move a place to another continent without a word. PostgreSQL's own `(lon,lat)` must come as WKT.
 */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { trimmedEnd, trimmedStart } from './cell-edges.ts';
import { CoordinatePair } from './coordinate-pair.ts';
import type { CopyBuffer } from './copy-buffer.ts';
import { blankCell, type CellEncoder, type PairEncoder } from './encoder.ts';
import { isLetter } from './month-name.ts';
import { utf8Text } from './utf8.ts';

const pointInvalid = issueNumber('POINT_INVALID');

/** Longer ones are no point; it bounds the work of the expression. */
const longestText = 500;
const wellKnownText = /^(?:srid=4326;)?\s*point\s*\(\s*(\S+)\s+([^\s)]+)\s*\)$/i;

export class PointEncoder implements CellEncoder {
  readonly evidence = null;
  private readonly pair = new CoordinatePair();

  encode(bytes: Uint8Array, cellStart: number, cellEnd: number, out: CopyBuffer): number {
    let start = trimmedStart(bytes, cellStart, cellEnd);
    let end = trimmedEnd(bytes, start, cellEnd);
    if (start === end) return blankCell;
    if (isLetter(bytes[start] as number)) return this.encodeText(utf8Text(bytes, start, end), out);
    if (bytes[start] === 0x7b) return this.encodePair(end - start > longestText ? null : geoJsonPoint(utf8Text(bytes, start, end)), out);
    if (bytes[start] === 0x28 && bytes[end - 1] === 0x29 && end - start > 2) {
      start = trimmedStart(bytes, start + 1, end - 1);
      end = trimmedEnd(bytes, start, end - 1);
    }
    return this.split(bytes, start, end) ? this.pair.append(bytes, out) : pointInvalid;
  }

  /** False when there are not two parts. */
  private split(bytes: Uint8Array, start: number, end: number): boolean {
    let at = start;
    while (at < end && !isSplit(bytes[at] as number)) at++;
    this.pair.latStart = start;
    this.pair.latEnd = at;
    while (at < end && bytes[at] === 0x20) at++;
    if (bytes[at] === 0x2c || bytes[at] === 0x3b) at++;
    while (at < end && bytes[at] === 0x20) at++;
    this.pair.lonStart = at;
    this.pair.lonEnd = end;
    return at < end;
  }

  private encodeText(text: string, out: CopyBuffer): number {
    return this.encodePair(text.length > longestText ? null : wellKnownText.exec(text), out);
  }

  /** A match of longitude and latitude, in this order. */
  private encodePair(match: RegExpExecArray | null, out: CopyBuffer): number {
    if (match === null) return pointInvalid;
    const bytes = Buffer.from(`${match[2] ?? ''},${match[1] ?? ''}`, 'utf8');
    return this.split(bytes, 0, bytes.length) ? this.pair.append(bytes, out) : pointInvalid;
  }
}

const coordinatesText = /"coordinates"\s*:\s*\[\s*([-+.\deE]+)\s*,\s*([-+.\deE]+)\s*(?:,\s*-?0(?:\.0+)?\s*)?\]/;

/** The numbers by their digits, which JSON.parse would round; it says that they are the point's own. */
const geoJsonPoint = (text: string): RegExpExecArray | null => {
  const match = coordinatesText.exec(text);
  try {
    const value = JSON.parse(text) as { readonly type?: unknown; readonly coordinates?: unknown };
    const isPoint = value.type === 'Point' && Array.isArray(value.coordinates) && value.coordinates[0] === Number(match?.[1]) && value.coordinates[1] === Number(match?.[2]);
    return isPoint ? match : null;
  } catch {
    return null;
  }
};

const isSplit = (byte: number): boolean => byte === 0x2c || byte === 0x3b || byte === 0x20;

export class PointPairEncoder implements PairEncoder {
  private readonly pair = new CoordinatePair();

  // eslint-disable-next-line max-params -- two byte ranges; encoder.ts says why
  encode(bytes: Uint8Array, latStart: number, latEnd: number, lonStart: number, lonEnd: number, out: CopyBuffer): number {
    const pair = this.pair;
    pair.latStart = trimmedStart(bytes, latStart, latEnd);
    pair.latEnd = trimmedEnd(bytes, pair.latStart, latEnd);
    pair.lonStart = trimmedStart(bytes, lonStart, lonEnd);
    pair.lonEnd = trimmedEnd(bytes, pair.lonStart, lonEnd);
    if (pair.latStart === pair.latEnd && pair.lonStart === pair.lonEnd) return blankCell;
    return pair.append(bytes, out);
  }
}

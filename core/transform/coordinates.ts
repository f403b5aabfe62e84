/**
 * Places in many notations become `POINT(lon lat)`: decimal degrees, degrees minutes seconds, UTM, MGRS, WKT, GeoJSON; latitude and longitude
 * in one column or in two.
 */
import { issueNumber } from '../../contracts/issue-codes.ts';
import type { StepOf } from '../../contracts/transform.ts';
import { computedDegrees, longestAngles, readAngle, type Angle } from './angle.ts';
import type { CombiningStep, Outcome } from './step.ts';
import { readMgrs, readUtm, type Place } from './utm.ts';

const invalid = issueNumber('TRANSFORM_COORDINATES_INVALID'), swapped = issueNumber('TRANSFORM_COORDINATES_SWAPPED'), outOfRange = issueNumber('POINT_OUT_OF_RANGE'), ambiguous = issueNumber('TRANSFORM_COORDINATES_AMBIGUOUS');

/** Texts, so that digits stay as they stood. */
interface Pair { readonly latitude: string; readonly longitude: string }

const pairOf = (place: Place | 'ambiguous' | null): Pair | 'ambiguous' | null => (place === null || place === 'ambiguous' ? place : { latitude: computedDegrees(place.latitude), longitude: computedDegrees(place.longitude) });

const longestNotation = 2_000;

/** Runs of blanks as one: the patterns here allow a blank in many places, and a thousand of them would be tried in every way. */
const condensed = (text: string): string => (text.length > longestNotation ? '' : text.trim().replace(/\s+/gu, ' '));

const decimalShape = /^[+-]?\d{1,3}(?:\.\d{0,20})?$/;

type Order = 'latlon' | 'lonlat';

/** Hemispheres say which is which; otherwise the order that the mapping names. */
const pairOfAngles = (first: Angle | null, second: Angle | null, order: Order): Pair | null => {
  if (first === null || second === null || (first.axis !== null && first.axis === second.axis)) return null;
  // Who names one hemisphere names the other, too: then an s is none of seconds.
  if ((first.maybeSouth && second.axis !== null) || (second.maybeSouth && first.axis !== null)) return null;
  const latitudeFirst = first.axis === 'lat' || second.axis === 'lon' || (first.axis === null && second.axis === null && order === 'latlon');
  return latitudeFirst ? { latitude: first.text, longitude: second.text } : { latitude: second.text, longitude: first.text };
};

/** Where one angle ends and the other begins: a semicolon, a slash or a comma, a hemisphere, or the only blank. */
const halvesOf = (text: string): readonly [string, string] | null => {
  const inner = text.trim().replace(/^\((.*)\)$/s, '$1').trim();
  const cuts = [/^([^;]+);([^;]+)$/s, /^([^/]+)\/([^/]+)$/s, /^([^,]+),([^,]+)$/s, /^(.*[NSEWOL])\s+(.+)$/is, /^([NSEWOL].*?)\s+([NSEWOL].*)$/is, /^(.*[NSEWOL])(\d.*)$/is, /^(\S+)\s+(\S+)$/s, /^([^,]+,\d+)\s*,\s*([^,]+,\d+)$/s];
  for (const cut of cuts) {
    const [, first, second] = cut.exec(inner) ?? [];
    if (first !== undefined && second !== undefined && readAngle(first) !== null && readAngle(second) !== null) return [first, second];
  }
  return null;
};

const readAngles = (text: string, order: Order): Pair | null => {
  if (text.length > longestAngles) return null;
  const halves = halvesOf(text);
  return halves === null ? null : pairOfAngles(readAngle(halves[0]), readAngle(halves[1]), order);
};

/** Longitude first, by their standards. */
const readWkt = (text: string): Pair | null => {
  const [, longitude, latitude] = /^(?:SRID\s*=\s*4326\s*;\s*)?POINT\s*(?:Z\s*)?\(\s*(\S+)\s+([^\s)]+)(?:\s+[+-]?0(?:\.0*)?)?\s*\)$/i.exec(text.trim()) ?? [];
  return longitude !== undefined && latitude !== undefined && decimalShape.test(longitude) && decimalShape.test(latitude) ? { latitude, longitude } : null;
};

const readGeoJson = (text: string): Pair | null => {
  // Digits as they stand, which JSON.parse would make doubles.
  const [, longitude, latitude] = /"coordinates"\s*:\s*\[\s*([+-]?\d{1,3}(?:\.\d+)?)\s*,\s*([+-]?\d{1,3}(?:\.\d+)?)\s*(?:,\s*-?[\d.]+\s*)?\]/.exec(text) ?? [];
  if (longitude === undefined || latitude === undefined) return null;
  try {
    const { type, geometry } = JSON.parse(text) as { readonly type?: unknown; readonly geometry?: { readonly type?: unknown } };
    return type === 'Point' || (type === 'Feature' && geometry?.type === 'Point') ? { latitude, longitude } : null;
  } catch { return null; }
};

const readOne = (text: string, { form, order, zoneLetter }: StepOf<'coordinates'>): Pair | 'ambiguous' | null => {
  const trimmed = condensed(text);
  switch (form) {
    case 'decimal': case 'dms': return readAngles(trimmed, order);
    case 'utm': return pairOf(readUtm(trimmed, zoneLetter));
    case 'mgrs': return pairOf(readMgrs(trimmed));
    case 'wkt': return readWkt(trimmed);
    case 'geojson': return readGeoJson(trimmed);
    case 'auto': return readWkt(trimmed) ?? (trimmed.startsWith('{') ? readGeoJson(trimmed) : null) ?? pairOf(readMgrs(trimmed)) ?? pairOf(readUtm(trimmed, zoneLetter)) ?? readAngles(trimmed, order);
  }
};

const judged = (pair: Pair | 'ambiguous' | null): Outcome => {
  if (pair === 'ambiguous') return ambiguous;
  if (pair === null) return invalid;
  const latitude = Math.abs(Number(pair.latitude)), longitude = Math.abs(Number(pair.longitude));
  if (!(latitude <= 180) || !(longitude <= 180)) return outOfRange;
  if (latitude > 90) return longitude <= 90 ? swapped : outOfRange;
  return `POINT(${pair.longitude} ${pair.latitude})`;
};

export const coordinates = (step: StepOf<'coordinates'>): CombiningStep => ({
  kind: 'combining',
  combine: (values): Outcome => {
    if (values.every((value) => value === null)) return null;
    const [first = null, second] = values;
    if (second === undefined) return first === null ? null : judged(readOne(first, step));
    return first === null || second === null ? invalid : judged(pairOfAngles(readAngle(first), readAngle(second), step.order));
  },
});

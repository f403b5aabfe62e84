/**
 * Places in many notations become `POINT(lon lat)`: decimal degrees, degrees minutes seconds, UTM, MGRS, WKT, GeoJSON; latitude and longitude
 * in one column or in two. What was decimal keeps its digits; what is computed is written with nine decimals (0.1 mm).
 */
import { issueNumber } from '../../contracts/issue-codes.ts';
import type { CoordinateForm, StepOf } from '../../contracts/transform.ts';
import type { CombiningStep, Outcome } from './step.ts';
import { readMgrs, readUtm, type Place } from './utm.ts';

const invalid = issueNumber('TRANSFORM_COORDINATES_INVALID'), swapped = issueNumber('TRANSFORM_COORDINATES_SWAPPED'), outOfRange = issueNumber('POINT_OUT_OF_RANGE');

/** Texts, so that digits stay as they stood. */
interface Pair { readonly latitude: string; readonly longitude: string }

const computed = (degrees: number): string => degrees.toFixed(9).replace(/\.?0+$/, '').replace(/^-0$/, '0');
const pairOf = (place: Place | null): Pair | null => (place === null ? null : { latitude: computed(place.latitude), longitude: computed(place.longitude) });

const longestNotation = 2_000, longestAngles = 200;

/** Runs of blanks as one: the patterns here allow a blank in many places, and a thousand of them would be tried in every way. */
const condensed = (text: string): string => (text.length > longestNotation ? '' : text.trim().replace(/\s+/gu, ' '));

const decimalShape = /^[+-]?\d{1,3}(?:\.\d{0,20})?$/;

interface Angle { readonly text: string; /** latitude, longitude, or not said */ readonly axis: 'lat' | 'lon' | null }

/** O is west in Spanish, French and Portuguese, and east in German: it is read as west, unless the mapping replaces it. L is east in Portuguese. */
const hemispheres: Readonly<Record<string, readonly ['lat' | 'lon', 1 | -1]>> = { N: ['lat', 1], S: ['lat', -1], E: ['lon', 1], L: ['lon', 1], W: ['lon', -1], O: ['lon', -1] };

const dmsShape = /^([NSEWOL])?\s*([+-])?\s*(\d{1,3}(?:[.,]\d+)?)\s*(?:[°ºd:\s]\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:['’′m:\s]\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:"|”|″|''|’’|s)?)?)?)?)?\s*([NSEWOL])?$/i;

const numberOf = (text: string | undefined): number => (text === undefined ? 0 : Number(text.replace(',', '.')));

const angleOf = (text: string): Angle | null => {
  const trimmed = condensed(text);
  if (trimmed.length > longestAngles) return null;
  if (decimalShape.test(trimmed)) return { text: trimmed.replace(/^\+/, '').replace(/\.$/, ''), axis: null };
  const [, before, sign, degrees, minutes, seconds, after] = dmsShape.exec(trimmed) ?? [];
  const letter = (before ?? after)?.toUpperCase();
  if (degrees === undefined || (before !== undefined && after !== undefined) || (sign !== undefined && letter !== undefined)) return null;
  // Only the smallest part that is said may have decimals.
  if ((minutes !== undefined && /[.,]/.test(degrees)) || (seconds !== undefined && /[.,]/.test(minutes ?? ''))) return null;
  if (numberOf(minutes) >= 60 || numberOf(seconds) >= 60) return null;
  const [axis, direction] = letter === undefined ? [null, sign === '-' ? -1 : 1] as const : hemispheres[letter] ?? [null, 1] as const;
  const size = minutes === undefined && seconds === undefined ? degrees.replace(',', '.') : computed(numberOf(degrees) + numberOf(minutes) / 60 + numberOf(seconds) / 3_600);
  return { text: direction === -1 && Number(size) !== 0 ? `-${size}` : size, axis };
};

type Order = 'latlon' | 'lonlat';

/** Hemispheres say which is which; otherwise the order that the mapping names. */
const pairOfAngles = (first: Angle | null, second: Angle | null, order: Order): Pair | null => {
  if (first === null || second === null || (first.axis !== null && first.axis === second.axis)) return null;
  const latitudeFirst = first.axis === 'lat' || second.axis === 'lon' || (first.axis === null && second.axis === null && order === 'latlon');
  return latitudeFirst ? { latitude: first.text, longitude: second.text } : { latitude: second.text, longitude: first.text };
};

/** Where one angle ends and the other begins: a semicolon or a comma, a hemisphere, or the only blank. */
const halvesOf = (text: string): readonly [string, string] | null => {
  const inner = text.trim().replace(/^\((.*)\)$/s, '$1').trim();
  const cuts = [/^([^;]+);([^;]+)$/s, /^([^,]+),([^,]+)$/s, /^(.*[NSEWOL])\s+(.+)$/is, /^([NSEWOL].*?)\s+([NSEWOL].*)$/is, /^(.*[NSEWOL])(\d.*)$/is, /^(\S+)\s+(\S+)$/s, /^([^,]+,\d+)\s*,\s*([^,]+,\d+)$/s];
  for (const cut of cuts) {
    const [, first, second] = cut.exec(inner) ?? [];
    if (first !== undefined && second !== undefined && angleOf(first) !== null && angleOf(second) !== null) return [first, second];
  }
  return null;
};

const readAngles = (text: string, order: Order): Pair | null => {
  if (text.length > longestAngles) return null;
  const halves = halvesOf(text);
  return halves === null ? null : pairOfAngles(angleOf(halves[0]), angleOf(halves[1]), order);
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

const readOne = (text: string, form: CoordinateForm, order: Order): Pair | null => {
  const trimmed = condensed(text);
  switch (form) {
    case 'decimal': case 'dms': return readAngles(trimmed, order);
    case 'utm': return pairOf(readUtm(trimmed));
    case 'mgrs': return pairOf(readMgrs(trimmed));
    case 'wkt': return readWkt(trimmed);
    case 'geojson': return readGeoJson(trimmed);
    case 'auto': return readWkt(trimmed) ?? (trimmed.startsWith('{') ? readGeoJson(trimmed) : null) ?? pairOf(readMgrs(trimmed)) ?? pairOf(readUtm(trimmed)) ?? readAngles(trimmed, order);
  }
};

const judged = (pair: Pair | null): Outcome => {
  if (pair === null) return invalid;
  const latitude = Math.abs(Number(pair.latitude)), longitude = Math.abs(Number(pair.longitude));
  if (!(latitude <= 180) || !(longitude <= 180)) return outOfRange;
  if (latitude > 90) return longitude <= 90 ? swapped : outOfRange;
  return `POINT(${pair.longitude} ${pair.latitude})`;
};

export const coordinates = ({ form, order }: StepOf<'coordinates'>): CombiningStep => ({
  kind: 'combining',
  combine: (values): Outcome => {
    if (values.every((value) => value === null)) return null;
    const [first = null, second] = values;
    if (second === undefined) return first === null ? null : judged(readOne(first, form, order));
    return first === null || second === null ? invalid : judged(pairOfAngles(angleOf(first), angleOf(second), order));
  },
});

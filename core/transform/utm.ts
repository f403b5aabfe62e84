/**
 * UTM and MGRS to degrees on WGS 84. The inverse transverse Mercator is Krüger's series to the fourth power of n: C. F. F. Karney, "Transverse
 * Mercator with an accuracy of a few nanometers", J. Geodesy 85 (2011), equations 7 to 9, 11 and 36; zones, bands and squares are those of
 * NGA.STND.0037 (2014), sections 3 and 4.
 */
export interface Place { readonly latitude: number; readonly longitude: number }

const equatorialRadius = 6_378_137, flattening = 1 / 298.257_223_563, scale = 0.9996;
const n = flattening / (2 - flattening), eccentricity = Math.sqrt(flattening * (2 - flattening));
const rectifyingRadius = (equatorialRadius / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
const beta = [
  n / 2 - (2 * n ** 2) / 3 + (37 * n ** 3) / 96 - n ** 4 / 360,
  n ** 2 / 48 + n ** 3 / 15 - (437 * n ** 4) / 1440,
  (17 * n ** 3) / 480 - (37 * n ** 4) / 840,
  (4397 * n ** 4) / 161_280,
];
const degrees = (radians: number): number => (radians * 180) / Math.PI;

/** Newton's method on the tangent of the conformal latitude (equations 19 to 21). */
const tangentOfLatitude = (conformal: number): number => {
  let tangent = conformal / (1 - eccentricity ** 2);
  for (let turn = 0; turn < 6; turn += 1) {
    const root = Math.hypot(1, tangent);
    const sigma = Math.sinh(eccentricity * Math.atanh((eccentricity * tangent) / root));
    const there = tangent * Math.hypot(1, sigma) - sigma * root;
    tangent += ((conformal - there) / Math.hypot(1, there)) * ((1 + (1 - eccentricity ** 2) * tangent ** 2) / ((1 - eccentricity ** 2) * root));
  }
  return tangent;
};

export interface UtmPoint { readonly zone: number; readonly south: boolean; readonly easting: number; readonly northing: number }

export const placeOfUtm = ({ zone, south, easting, northing }: UtmPoint): Place => {
  const xi = (northing - (south ? 10_000_000 : 0)) / (scale * rectifyingRadius), eta = (easting - 500_000) / (scale * rectifyingRadius);
  let xiPrime = xi, etaPrime = eta;
  beta.forEach((factor, index) => {
    const j = 2 * (index + 1);
    xiPrime -= factor * Math.sin(j * xi) * Math.cosh(j * eta);
    etaPrime -= factor * Math.cos(j * xi) * Math.sinh(j * eta);
  });
  const conformal = Math.sin(xiPrime) / Math.hypot(Math.sinh(etaPrime), Math.cos(xiPrime));
  const east = Math.atan2(Math.sinh(etaPrime), Math.cos(xiPrime));
  return { latitude: degrees(Math.atan(tangentOfLatitude(conformal))), longitude: zone * 6 - 183 + degrees(east) };
};

const bands = 'CDEFGHJKLMNPQRSTUVWX';
/** `31N 500000 4649776`, `31T 500000 4649776`, `31 N …`: a letter other than N and S is the band. */
const utmShape = /^(?:UTM\s*)?(\d{1,2})\s*([A-Z])\s*,?\s*(?:E\s*)?(\d{5,7}(?:\.\d+)?)\s*(?:m\s*)?(?:E)?[\s,;]+(?:N\s*)?(\d{1,8}(?:\.\d+)?)\s*(?:m\s*)?N?$/i;

const isInside = ({ zone, easting, northing }: UtmPoint): boolean => zone >= 1 && zone <= 60 && easting >= 100_000 && easting < 1_000_000 && northing >= 0 && northing <= 10_000_000;

const southOfBand = (band: string): number => bands.indexOf(band) * 8 - 80;

/** A square of a band reaches beyond it at its edges, by less than its own size. */
const fitsBand = ({ latitude }: Place, band: string): boolean => {
  const south = southOfBand(band);
  return latitude > south - 1 && latitude < south + (band === 'X' ? 12 : 8) + 0.1;
};

/**
 * Null: no such place. N is the northern half, of which the band N is a part. S may be the southern half, or the band from 32 to 40 degrees
 * north; where the northing fits both, nobody can tell the south of Patagonia from the north of Africa.
 */
export const readUtm = (text: string, letterIs: 'band' | 'hemisphere' | undefined): Place | 'ambiguous' | null => {
  const [, zone = '', letter = '', easting = '', northing = ''] = utmShape.exec(text) ?? [];
  const band = letter.toUpperCase();
  if (zone === '' || !bands.includes(band)) return null;
  const at = (south: boolean): Place | null => {
    const point: UtmPoint = { zone: Number(zone), south, easting: Number(easting), northing: Number(northing) };
    return isInside(point) ? placeOfUtm(point) : null;
  };
  const within = (place: Place | null): Place | null => (place !== null && fitsBand(place, band) ? place : null);
  if (letterIs === 'band' || !'NS'.includes(band)) return within(at(band < 'N'));
  if (letterIs === 'hemisphere' || band === 'N') return at(band === 'S');
  const inBand = within(at(false)), inSouth = at(true);
  return inBand === null ? inSouth : 'ambiguous';
};

const columnSets = ['ABCDEFGH', 'JKLMNPQR', 'STUVWXYZ'] as const;
const rowLetters = 'ABCDEFGHJKLMNPQRSTUV';
const mgrsShape = /^(\d{1,2})([C-HJ-NP-X])([A-HJ-NP-Z])([A-HJ-NP-V])((?:\d\d){0,5})$/;

/** Northing where a band begins: squares repeat each 2,000 km, and this says in which of them the point lies. */
const leastNorthing = (band: string): number => {
  const latitude = southOfBand(band);
  // Along the central meridian a degree is never shorter than 110.5 km times the scale; half a square of room for the edge of a zone.
  return latitude >= 0 ? latitude * 110_490 * scale : 10_000_000 + latitude * 111_700 * scale;
};

/** The south-west corner of the square that is named. */
export const readMgrs = (text: string): Place | null => {
  const [, zoneText = '', band = '', column = '', row = '', digits = ''] = mgrsShape.exec(text.toUpperCase().replace(/\s+/g, '')) ?? [];
  const zone = Number(zoneText);
  const columnIndex = (columnSets[(zone - 1) % 3] ?? '').indexOf(column);
  if (zoneText === '' || zone < 1 || zone > 60 || columnIndex < 0) return null;
  const half = digits.length / 2, unit = 10 ** (5 - half);
  const easting = (columnIndex + 1) * 100_000 + Number(digits.slice(0, half)) * unit;
  const rowIndex = (rowLetters.indexOf(row) - (zone % 2 === 0 ? 5 : 0) + 20) % 20;
  const inCycle = rowIndex * 100_000 + Number(digits.slice(half)) * unit;
  const least = leastNorthing(band) - 100_000;
  const northing = inCycle + Math.max(0, Math.ceil((least - inCycle) / 2_000_000)) * 2_000_000;
  const place = placeOfUtm({ zone, south: band < 'N', easting, northing });
  return fitsBand(place, band) ? place : null;
};

/** One latitude or longitude as people write it: `40.4168`, `-3,7038`, `40°25'0.5"N`, `N 40 25.5`, `40-25-12N`, `40d25m12s`. */
export interface Angle {
  /** Decimal degrees; what was decimal keeps its digits. */
  readonly text: string;
  /** latitude, longitude, or not said */
  readonly axis: 'lat' | 'lon' | null;
  /** Ends in an `s` that is the mark of its seconds and might be the south. */
  readonly maybeSouth: boolean;
}

/** What is computed is written with nine decimals (0.1 mm). */
export const computedDegrees = (degrees: number): string => degrees.toFixed(9).replace(/\.?0+$/, '').replace(/^-0$/, '0');

export const longestAngles = 200;

/** The marks that typewriters, telephones and spreadsheets put for degrees, minutes, seconds and minus; digits of full width. */
const plainMarks = (text: string): string =>
  text.replace(/[º˚]/g, '°').replace(/[’‘′´`]/g, "'").replace(/[“”″˝]|''/g, '"').normalize('NFKC').replace(/[\u2212\u2010-\u2013]/g, '-').replace(/\s+/gu, ' ').trim();

/** O is west in Spanish, French and Portuguese, and east in German: it is read as west, unless the mapping replaces it. L is east in Portuguese. */
const hemispheres: Readonly<Record<string, readonly ['lat' | 'lon', 1 | -1]>> = { N: ['lat', 1], S: ['lat', -1], E: ['lon', 1], L: ['lon', 1], W: ['lon', -1], O: ['lon', -1] };

const decimalShape = /^[+-]?\d{1,3}(?:\.\d{0,20})?$/;
const before = String.raw`^([NSEWOL])?\s?([+-])?\s?(\d{1,3}(?:[.,]\d+)?)\s?`, after = String.raw`\s?([NSEWOL])?$`, part = String.raw`\s?(\d{1,2}(?:[.,]\d+)?)\s?`;
/** Marks of degrees, minutes and seconds, or blanks, colons or hyphens between them. */
const markedShape = new RegExp(`${before}(?:(?:°|deg|[d:\\s-])(?:${part}(?:['m:\\s-](?:${part}("|s(?=\\s?[NSEWOL]$))?)?)?)?)?${after}`, 'i');
/** Letters: an `S` behind its seconds is their mark only where minutes have one, too; else it is the south. */
const letteredShape = new RegExp(`${before}(?:°|deg|d)${part}m(?:in)?\\.?(?:${part}(sec\\.?|s))${after}`, 'i');

const numberOf = (text: string | undefined): number => (text === undefined ? 0 : Number(text.replace(',', '.')));

/** Null: no angle. */
export const readAngle = (text: string): Angle | null => {
  if (text.length > longestAngles) return null;
  const trimmed = plainMarks(text);
  if (decimalShape.test(trimmed)) return { text: trimmed.replace(/^\+/, '').replace(/\.$/, ''), axis: null, maybeSouth: false };
  const [, front, sign, degrees, minutes, seconds, mark, back] = letteredShape.exec(trimmed) ?? markedShape.exec(trimmed) ?? [];
  const letter = (front ?? back)?.toUpperCase();
  if (degrees === undefined || (front !== undefined && back !== undefined) || (sign !== undefined && letter !== undefined)) return null;
  // Hyphens stand between degrees and minutes only where a hemisphere says that it is no range and no sum.
  if (letter === undefined && trimmed.lastIndexOf('-') > 0) return null;
  // Only the smallest part that is said may have decimals.
  if ((minutes !== undefined && /[.,]/.test(degrees)) || (seconds !== undefined && /[.,]/.test(minutes ?? ''))) return null;
  if (numberOf(minutes) >= 60 || numberOf(seconds) >= 60) return null;
  const maybeSouth = letter === undefined && mark?.toLowerCase() === 's';
  if (maybeSouth && mark === 'S') return null;
  const [axis, direction] = letter === undefined ? [null, sign === '-' ? -1 : 1] as const : hemispheres[letter] ?? [null, 1] as const;
  const size = minutes === undefined && seconds === undefined ? degrees.replace(',', '.') : computedDegrees(numberOf(degrees) + numberOf(minutes) / 60 + numberOf(seconds) / 3_600);
  return { text: direction === -1 && Number(size) !== 0 ? `-${size}` : size, axis, maybeSouth };
};

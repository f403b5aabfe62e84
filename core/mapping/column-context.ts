/** What the other columns say of one: it is the code of a description beside it, or the third of several alike. */
import type { ColumnProfile } from './column-profile.ts';
import type { NameUnit } from './name-units.ts';

export interface ContextColumn {
  readonly units: readonly NameUnit[];
  readonly profile: ColumnProfile;
}

export interface ColumnContext {
  /** The other half of a pair of code and description, or null. */
  readonly role: 'code' | 'description' | null;
  /** A bare number right beside a street. */
  readonly houseNumber: boolean;
  /** From 1 among columns that differ in a number only. */
  readonly ordinal: number;
}

const codeConcepts: ReadonlySet<string> = new Set(['code', 'id', 'number']);
const wordConcepts: ReadonlySet<string> = new Set(['description', 'name']);

const isOf = (unit: NameUnit, concepts: ReadonlySet<string>): boolean => unit.kind !== 'number' && unit.meanings.some((meaning) => meaning.length === 1 && concepts.has(meaning[0] ?? ''));

interface Stem { readonly text: string; readonly codes: boolean; readonly words: boolean; readonly number: number }

const stemOf = (units: readonly NameUnit[]): Stem => {
  const rest = units.filter((unit) => unit.kind !== 'number' && !isOf(unit, codeConcepts) && !isOf(unit, wordConcepts));
  const numbers = units.filter((unit) => unit.kind === 'number');
  return {
    text: rest.map(({ text }) => text).join(' '),
    codes: units.some((unit) => isOf(unit, codeConcepts)), words: units.some((unit) => isOf(unit, wordConcepts)),
    number: numbers.length === 1 ? Number(numbers[0]?.text ?? 0) : 0,
  };
};

const looksCoded = (profile: ColumnProfile): boolean => profile.share.short_code > 0.6 || profile.share.integer > 0.6;

export const columnContexts = (columns: readonly ContextColumn[]): readonly ColumnContext[] => {
  const stems = columns.map(({ units }) => stemOf(units));
  return columns.map((column, index) => {
    const stem = stems[index];
    const houseNumber = isHouseNumber(columns, index);
    if (stem === undefined || stem.text === '') return { role: null, ordinal: 0, houseNumber };
    return { role: roleOf(columns, stems, index), ordinal: ordinalOf(stems, index), houseNumber };
  });
};

const isStreet = (column: ContextColumn | undefined): boolean =>
  column !== undefined && (column.profile.share.street > 0.4 || column.units.some(({ meanings }) => meanings.some((meaning) => meaning.includes('street') || meaning.includes('address'))));

const numberConcept: ReadonlySet<string> = new Set(['number']);

const isHouseNumber = (columns: readonly ContextColumn[], index: number): boolean => {
  const { units = [], profile } = columns[index] ?? {};
  if (profile === undefined || profile.length > 8) return false;
  const isNumber = (unit: NameUnit): boolean => isOf(unit, numberConcept) || unit.meanings.some((meaning) => meaning.join(' ') === 'house number');
  const ofStreet = units.some((unit) => unit.meanings.some((meaning) => meaning.includes('street')));
  return units.some(isNumber) && (ofStreet || units.every(isNumber)) && (isStreet(columns[index - 1]) || isStreet(columns[index + 1]));
};

const roleOf = (columns: readonly ContextColumn[], stems: readonly Stem[], index: number): ColumnContext['role'] => {
  const stem = stems[index], column = columns[index];
  if (stem === undefined || column === undefined) return null;
  for (const [otherIndex, other] of stems.entries()) {
    const partner = columns[otherIndex];
    if (otherIndex === index || other.text !== stem.text || other.number !== stem.number || partner === undefined || column.profile.filled === 0 || partner.profile.filled === 0) continue;
    if ((other.words && !stem.words || !other.codes && stem.codes) && (looksCoded(column.profile) || stem.codes) && partner.profile.length > column.profile.length && partner.profile.share.words > 0.4) return 'code';
    if ((stem.words && !other.words || !stem.codes && other.codes) && (looksCoded(partner.profile) || other.codes) && column.profile.length > partner.profile.length && column.profile.share.words > 0.4) return 'description';
  }
  return null;
};

/** 1 for `name` beside `name 2` too. */
const ordinalOf = (stems: readonly Stem[], index: number): number => {
  const stem = stems[index];
  if (stem === undefined || stem.number === 0 || stem.number > 60) return 0;
  const alike = stems.filter((other) => other.text === stem.text && other.codes === stem.codes && other.words === stem.words).map(({ number }) => number).sort((a, b) => a - b);
  return alike.length < 2 ? 0 : alike.indexOf(stem.number) + 1;
};

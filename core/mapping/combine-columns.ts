/** Fields that several columns make only together: date and time, day and month and year, latitude and longitude, street and number, first and last name. */
import type { DatePart } from '../../contracts/transform.ts';
import type { Expectation } from './expectation.ts';
import type { ReadField } from './read-field.ts';
import type { ScoredColumn } from './score-pair.ts';

export type CombinedKind = 'moment' | 'date' | 'point' | 'address' | 'name';

export interface CombinedField {
  readonly field: string;
  readonly kind: CombinedKind;
  /** From 0, in the order in which they are put together. */
  readonly columns: readonly number[];
  readonly confidence: number;
  readonly auto: boolean;
  /** Of a date in parts: what each column is. */
  readonly parts?: readonly DatePart[];
}

/** What the assignment gave a column. */
export interface Given {
  readonly column: number;
  readonly field: string | null;
  readonly confidence: number;
  readonly auto: boolean;
}

export interface CombineOrder {
  readonly columns: readonly ScoredColumn[];
  readonly fields: readonly ReadField[];
  readonly proposals: readonly Given[];
}

interface Table extends CombineOrder {
  /** Columns of groups that are made already. */
  readonly used: Set<number>;
}

export const combineColumns = (order: CombineOrder): readonly CombinedField[] => {
  const table: Table = { ...order, used: new Set() };
  const makers = [datesWithTimes, datesInParts, points, addresses, names];
  return makers.flatMap((make) => {
    const groups = make(table);
    for (const { columns } of groups) for (const column of columns) table.used.add(column);
    return groups;
  });
};

const says = ({ name }: ScoredColumn, ...concepts: readonly string[]): boolean => name !== null && concepts.some((concept) => (name.concepts.get(concept) ?? 0) >= 0.9);

/** Not more than a guess away from being free. */
const isFree = ({ proposals, used }: Table, column: number, below = 0): boolean => !used.has(column) && (proposals[column]?.field === null || (proposals[column]?.confidence ?? 0) < below);

const fieldOf = ({ fields, proposals }: Table, column: number): ReadField | undefined => fields.find(({ definition }) => definition.name === proposals[column]?.field);

const openFields = ({ fields, proposals }: Table, ...expects: readonly Expectation[]): readonly ReadField[] =>
  fields.filter((field) => expects.includes(field.expects) && !proposals.some(({ field: taken }) => taken === field.definition.name));

/** Words that two names share, kinds of values not counted: `from date`, `from time`. */
const shared = (left: ScoredColumn, right: ScoredColumn): number => {
  const kinds = new Set(['date', 'time', 'day', 'month', 'year', 'hour', 'number', 'code']);
  const stems = (column: ScoredColumn): ReadonlySet<string> => new Set((column.name?.units ?? []).filter(({ meanings }) => !meanings.some((meaning) => meaning.every((concept) => kinds.has(concept)))).map(({ text }) => text));
  const own = stems(left), other = stems(right);
  return own.size === 0 && other.size === 0 ? 0.5 : [...own].filter((word) => other.has(word)).length / Math.max(own.size, other.size, 1);
};

const isTime = (column: ScoredColumn): boolean => {
  const { share, filled } = column.profile;
  return filled > 0 && (share.time > 0.8 || says(column, 'time') && share.military_time > 0.9);
};

const datesWithTimes = (table: Table): readonly CombinedField[] => {
  const taken = new Set<number>();
  return table.columns.flatMap((date) => {
    const given = table.proposals[date.index], field = fieldOf(table, date.index);
    if (given === undefined || field?.definition.type !== 'timestamp' || date.profile.share.date < 0.75 || carriesTime(date)) return [];
    const times = table.columns.filter((column) => isTime(column) && isFree(table, column.index, 0.75) && !taken.has(column.index)).map((time) => ({ time, near: Math.max(shared(date, time), Math.abs(time.index - date.index) === 1 ? 0.3 : 0) - Math.abs(time.index - date.index) * 0.06 }));
    const best = times.sort((left, right) => right.near - left.near)[0];
    if (best === undefined || best.near < 0.1) return [];
    taken.add(best.time.index);
    return [{ field: field.definition.name, kind: 'moment', columns: [date.index, best.time.index], confidence: given.confidence, auto: given.auto }];
  });
};

/** A date with a time that is not always midnight. */
const carriesTime = ({ profile }: ScoredColumn): boolean =>
  profile.share.date_time > 0.5 && [...profile.values.keys()].some((value) => !/[t ]0?0:00(?::00(?:\.0+)?)?z?$/.test(value) && !/12:00(?::00)? ?am$/.test(value));

const datesInParts = (table: Table): readonly CombinedField[] => {
  const part = (concept: string, fits: (column: ScoredColumn) => boolean): readonly ScoredColumn[] =>
    table.columns.filter((column) => says(column, concept) && isFree(table, column.index, 0.6) && column.profile.filled > 0 && fits(column));
  const years = part('year', ({ profile }) => profile.share.year > 0.8);
  const fields = openFields(table, 'date', 'timestamp');
  return years.flatMap((year): CombinedField[] => {
    const month = nearest(year, part('month', ({ profile }) => profile.share.month > 0.8 || profile.share.month_word > 0.8));
    const day = nearest(year, part('day', ({ profile }) => profile.share.day_number > 0.8));
    const field = fieldOfDate(table, fields, year);
    if (month === undefined || day === undefined || field === undefined) return [];
    const ordered = ([[day.index, 'day'], [month.index, 'month'], [year.index, 'year']] as const).toSorted(([a], [b]) => a - b);
    return [{ field: field.definition.name, kind: 'date', columns: ordered.map(([index]) => index), parts: ordered.map(([, name]) => name), confidence: 0.85, auto: true }];
  }).slice(0, 1);
};

const nearest = (to: ScoredColumn, candidates: readonly ScoredColumn[]): ScoredColumn | undefined =>
  candidates.filter(({ index }) => Math.abs(index - to.index) <= 3).sort((left, right) => Math.abs(left.index - to.index) - Math.abs(right.index - to.index))[0];

/** The field whose words the name has; a bare `year` is of the date that every record must have, or of the only one. */
const fieldOfDate = ({ fields: all }: Table, open: readonly ReadField[], year: ScoredColumn): ReadField | undefined => {
  const rest = [...(year.name?.concepts.keys() ?? [])].filter((concept) => concept !== 'year');
  const named = open.find((field) => rest.some((concept) => field.phrases[0]?.read.concepts.has(concept) === true));
  if (named !== undefined || rest.length > 0) return named;
  const dates = all.filter(({ expects }) => expects === 'date' || expects === 'timestamp');
  return open.find(({ definition }) => definition.required) ?? (dates.length === 1 ? open[0] : undefined);
};

const points = (table: Table): readonly CombinedField[] => {
  const [field] = openFields(table, 'point');
  if (field === undefined || table.fields.some(({ expects }) => expects === 'latitude' || expects === 'longitude')) return [];
  const fine = table.columns.filter(({ profile, index }) => profile.share.fine_decimal > 0.6 && isFree(table, index, 0.5));
  const latitude = fine.find((column) => says(column, 'latitude') && column.profile.share.lat_range > 0.97);
  const longitude = fine.find((column) => says(column, 'longitude') && column.profile.share.lon_range > 0.97);
  return latitude === undefined || longitude === undefined ? [] : [{ field: field.definition.name, kind: 'point', columns: [latitude.index, longitude.index], confidence: 0.95, auto: true }];
};

const addressParts = ['city', 'region', 'postal', 'country'] as const;

/** From the column that has the street to both sides, as long as the next one belongs to an address. */
const addresses = (table: Table): readonly CombinedField[] => table.columns.flatMap((street): CombinedField[] => {
  const given = table.proposals[street.index], field = fieldOf(table, street.index);
  if (given === undefined || field?.expects !== 'address' || street.name === null) return [];
  const whole = !table.fields.some(({ expects, definition }) => definition !== field.definition && (expects === 'place' || expects === 'zone' || expects === 'postal') && addressParts.some((part) => field !== undefined && partOf(definition.name, part, table)));
  const belongs = (column: ScoredColumn | undefined): column is ScoredColumn => column !== undefined && column.profile.filled > 0 && isFree(table, column.index, 0.7)
    && (column.context.houseNumber || isLine(column) || whole && says(column, 'city', 'region', 'postal') && (says(column, 'postal') || column.profile.share.words > 0.5 || column.profile.share.state_code > 0.6));
  const columns = [street.index];
  for (let index = street.index + 1; belongs(table.columns[index]); index += 1) columns.push(index);
  for (let index = street.index - 1; belongs(table.columns[index]); index -= 1) columns.unshift(index);
  return columns.length === 1 ? [] : [{ field: field.definition.name, kind: 'address', columns, confidence: given.confidence, auto: given.auto }];
});

const partOf = (name: string, part: string, { fields }: Table): boolean => fields.some((field) => field.definition.name === name && (field.phrases[0]?.read.concepts.has(part) ?? false));

/** A second line of the same address, or what else stands in one: kind of street, floor. */
const isLine = (column: ScoredColumn): boolean =>
  (says(column, 'street', 'address', 'complement', 'unit_no') && !says(column, 'city', 'region', 'postal', 'country', 'verified', 'email', 'type') || says(column, 'street') && says(column, 'type')) && column.profile.share.email < 0.1 && column.profile.share.url < 0.1
  && (column.context.ordinal > 1 || says(column, 'complement', 'unit_no') || says(column, 'street') && says(column, 'type')) && column.profile.share.boolean < 0.9 && column.profile.distinct > 1;

const names = (table: Table): readonly CombinedField[] => {
  const [field] = openFields(table, 'person');
  if (field === undefined || table.fields.some(({ expects }) => expects === 'person_part')) return [];
  const isName = (concept: string) => (column: ScoredColumn): boolean => says(column, concept) && says(column, 'name') && column.profile.share.words > 0.6 && isFree(table, column.index, 0.75);
  const given = table.columns.find(isName('given')), family = table.columns.find(isName('family'));
  return given === undefined || family === undefined || Math.abs(given.index - family.index) > 4 ? [] : [{ field: field.definition.name, kind: 'name', columns: [given.index, family.index], confidence: 0.9, auto: true }];
};

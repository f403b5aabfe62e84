/**
 * How well the values of a column suit what a field expects, as evidence in log-odds: above 0 speaks for it, -5 is as good as a no. The steps are
 * rough on purpose: they were set by what registries write in general, and only their sum is calibrated (confidence.ts).
 */
import type { ColumnProfile } from './column-profile.ts';
import type { Expectation } from './expectation.ts';

export interface ValueFit {
  readonly evidence: number;
  /** In words, without a value. Empty: nothing to say. */
  readonly why: string;
}

const never = -5;
const fit = (evidence: number, why = ''): ValueFit => ({ evidence, why });

/** Shares that count for nothing but what they are: these columns are no text. */
/** `46.90`: classes are written so. */
const isDottedCode = ({ share, length, lengthSpread }: ColumnProfile): boolean => share.fine_decimal < 0.1 && length <= 7 && lengthSpread < 0.8;

const notText = (profile: ColumnProfile): ValueFit | null => {
  const { share } = profile;
  if (share.date + share.year_month + share.time > 0.6) return fit(never, 'the values are dates or times');
  if (share.decimal > 0.6 && !isDottedCode(profile)) return fit(-4.5, 'the values are decimal numbers');
  if (share.pair > 0.5) return fit(never, 'the values are coordinates');
  if (share.email > 0.5) return fit(-4.5, 'the values are e-mail addresses');
  if (share.url > 0.5) return fit(-4.5, 'the values are web addresses');
  return null;
};

const isNumbers = ({ share }: ColumnProfile): boolean => share.integer > 0.7;
const isFlag = ({ share, distinct }: ColumnProfile): boolean => share.boolean >= 0.95 && distinct <= 3;

const wordsFit = (profile: ColumnProfile): ValueFit => {
  const { share, words } = profile;
  if (isFlag(profile)) return fit(-2.5, 'the values are yes or no');
  if (isNumbers(profile)) return fit(-3, 'the values are numbers');
  if (share.words < 0.4) return fit(-1.2, 'the values are codes, not words');
  return words >= 1.6 ? fit(0.9, 'the values are words') : fit(0.4, 'the values are words');
};

const codeFit = (profile: ColumnProfile): ValueFit => {
  const { share, words, length } = profile;
  if (isFlag(profile)) return fit(-2, 'the values are yes or no');
  if (words > 2.2 || length > 40) return fit(-2.2, 'the values are sentences, not codes');
  if (share.short_code > 0.7 || share.code > 0.7 || isDottedCode(profile) && share.decimal > 0.6) return fit(0.8, 'the values look like codes');
  return fit(share.words > 0.8 ? -0.8 : 0);
};

const keyFit = (profile: ColumnProfile): ValueFit => {
  const { share, words, distinctRate, distinct } = profile;
  if (isFlag(profile)) return fit(-4, 'the values are yes or no');
  if (words > 2.5) return fit(-3, 'the values are words');
  if (share.phone > 0.8 && share.integer < 0.5) return fit(-2, 'the values look like telephone numbers');
  if (share.code + share.hash + share.uuid < 0.6 && share.integer < 0.6) return fit(-2, 'the values do not look like identifiers');
  if (distinct <= 1 && profile.filled > 2) return fit(-4, 'the value is the same in every row');
  if (distinctRate >= 0.97) return profile.filled < profile.rows * 0.5 ? fit(0, 'mostly empty') : fit(1.5, 'every value is different and looks like an identifier');
  return distinctRate > 0.55 ? fit(0.2, 'few values repeat') : fit(-2.5, 'values repeat too often for an identifier');
};

/** A running number is a source's own; official ones are seldom that plain. */
const isRunning = ({ share, ascending, filled }: ColumnProfile): boolean => ascending && share.integer === 1 && filled >= 5;

const documentFit = (profile: ColumnProfile): ValueFit => {
  const { share, words, distinctRate } = profile;
  if (isFlag(profile)) return fit(-4, 'the values are yes or no');
  if (words > 3 || profile.length > 45) return fit(-1.5, 'the values are longer than a number');
  if (share.code < 0.6 && share.integer < 0.6) return fit(-1.5, 'the values do not look like numbers of documents');
  return distinctRate > 0.7 ? fit(1, 'different codes with digits') : fit(-0.8, 'values repeat often');
};

/** `SDGT`, `ISO`: the same few again and again. */
const isAcronyms = ({ share, length, distinctRate, filled }: ColumnProfile): boolean => share.letter_code > 0.7 && length <= 9 && distinctRate < 0.6 && filled >= 8;

/** People, where places are looked for. */
const isPeople = ({ share, words, distinctRate }: ColumnProfile): boolean => share.person > 0.7 && words >= 1.9 && distinctRate > 0.9;

const named = (profile: ColumnProfile): ValueFit | null => {
  if (isFlag(profile)) return fit(never, 'the values are yes or no');
  if (isNumbers(profile)) return fit(-4.5, 'the values are numbers');
  if (profile.length > 70) return fit(-2, 'the values are long texts');
  if (profile.share.words < 0.5) return fit(-3, 'the values are codes');
  return null;
};

const shareOf = (share: number, yes: ValueFit, no: ValueFit): ValueFit => (share >= 0.75 ? yes : share >= 0.4 ? fit(yes.evidence * 0.3, yes.why) : no);

const numberFit = (profile: ColumnProfile): ValueFit => {
  if (profile.share.integer + profile.share.decimal + profile.share.money >= 0.85) return fit(isFlag(profile) ? -1 : 0.6, 'the values are numbers');
  return fit(never, 'the values are not numbers');
};

const degrees = (profile: ColumnProfile, range: number): ValueFit => {
  if (range < 0.97) return fit(never, 'the values are no degrees');
  if (profile.share.fine_decimal < 0.6) return fit(profile.share.decimal > 0.6 ? 0 : -1.5, 'the values are hardly fine enough for degrees');
  return fit(1.8, 'decimal degrees in range');
};

const dateFit = (profile: ColumnProfile): ValueFit => {
  const { share } = profile;
  if (share.date >= 0.75) return fit(1.4, share.date_time > 0.5 ? 'the values are dates with times' : 'the values are dates');
  if (share.year_month >= 0.75) return fit(0.9, 'the values are months of years');
  if (share.date + share.year_month + (share.year > 0.3 ? share.year : 0) > 0.75) return fit(0.2, 'the values are dates, in part incomplete');
  return share.date > 0.4 ? fit(0, 'many values are dates') : fit(never, 'the values are not dates');
};

const categoryFit = (profile: ColumnProfile): ValueFit => {
  const { share, distinctRate, words, filled, distinct } = profile;
  if (isNumbers(profile)) return fit(-1, 'the values are numbers');
  if (isFlag(profile)) return fit(-2, 'the values are yes or no');
  if (distinct === 1 && filled > 5) return fit(-0.3, 'the value is the same in every row');
  if (words > 7) return fit(-1.5, 'the values are sentences');
  if (share.street > 0.5 && distinctRate > 0.5 && share.short_code < 0.5) return fit(-1.3, 'the values look like addresses');
  if (share.state_code > 0.9 && distinct >= 4) return fit(-3, 'the values are codes of states');
  if (share.letter_code > 0.9 && profile.length <= 3 && distinct > 5 && distinctRate > 0.25) return fit(-1.5, 'many short codes');
  if (share.words < 0.4) return fit(-0.3, 'the values are codes');
  return distinctRate <= 0.6 || filled < 8 ? fit(distinctRate < 0.4 ? 1 : 0.8, 'words that repeat') : fit(0.1, 'words');
};

const personFit = (profile: ColumnProfile): ValueFit => {
  const no = named(profile);
  if (no !== null) return no;
  const { share } = profile;
  if (share.person >= 0.6 && profile.words >= 1.8) return share.organisation > 0.4 ? fit(0.2, 'names, in part of organisations') : fit(1.5, 'the values look like names of people');
  return share.organisation > 0.5 ? fit(-1, 'the values look like names of organisations') : profile.words < 1.4 ? fit(-1, 'one word each') : fit(0);
};

/** One for each expectation; a column without values says nothing and is not asked. */
const fits: Readonly<Record<Expectation, (profile: ColumnProfile) => ValueFit>> = {
  key: (profile) => notText(profile) ?? keyFit(profile),
  code: (profile) => notText(profile) ?? codeFit(profile),
  document: (profile) => notText(profile) ?? documentFit(profile),
  imo: (profile) => shareOf(profile.share.imo, fit(3, 'the check digits of IMO numbers hold'), fit(-4, 'the values are no IMO numbers')),
  mmsi: (profile) => shareOf(profile.share.mmsi, fit(2, 'nine digits, as an MMSI has'), fit(-4, 'the values are no MMSI')),
  call_sign: (profile) => notText(profile) ?? shareOf(profile.share.call_sign, fit(profile.share.call_sign > 0.9 && profile.length >= 4 ? 1.9 : 1.5, 'the values look like call signs'), fit(-3, 'the values are no call signs')),
  serial: (profile) => notText(profile) ?? (profile.share.vin > 0.6 ? fit(3, 'the values look like vehicle identification numbers') : profile.share.words > 0.6 ? fit(-3, 'the values are words')
    : profile.distinctRate > 0.85 ? fit(0.6, 'different codes') : fit(-1.5, 'values repeat too often for a serial number')),
  record_id: (profile) => notText(profile) ?? (isRunning(profile) ? fit(1.7, 'running numbers') : keyFit(profile)),
  plate: (profile) => notText(profile) ?? (isRunning(profile) ? fit(0.3, 'running numbers') : profile.share.vin > 0.6 ? fit(-3, 'the values look like vehicle identification numbers') : keyFit(profile)),
  iban: (profile) => shareOf(profile.share.iban, fit(3, 'the check digits of IBANs hold'), fit(-4, 'the values are no IBANs')),
  uuid: (profile) => shareOf(profile.share.uuid, fit(3, 'the values are UUIDs'), fit(never, 'the values are no UUIDs')),
  postal: (profile) => notText(profile) ?? shareOf(profile.share.postal, fit(1.2, 'the values look like postal codes'), fit(-2.5, 'the values do not look like postal codes')),
  person: (profile) => notText(profile) ?? personFit(profile),
  person_part: (profile) => notText(profile) ?? named(profile) ?? (isAcronyms(profile) || profile.distinctRate < 0.2 && profile.filled > 10 ? fit(-0.8, 'the same few values again and again') : profile.share.organisation > 0.4 ? fit(-2, 'the values look like names of organisations') : profile.share.proper > 0.6 && profile.words <= 2.6 ? fit(0.9, 'short proper names') : fit(-0.2)),
  organisation: (profile) => notText(profile) ?? named(profile) ?? (profile.share.organisation >= 0.3 ? fit(1.4, 'the values look like names of organisations') : profile.share.street > 0.5 ? fit(-1, 'the values look like addresses') : fit(0.1, 'the values are words')),
  owner: (profile) => notText(profile) ?? named(profile) ?? (profile.share.organisation + profile.share.person >= 0.6 && profile.words >= 1.7 ? fit(profile.share.organisation >= 0.3 || profile.distinctRate > 0.6 ? 1.3 : 0.2, 'the values look like names of people or organisations') : profile.share.organisation >= 0.3 ? fit(1.1, 'many values look like names of organisations') : fit(-0.3)),
  thing: (profile) => notText(profile) ?? (isNumbers(profile) ? fit(-2.5, 'the values are numbers') : isFlag(profile) ? fit(-4, 'the values are yes or no')
    : profile.share.organisation >= 0.4 ? fit(-2.5, 'the values look like names of organisations') : profile.distinctRate > 0.9 && profile.share.words > 0.7 ? fit(profile.filled >= 8 && profile.share.proper > 0.8 && profile.words <= 4 ? 1.2 : 0.9, 'different names') : fit(0.5, 'the values are words')),
  place: (profile) => notText(profile) ?? named(profile) ?? (profile.share.country_name > 0.6 ? fit(-1.5, 'the values are countries') : profile.share.month_word > 0.6 ? fit(-4, 'the values are months') : isPeople(profile) ? fit(-0.8, 'the values may be names of people') : isAcronyms(profile) ? fit(-0.4, 'acronyms') : profile.share.state_code > 0.9 ? fit(-2.5, 'the values are codes of states') : profile.words <= 3.5 ? fit(profile.distinctRate > 0.97 && profile.filled > 15 ? 0.4 : 0.9, 'short proper names') : fit(-0.8, 'longer than names of places')),
  zone: (profile) => notText(profile) ?? (isFlag(profile) ? fit(-4, 'the values are yes or no') : profile.length > 45 ? fit(-1.5, 'longer than names of areas') : profile.distinctRate > 0.97 && profile.filled > 12 && isNumbers(profile) ? fit(-2, 'every value is different') : isNumbers(profile) ? fit(0, 'numbers') : isPeople(profile) ? fit(-1.2, 'the values may be names of people') : fit(0.6, 'short names or codes')),
  address: (profile) => notText(profile) ?? (isNumbers(profile) ? fit(-3.5, 'the values are numbers') : isFlag(profile) ? fit(never, 'the values are yes or no')
    : profile.share.street >= 0.35 ? fit(1.6, 'the values look like street addresses') : profile.words < 1.3 ? fit(-1.2, 'one word each') : fit(-0.1)),
  country: (profile) => {
    const named = profile.share.country_name, coded = profile.share.country_code;
    return named >= 0.7 ? fit(2.3 + profile.distinctRate * 0.3, 'the values are names of countries') : coded >= 0.93 ? fit(2, 'the values are country codes') : named + coded >= 0.7 ? fit(1.2, 'most values are countries') : fit(-3.5, 'the values are no countries');
  },
  colour: (profile) => notText(profile) ?? (profile.share.colour >= 0.5 ? fit(2.2, 'the values are colours') : profile.share.short_code > 0.7 && profile.distinct <= 25 ? fit(-0.3, 'short codes') : fit(-1.8, 'the values are no colours')),
  brand: (profile) => notText(profile) ?? (profile.words > 2.6 ? fit(-0.8, 'several words each') : categoryFit(profile)),
  category: (profile) => notText(profile) ?? categoryFit(profile),
  words: (profile) => notText(profile) ?? wordsFit(profile),
  remarks: (profile) => notText(profile) ?? (isNumbers(profile) || isFlag(profile) ? fit(-3, 'the values are numbers or flags') : profile.share.long > 0.5 || profile.share.sentence > 0.4 ? fit(profile.length > 80 ? 1.8 : 1.2, 'long texts') : profile.words > 2.5 ? fit(0.4, 'several words each') : fit(-0.8, 'short values')),
  programme: (profile) => notText(profile) ?? (isNumbers(profile) || isFlag(profile) ? fit(-3, 'the values are numbers or flags') : profile.distinctRate < 0.7 ? fit(isAcronyms(profile) ? 1.3 : 0.8, 'short values that repeat') : fit(0)),
  other_names: (profile) => notText(profile) ?? (isNumbers(profile) || isFlag(profile) ? fit(-4, 'the values are numbers or flags') : profile.share.list > 0.3 ? fit(0.9, 'lists of names') : profile.share.words > 0.6 ? fit(0.4, 'the values are words') : fit(-1.5)),
  date: dateFit,
  timestamp: (profile) => profile.share.date_time > 0.5 ? fit(1.5, 'the values are dates with times') : dateFit(profile),
  year: (profile) => shareOf(profile.share.year, fit(1.8, 'the values are years'), fit(-4.5, 'the values are no years')),
  integer: (profile) => profile.share.integer >= 0.85 ? fit(0.6, 'whole numbers') : fit(-4.5, 'the values are no whole numbers'),
  number: numberFit,
  latitude: (profile) => degrees(profile, profile.beyondLatitude ? 0 : profile.share.lat_range),
  longitude: (profile) => degrees(profile, profile.share.lon_range),
  point: (profile) => shareOf(profile.share.pair, fit(3.5, 'the values are pairs of coordinates'), fit(never, 'the values are no coordinates')),
  boolean: (profile) => isFlag(profile) || profile.share.boolean >= 0.9 && profile.distinct <= 4 ? fit(1.6, 'the values are yes or no') : fit(never, 'the values are not yes or no'),
  enum: (profile) => categoryFit(profile),
  sex: (profile) => profile.share.sex >= 0.85 && profile.distinct <= 5 && profile.distinct >= 2 ? fit(2.2, 'the values are sexes') : profile.distinct <= 4 && profile.length <= 12 ? fit(-1, 'few different values') : fit(-4.5, 'the values are no sexes'),
  phone: (profile) => notText(profile) ?? (profile.share.phone >= 0.7 ? fit(profile.share.integer > 0.9 && !(profile.length >= 9) ? 0.2 : 1.8, 'the values look like telephone numbers') : fit(-4.5, 'the values are no telephone numbers')),
  email: (profile) => shareOf(profile.share.email, fit(3, 'the values are e-mail addresses'), fit(never, 'the values are no e-mail addresses')),
  url: (profile) => profile.share.url > 0.5 && profile.oneHost ? fit(-2.5, 'all web addresses are of one place: links of the source') : shareOf(profile.share.url, fit(2, 'the values are web addresses'), fit(-4.5, 'the values are no web addresses')),
  list: (profile) => notText(profile) ?? (profile.share.list > 0.3 ? fit(0.8, 'lists') : fit(0)),
  json: () => fit(0),
  text: (profile) => notText(profile) ?? (isNumbers(profile) ? fit(-1.5, 'the values are numbers') : isFlag(profile) ? fit(-2.5, 'the values are yes or no') : fit(0.3, 'the values are text')),
};

/** Too few values to say much. */
const fewValues = 5;

export const valueFit = ({ expects, takesCodes }: { readonly expects: Expectation; readonly takesCodes: boolean }, profile: ColumnProfile): ValueFit => {
  if (profile.filled === 0) return fit(0, 'no value to look at');
  const { evidence, why } = expects === 'category' && takesCodes && profile.share.short_code > 0.7 && !isFlag(profile) ? fit(profile.distinctRate < 0.7 ? 0.3 : -0.3, 'short codes') : fits[expects](profile);
  return fit(profile.filled < fewValues ? evidence * (evidence > 0 ? profile.filled / fewValues : Math.max(0.6, profile.filled / fewValues)) : evidence, why);
};

/** The share of a column's values that stand in a list (an enum, or what the dataset holds already). */
export const overlap = (profile: ColumnProfile, folded: ReadonlySet<string>): number => {
  let met = 0;
  for (const [value, count] of profile.values) if (folded.has(value)) met += count;
  return profile.filled === 0 ? 0 : met / profile.filled;
};

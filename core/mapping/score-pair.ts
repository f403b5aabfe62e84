/** The evidence for one column and one field, in log-odds, with its reasons in words. Reasons name kinds of values, never a value. */
import type { ColumnContext } from './column-context.ts';
import type { ColumnProfile } from './column-profile.ts';
import type { Confirmations } from './confirmed-names.ts';
import { foldText } from './fold-words.ts';
import { entities, relation, turningConcepts } from './lexicon/relations.ts';
import { coverage, nameLikeness, type ReadName } from './name-likeness.ts';
import type { ReadField } from './read-field.ts';
import { conceptsOfTopic, valueTopics } from './value-topics.ts';
import { overlap, valueFit } from './value-fit.ts';

export interface ScoredColumn {
  readonly index: number;
  /** Folded; empty where the file has no names. */
  readonly header: string;
  /** Null where the file has no names. */
  readonly name: ReadName | null;
  readonly profile: ColumnProfile;
  readonly context: ColumnContext;
}

export interface PairScore {
  readonly evidence: number;
  /** From 0 to 1. */
  readonly likeness: number;
  /** The share of the column's name that the field explains without a guess. */
  readonly explained: number;
  readonly values: number;
  /** A person said so of an earlier file of the partner. */
  readonly confirmed: boolean;
  readonly reasons: readonly string[];
}

export interface Knowledge {
  readonly subjects: ReadonlySet<string>;
  /** By field: read-field.ts. */
  readonly defining: ReadonlyMap<string, readonly string[]>;
  readonly confirmed: Confirmations;
  /** Folded values that the dataset holds, by field. */
  readonly held: ReadonlyMap<string, ReadonlySet<string>>;
}

const weights = { base: -3.6, unknownBase: -2.6, unnamedBase: -2.2, likeness: 6.6, wanted: 0.55, turned: -1.6, foreign: -1.1, sibling: -1, samePartner: 4, otherPartner: 2.5 } as const;

export const scorePair = (column: ScoredColumn, field: ReadField, knowledge: Knowledge): PairScore => {
  const named = column.name === null ? { evidence: weights.unnamedBase, likeness: 0, explained: 0, reasons: [] } : nameEvidence(column.name, field, knowledge.subjects);
  const valued = valueEvidence(column, field, knowledge);
  const placed = contextEvidence(column, field), lacking = lacksDefining(column.name, field, knowledge) ? weights.sibling : 0;
  const said = column.header === '' ? undefined : knowledge.confirmed.get(column.header)?.find((confirmation) => confirmation.field === field.definition.name);
  const confirmed = said === undefined ? 0 : said.samePartner ? weights.samePartner : weights.otherPartner;
  const wanted = (field.definition.key ? column.name !== null || column.index < 2 : field.definition.required) ? weights.wanted : 0;
  return {
    evidence: named.evidence + valued.evidence * (column.name === null ? 2 : 1) + placed.evidence + wanted + lacking + confirmed,
    likeness: named.likeness, explained: said?.samePartner === true ? 1 : named.explained, values: valued.evidence, confirmed: said?.samePartner === true,
    reasons: [...(said === undefined ? [] : [`an operator mapped a column of this name to it before${said.samePartner ? ', of the same partner' : ''}`]), ...named.reasons, ...valued.reasons, ...placed.reasons, ...(lacking === 0 ? [] : ['the name lacks the word that sets the field apart from its like'])],
  };
};

const lacksDefining = (name: ReadName | null, { definition }: ReadField, { defining }: Knowledge): boolean => {
  const concepts = defining.get(definition.name) ?? [];
  return name !== null && concepts.length > 0 && !concepts.some((concept) => [...name.concepts.keys()].some((own) => relation(own, concept) >= 0.3));
};

interface Evidence { readonly evidence: number; readonly reasons: readonly string[] }

/** Nearness of words and of concepts that is no guess any more. */
const leastSure = 0.7;

const saidBy = { name: 'the name of the field', label: 'the label of the field', alias: 'another name of the field', description: 'the description of the field' } as const;

const nameEvidence = (name: ReadName, field: ReadField, subjects: ReadonlySet<string>): Evidence & { readonly likeness: number; readonly explained: number } => {
  let likeness = 0, explained = 0, reason = '';
  for (const phrase of field.phrases) {
    const alike = nameLikeness(name, phrase.read, subjects) * phrase.trust;
    if (alike > likeness) { likeness = alike; explained = coverage(name, phrase.read, subjects, leastSure); reason = `the column's name ${alike >= 0.95 ? 'is' : alike >= 0.7 ? 'is close to' : 'has something of'} ${saidBy[phrase.from]}`; }
  }
  const alluded = coverage(name, field.gist, subjects) * 0.55;
  if (alluded > likeness) { likeness = alluded; explained = 0; reason = 'the column\'s name is in the description of the field'; }
  if (likeness < subjectLikeness && isMainName(field) && name.units.every(({ meanings }) => meanings.some((meaning) => meaning.every((concept) => subjects.has(concept))))) { likeness = subjectLikeness; explained = 1; reason = 'the column is called as what the dataset is about'; }
  const turned = turns(name, field, subjects), kind = kindConflict(name, field);
  return {
    likeness, explained, evidence: (isUnknown(name) ? weights.unknownBase : weights.base) + weights.likeness * likeness + turned.evidence + kind,
    reasons: [...(likeness >= 0.3 ? [reason] : ['the name is no evidence']), ...turned.reasons],
  };
};

/** A name that no dictionary has speaks neither for a field nor against it. */
const isUnknown = ({ units }: ReadName): boolean => units.every(({ kind, meanings }) => kind === 'word' && meanings.length === 0);

/** `company` in a register of companies is its name. */
const subjectLikeness = 0.75;
const isMainName = ({ expects, phrases }: ReadField): boolean => ['organisation', 'person', 'thing'].includes(expects) && phrases[0]?.read.concepts.has('name') === true && !['other', 'former', 'trade', 'owner'].some((concept) => phrases[0]?.read.concepts.has(concept) === true);

/** A name that says date is not for a field that takes none. */
const kindConflict = ({ units }: ReadName, { definition: { type }, gist, expects }: ReadField): number => {
  const says = (kind: string): boolean => !gist.concepts.has(kind) && units.some(({ meanings }) => meanings.length > 0 && meanings.every((meaning) => meaning.includes(kind)));
  if (!['date', 'timestamp'].includes(type) && expects !== 'year' && (says('date') || says('time'))) return -1.6;
  return says('name') && takesCodes.has(expects) ? -1 : 0;
};

const turns = (name: ReadName, field: ReadField, subjects: ReadonlySet<string>): Evidence => {
  let evidence = 0;
  const reasons: string[] = [];
  for (const { meanings, text } of name.units) {
    if (meanings.length === 0 || field.phrases.some(({ read }) => read.units.some((unit) => unit.text === text))) continue;
    // A word that has any meaning the field knows too does not turn it.
    if (meanings.some((meaning) => meaning.some((concept) => subjects.has(concept) || field.gist.concepts.has(concept) || field.phrases.some(({ read }) => read.concepts.has(concept))))) continue;
    if (meanings.every((meaning) => meaning.some((concept) => turningConcepts.has(concept)))) { evidence += weights.turned; reasons.push('the name has a word that turns its meaning'); }
    else if (meanings.every((meaning) => meaning.some((concept) => entities.has(concept)))) { evidence += weights.foreign; reasons.push('the name speaks of something else than the dataset'); }
  }
  return { evidence, reasons };
};

const valueEvidence = ({ profile }: ScoredColumn, field: ReadField, { held }: Knowledge): Evidence => {
  const { evidence, why } = valueFit(field, profile);
  const topic = topicEvidence(profile, field);
  const lists = [topic, listEvidence(profile, field.definition.values, 'the field allows'), listEvidence(profile, held.get(field.definition.name), 'the dataset holds')];
  return { evidence: lists.reduce((sum, list) => sum + list.evidence, evidence), reasons: [...(why === '' ? [] : [why]), ...lists.flatMap(({ reasons }) => reasons)] };
};

const takesTopics: ReadonlySet<string> = new Set(['category', 'brand', 'words', 'text', 'programme', 'colour', 'zone', 'place', 'thing']);

/** Thefts in a column of weapons are evidence too. */
const topicEvidence = ({ topics, filled, share }: ColumnProfile, { expects, phrases, gist }: ReadField): Evidence => {
  if (filled === 0 || share.words < 0.4 || !takesTopics.has(expects)) return { evidence: 0, reasons: [] };
  const [best] = valueTopics.filter((topic) => topics[topic] >= 0.4).sort((left, right) => topics[right] - topics[left]);
  if (best === undefined) return { evidence: 0, reasons: [] };
  const own = conceptsOfTopic[best].some((concept) => phrases.some(({ from, read }) => from !== 'description' && read.concepts.has(concept)) || gist.concepts.has(concept) && expects === 'category');
  return own ? { evidence: 1.1 * topics[best], reasons: ['many values have words of what the field is about'] } : { evidence: -0.6 * topics[best], reasons: ['many values are about something else'] };
};

const listEvidence = (profile: ColumnProfile, values: Iterable<string> | undefined, what: string): Evidence => {
  if (values === undefined || profile.filled === 0) return { evidence: 0, reasons: [] };
  const met = overlap(profile, new Set([...values].map(foldText)));
  const closed = what === 'the field allows';
  if (met >= 0.6) return { evidence: 2.5 * met, reasons: [`${Math.round(met * 100)} % of the values are ones that ${what}`] };
  return { evidence: closed && met < 0.05 ? -1 : met > 0.2 ? 0.8 : 0, reasons: met > 0.2 ? [`${Math.round(met * 100)} % of the values are ones that ${what}`] : [] };
};

const partOfDate = ['month', 'year'] as const;

const takesWords: ReadonlySet<string> = new Set(['text', 'words', 'category', 'zone', 'place', 'organisation', 'thing']);
const takesCodes: ReadonlySet<string> = new Set(['code', 'key', 'record_id', 'document', 'plate', 'serial']);

const contextEvidence = ({ context, name, profile, index }: ScoredColumn, { expects, definition }: ReadField): Evidence => {
  let evidence = 0;
  const reasons: string[] = [];
  if (context.role === 'code' && takesWords.has(expects)) { evidence -= 1.6; reasons.push('the column beside it has the words for its codes'); }
  if (context.role === 'description' && takesWords.has(expects)) { evidence += 0.7; reasons.push('it has the words for the codes of another column'); }
  if (context.role === 'description' && takesCodes.has(expects)) { evidence -= 1.2; reasons.push('another column has its codes'); }
  if (context.ordinal > 1) { evidence -= 1.8; reasons.push('it is one of several alike, and not the first'); }
  if (name !== null && partOfDate.some((part) => name.concepts.has(part)) && (expects === 'date' || expects === 'timestamp') && profile.share.year_month > 0.7) evidence += 2.4;
  if (name === null && definition.key && index === 0) { evidence += 0.8; reasons.push('it is the first column'); }
  if (context.houseNumber && takesCodes.has(expects)) { evidence -= 3; reasons.push('it stands beside a street, as a house number does'); }
  if (profile.filled > 0 && profile.fillRate < 0.25 && (definition.required || definition.key || expects === 'address')) { evidence -= 0.9; reasons.push('it is mostly empty'); }
  if (profile.filled === 0) evidence -= 1.3;
  else if (profile.distinct === 1 && profile.filled > 8) evidence -= name === null ? 2.5 : 0.6;
  return { evidence, reasons };
};

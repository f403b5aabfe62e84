/** Columns that are gone from where the template had them, and new ones that look like them: by name, by place and by their values' kind. */
import type { DatasetDefinition, FieldDefinition } from '../../contracts/dataset-definition.ts';
import type { SourceShape } from '../../contracts/template.ts';
import { nameLikeness, readName, type ReadName } from '../mapping/name-likeness.ts';
import { unitsOfName } from '../mapping/name-units.ts';
import { nearWords } from '../mapping/near-words.ts';
import { normaliseName } from '../mapping/normalise-name.ts';
import { readField } from '../mapping/read-field.ts';
import { kindsAgree } from './column-kind.ts';
import type { ColumnMatch } from './match-columns.ts';

export interface RenameQuestion {
  readonly source: SourceShape;
  readonly file: SourceShape;
  readonly match: ColumnMatch;
  /** Fields that a column of the template feeds. */
  readonly fieldsOf: (column: number) => readonly string[];
  readonly definition: DatasetDefinition;
  /** Whether the values of a column of the file are read by the field. */
  readonly isReadable: (field: FieldDefinition, column: number) => boolean;
}
export interface Rename {
  /** Template's column, file's column, from 0. */
  readonly from: number;
  readonly to: number;
  /** How alike the two are, from 0 to 1. */
  readonly score: number;
}

/** A place and a kind alone do not make a rename: the name must say something of it. */
const least = 0.5, nameShare = 0.7, placeShare = 0.2, kindShare = 0.1;
/** Two that are nearly as like leave it open. */
const clearBy = 0.1;
const noSubjects: ReadonlySet<string> = new Set();

export const findRenames = (question: RenameQuestion): readonly Rename[] => {
  const { file, source, match } = question;
  if (!file.named || !source.named) return [];
  const scored = match.missing.flatMap((from) => candidatesFor(from, question)).sort((left, right) => right.score - left.score);
  const renames: Rename[] = [];
  const isOpen = ({ from, to }: Rename): boolean => !renames.some((done) => done.from === from || done.to === to);
  for (const best of scored) {
    if (!isOpen(best)) continue;
    const rival = scored.find((other) => other !== best && isOpen(other) && (other.from === best.from || other.to === best.to));
    if (rival === undefined || best.score - rival.score >= clearBy) renames.push(best);
  }
  return renames;
};

const candidatesFor = (from: number, { source, file, match, fieldsOf, definition, isReadable }: RenameQuestion): readonly Rename[] => {
  const old = source.columns[from];
  const fields = definition.fields.filter(({ name }) => fieldsOf(from).includes(name));
  if (old === undefined || fields.length === 0) return [];
  const phrases = [readName(unitsOfName(old.name)), ...fields.flatMap((field) => readField(field, noSubjects).phrases.filter((phrase) => phrase.from !== 'description').map(({ read }) => read))];
  return match.added.flatMap((to) => {
    const column = file.columns[to];
    if (column === undefined || !kindsAgree(old.kind, column.kind) || !fields.every((field) => isReadable(field, to))) return [];
    const score = nameShare * likenessOf(old.name, column.name, phrases) + (isAtPlace(from, to, match) ? placeShare : 0) + (old.kind === column.kind ? kindShare : 0);
    return score >= least ? [{ from, to, score }] : [];
  });
};

const likenessOf = (old: string, name: string, phrases: readonly ReadName[]): number => {
  const read = readName(unitsOfName(name));
  return Math.max(nearWords(normaliseName(old), normaliseName(name)), ...phrases.map((phrase) => nameLikeness(read, phrase, noSubjects)));
};

/** Behind the same neighbour, or at the same number. */
const isAtPlace = (from: number, to: number, { found }: ColumnMatch): boolean => from === to || (from > 0 && found.get(from - 1) === to - 1);

/**
 * From written steps to a program, or TRANSFORM_INVALID with the place. Steps before the one that combines columns run on each of them;
 * a chain that never combines has one column. What a step gives must be what the next one reads, and the last what the field's type stores.
 */
import type { FieldType } from '../../contracts/dataset-definition.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import type { DateReading } from '../../contracts/plan-document.ts';
import { mostColumnsOfField, transformInvalid, type TransformStep } from '../../contracts/transform.ts';
import { DateEvidence } from '../types/date-evidence.ts';
import { columnsOf, compileStep, givesOf, takesOf } from './functions.ts';
import { judgedDateStep } from './judged-date-step.ts';
import type { CompiledStep, ValueKind } from './step.ts';
import { TransformProgram } from './transform-program.ts';

export interface TransformPlace {
  readonly type: FieldType;
  readonly columns: number;
  /** `map[3].transforms` */
  readonly at: string;
  /** Of day and month, where the formats of a step leave it open. */
  readonly order?: DateReading['order'] | undefined;
}

const kindWords: Readonly<Record<ValueKind, string>> = {
  text: 'a text', number: 'a number', boolean: 'a yes or no', date: 'a date', timestamp: 'a time', partial_date: 'a partial date', point: 'a point', phone: 'a telephone number',
  country: 'a country', language: 'a language', hash: 'a hash',
};

const fitting: Readonly<Record<Exclude<ValueKind, 'text'>, readonly FieldType[]>> = {
  number: ['number', 'integer'], boolean: ['boolean'], date: ['date', 'timestamp'], timestamp: ['timestamp'], partial_date: [], point: ['point'], phone: ['phone'], country: ['country'], language: [], hash: [],
};
/** Texts hold anything, and of types that only the database knows nothing can be said. */
const holdsText: readonly FieldType[] = ['text', 'code', 'other', 'json', 'text_list', 'enum'];

const fits = (kind: ValueKind, type: FieldType): boolean => kind === 'text' || holdsText.includes(type) || fitting[kind].includes(type);

export const compileTransforms = (steps: readonly TransformStep[], { type, columns, at, order = null }: TransformPlace): TransformProgram => {
  checkColumns(steps, { type, columns, at });
  let kind: ValueKind = 'text';
  const compiled = steps.map((step, index): CompiledStep => {
    const place = `${at}[${index}]`;
    const takes = takesOf(step);
    if (takes !== 'any' && !takes.includes(kind)) throw transformInvalid(`the step before gives ${kindWords[kind]}, and ${step.fn} reads ${takes.map((known) => kindWords[known]).join(' or ')}.`, place);
    const ready = placed(place, () => compileStep(step));
    kind = givesOf(step, kind);
    return ready;
  });
  if (!fits(kind, type)) throw transformInvalid(`it gives ${kindWords[kind]}, and the field's type is ${type}.`, `${at}[${steps.length - 1}]`);
  const judged = judgedDateStep(steps, { type, columns }), step = steps[judged], evidence = step === undefined ? null : new DateEvidence();
  if (step !== undefined && evidence !== null) compiled[judged] = compileStep(step, { order, evidence });
  return new TransformProgram(compiled, { dates: evidence, columns, pair: columns === 2 && !compiled.some((step) => step.kind === 'combining') });
};

const placed = <Made>(place: string, compile: () => Made): Made => {
  try { return compile(); } catch (error) {
    if (isWaybillError(error) && error.code === 'TRANSFORM_INVALID') throw transformInvalid(error.message, place);
    throw error;
  }
};

const counted = (least: number, most: number): string => (least === most ? String(least) : `${least} to ${most}`);

/** A point of two columns, latitude and longitude, needs no step that combines them. */
const checkColumns = (steps: readonly TransformStep[], { type, columns, at }: TransformPlace): void => {
  if (columns > mostColumnsOfField) throw transformInvalid(`a field is made of at most ${mostColumnsOfField} columns.`, at);
  let left = columns;
  steps.forEach((step, index) => {
    const range = placed(`${at}[${index}]`, () => columnsOf(step));
    if (range === null) return;
    const [least, most] = range;
    if (left < least || left > most) throw transformInvalid(`${step.fn} takes ${counted(least, most)} columns, and there are ${left}.`, `${at}[${index}]`);
    left = 1;
  });
  if (left === 0) throw transformInvalid('a field without a column needs the function constant.', at);
  if (left > 1 && !(left === 2 && type === 'point')) throw transformInvalid('several columns need a step that makes one text of them: join, coalesce, date_parts, coordinates or an expression over cells.', at);
};

/** From one unit to another, exactly. A conversion whose digits never end (kg → lb) needs `decimals`, so that rounding is a decision. */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { transformInvalid, type StepOf } from '../../contracts/transform.ts';
import { add, divide, fractionOf, multiply, placesOf, subtract, writeFraction, type Fraction } from './decimal-fraction.ts';
import { foldWord } from './fold-word.ts';
import type { Outcome, TextStep } from './step.ts';
import { unitKinds } from './unit-table.ts';

const notNumber = issueNumber('TRANSFORM_NUMBER_INVALID'), unknownUnit = issueNumber('TRANSFORM_UNIT_UNKNOWN');

interface Unit { readonly kind: string; readonly factor: Fraction; readonly offset: Fraction }

const zero: Fraction = { top: 0n, bottom: 1n };
const exact = (text: string): Fraction => fractionOf(text) ?? zero;

const unitsByName: ReadonlyMap<string, Unit> = new Map(Object.entries(unitKinds).flatMap(([kind, units]) =>
  Object.entries(units).flatMap(([symbol, { factor, per = '1', offset = '0', names = [] }]) => {
    const found: Unit = { kind, factor: divide(exact(factor), exact(per)), offset: exact(offset) };
    return [symbol, ...names].map((name) => [name, found] as const);
  })));
/** As written first: `MW` and `mw`, `K` and `k` are no one unit. */
const foldedUnits: ReadonlyMap<string, Unit> = new Map([...unitsByName].toReversed().map(([name, found]) => [foldWord(name), found] as const));
const unitOf = (name: string): Unit | undefined => unitsByName.get(name.trim()) ?? foldedUnits.get(foldWord(name));

const convert = (value: Fraction, from: Unit, to: Unit): Fraction => subtract(divide(multiply(add(value, from.offset), from.factor), to.factor), to.offset);
const isEndless = (from: Unit, to: Unit): boolean => placesOf(convert({ top: 1n, bottom: 1n }, from, to)) === null || placesOf(convert(zero, from, to)) === null;

const mostCharacters = 1_000;

export const units = ({ from, to, decimals }: StepOf<'units'>): TextStep => {
  const target = named(to), source = from === undefined ? null : named(from);
  if (source !== null && source.kind !== target.kind) throw transformInvalid(`its units measure different things (${source.kind}, ${target.kind}).`);
  const sources = source === null ? [...unitsByName.values()].filter(({ kind }) => kind === target.kind) : [source];
  if (decimals === undefined && sources.some((unit) => isEndless(unit, target)))
    throw transformInvalid('the digits of this conversion may never end; say "decimals", the places after the point to round to.');
  const write = (value: Fraction, unit: Unit): Outcome => {
    const result = convert(value, unit, target);
    return writeFraction(result, decimals ?? placesOf(result) ?? 0);
  };
  return {
    kind: 'text',
    apply: (text) => {
      if (text.length > mostCharacters) return notNumber;
      const [, digits = '', symbol = ''] = source === null ? /^([+-]?[\d.]+)\s*(\S.*)$/su.exec(text.trim()) ?? [] : [text, text.trim()];
      const value = fractionOf(digits);
      if (value === null) return notNumber;
      const unit = source ?? unitOf(symbol);
      return unit?.kind === target.kind ? write(value, unit) : unknownUnit;
    },
  };
};

const named = (name: string): Unit => {
  const found = unitOf(name);
  if (found === undefined) throw transformInvalid(`there is no unit of this name; there are ${[...Object.values(unitKinds)].flatMap((kind) => Object.keys(kind)).join(', ')}.`);
  return found;
};

/** Conditions in four values: what cannot be told and what does not apply only matter where the rest does not decide. */
import { isList, isNumeric, sameType, type CelType, type Compiled, type Value } from './cel-values.ts';

export const constantOf = (type: CelType, value: Value): Compiled => ({ type, run: () => value, literal: value });

export const not = ({ run }: Compiled): Compiled => ({ type: 'bool', run: (row) => { const value = run(row); return typeof value === 'boolean' ? !value : value; } });

const undecided = (left: Value, right: Value): Value => (left === undefined || right === undefined ? undefined : left === null || right === null ? null : right);

export const and = ({ run: left }: Compiled, { run: right }: Compiled): Compiled => ({ type: 'bool', run: (row) => {
  const first = left(row);
  if (first === false) return false;
  const second = right(row);
  return second === false ? false : undecided(first, second);
} });

export const or = ({ run: left }: Compiled, { run: right }: Compiled): Compiled => ({ type: 'bool', run: (row) => {
  const first = left(row);
  if (first === true) return true;
  const second = right(row);
  return second === true ? true : undecided(first, second);
} });

/** Null: the answers are of two types. */
export const conditional = ({ run: condition }: Compiled, yes: Compiled, no: Compiled): Compiled | null => {
  const type = commonType(yes.type, no.type);
  if (type === null) return null;
  return { type, run: (row) => {
    const decided = condition(row);
    return decided === true ? yes.run(row) : decided === false ? no.run(row) : decided;
  } };
};

const commonType = (left: CelType, right: CelType): CelType | null => {
  if (sameType(left, right)) return left;
  if (left === 'null' || right === 'null') return left === 'null' ? right : left;
  if (isNumeric(left) && isNumeric(right)) return 'decimal';
  return isList(left) && isList(right) && (left.of === 'null' || right.of === 'null') ? (left.of === 'null' ? right : left) : null;
};

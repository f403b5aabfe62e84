import { GraphQLScalarType, Kind } from 'graphql';
import { WaybillError } from '../../contracts/errors.ts';

const invalid = (): WaybillError => new WaybillError('REQUEST_INVALID', 'A Count is a whole number.');
const parseCount = (value: unknown): number => {
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw invalid();
  return number;
};

export const countScalar = new GraphQLScalarType<number, number>({
  name: 'Count', serialize: parseCount, parseValue: parseCount,
  parseLiteral: (node) => { if (node.kind !== Kind.INT) throw invalid(); return parseCount(node.value); },
});

export const dateTimeScalar = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  serialize: (value) => { if (value instanceof Date) return value.toISOString(); if (typeof value === 'string') return value; throw invalid(); },
});

/** Literals are not read: documents travel as variables. */
export const jsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON', serialize: (value) => value, parseValue: (value) => value,
  parseLiteral: () => { throw new WaybillError('REQUEST_INVALID', 'A JSON value is sent as a variable.'); },
});

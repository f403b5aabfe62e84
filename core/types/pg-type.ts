/** The parts of a column type as PostgreSQL's format_type() prints it, e.g. `numeric(12,2)` or `timestamp(3) with time zone`. */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { pgTypeOf } from '../../contracts/pg-type-of.ts';

export interface PgType {
  /** Without modifier, brackets and aliases: `int4` and `int` are `integer`. */
  readonly base: string;
  readonly modifiers: readonly number[];
}

const aliases: Readonly<Record<string, string>> = {
  int2: 'smallint', int: 'integer', int4: 'integer', int8: 'bigint', decimal: 'numeric', float4: 'real', float8: 'double precision',
  float: 'double precision', bool: 'boolean', varchar: 'character varying', char: 'character', bpchar: 'character',
  timestamptz: 'timestamp with time zone', timestamp: 'timestamp without time zone',
};

export const pgTypeParts = (field: FieldDefinition): PgType => {
  const text = pgTypeOf(field).trim().toLowerCase();
  const modifiers = /\(\s*(-?\d+)\s*(?:,\s*(-?\d+)\s*)?\)/.exec(text);
  const base = text.replace(/\([^)]*\)/, '').replace(/\[\s*\]$/, '').replace(/\s+/g, ' ').trim();
  return {
    base: aliases[base] ?? base,
    modifiers: modifiers === null ? [] : modifiers.slice(1).filter((part) => part !== undefined).map(Number),
  };
};

/** Most characters that the field and its column take; null: no limit. */
export const characterLimit = (field: FieldDefinition): number | null => {
  const { base, modifiers } = pgTypeParts(field);
  const ofColumn = base === 'character varying' || base === 'character' ? modifiers[0] : undefined;
  const limits = [ofColumn, field.maxLength].filter((limit) => limit !== undefined);
  return limits.length === 0 ? null : Math.min(...limits);
};

/** What is known while an expression is compiled, and how it is refused: by its place, never by its text. */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { WaybillError } from '../../../contracts/errors.ts';
import type { ZoneClock } from '../../types/zone-clock.ts';
import { ruleInvalid } from '../rule-invalid.ts';
import { nameOfType, type CelType, type Compiled, type PlainType } from './cel-values.ts';

export interface ExpressionScope {
  /** Where the expression stands, such as `rules[2].check`. */
  readonly at: string;
  readonly field: (name: string) => { readonly type: CelType; readonly index: number } | null;
  /** Null: the file has no such column. While the file is not known, any number. */
  readonly column: (name: string) => number | null;
  readonly zone: ZoneClock | null;
  /** Absent: a rule's over a row of the dataset. */
  readonly manner?: ExpressionManner;
}

/**
 * How an expression that is no rule is refused and computed: what cannot be computed, such as the number of a text that is none, is no value to
 * a rule; here it is not known.
 */
export interface ExpressionManner {
  readonly invalid: (why: string, at: string) => WaybillError;
  readonly unknownName: string;
  readonly unknownColumn: string;
  /** Whether there is a day of the job. */
  readonly knowsToday: boolean;
}

export interface Expression {
  readonly run: Compiled['run'];
  /** Fields that it names, by their number in the scope. */
  readonly fields: readonly number[];
}

/** What is known while one is compiled. */
export interface Compiling {
  readonly scope: ExpressionScope;
  readonly fields: Set<number>;
  /** Elements that comprehensions around walk through, by name. */
  readonly elements: ReadonlyMap<string, { readonly type: PlainType; readonly slot: number }>;
  readonly compile: (node: ASTNode, context: Compiling) => Compiled;
}

export const invalidOf = ({ manner }: ExpressionScope): ExpressionManner['invalid'] => manner?.invalid ?? ruleInvalid;

export const refuse = (why: string, node: { readonly start: number }, { scope }: Pick<Compiling, 'scope'>): never => {
  throw invalidOf(scope)(why, `${scope.at}, character ${node.start + 1},`);
};

export const truth = (node: ASTNode, context: Compiling): Compiled => {
  const compiled = context.compile(node, context);
  return compiled.type === 'bool' || compiled.type === 'null' ? compiled : refuse(`a condition is needed there, and this is ${nameOfType(compiled.type)}. Compare it with something.`, node, context);
};

/**
 * CEL (cel.dev) over a row. The library reads the text; what it reads is typed here against the dataset's fields and becomes closures of ours,
 * because its numbers are doubles, a null is an error to it, and its patterns are RegExp. Held to the library in a property test.
 */
import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { ruleInvalid } from '../rule-invalid.ts';
import { isList, nameOfType, type Compiled, type PlainType, type Value } from './cel-values.ts';
import { invalidOf, refuse, truth, type Compiling, type Expression, type ExpressionScope } from './compiling.ts';
import { and, conditional, constantOf, not, or } from './logic.ts';
import { negate, readNumeric, exactOf, type Numeric } from './exact-number.ts';
import { compileCall, compileMethod } from './compile-calls.ts';
import { members } from './functions.ts';
import { arithmetic, comparison, equality, sameness, type TypedBinary } from './operators.ts';
import type { Place } from './cel-values.ts';

const limits = { maxAstNodes: 500, maxDepth: 50, maxListElements: 500, maxMapEntries: 1, maxCallArguments: 4 };
const reader = new Environment({ unlistedVariablesAreDyn: true, limits });

const parsed = (text: string, scope: ExpressionScope): ASTNode => {
  const { at } = scope;
  try {
    return reader.parse(text).ast;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const place = error.range === undefined ? at : `${at}, character ${error.range.start + 1},`;
    throw invalidOf(scope)(parseRemedies[error.code] ?? 'it is no expression of CEL. Check its brackets, quotes and operators there.', place);
  }
};
const parseRemedies: Readonly<Record<string, string>> = {
  reserved_identifier: 'a word that CEL keeps for itself stands there. Write a field of that name as row["name"].',
  unterminated_string: 'a text is not closed. Put a quote behind it.',
  limit_exceeded: 'it is too long or too deeply nested. Make several rules of it.',
};

/** A condition over the row: true, false, null (does not apply) or undefined (cannot be told). */
export const compileExpression = (text: string, scope: ExpressionScope): Expression => {
  const { type, run, fields } = compileValue(text, scope);
  if (type !== 'bool') throw ruleInvalid(`it gives ${nameOfType(type)}, and a condition is true or false. Compare it with something.`, scope.at);
  return { run, fields };
};

/** An expression of any type. */
export const compileValue = (text: string, scope: ExpressionScope): Compiled & Expression => {
  const ast = parsed(text, scope);
  const fields = new Set<number>();
  return { ...compileNode(ast, { scope, fields, elements: new Map(), compile: compileNode }), fields: [...fields] };
};

const compileNode = (node: ASTNode, context: Compiling): Compiled => {
  switch (node.op) {
    case 'value': return literalOf(node, context);
    case 'id': return identifier(node.args, node, context);
    case '.': return member(node.args[0], node.args[1], context);
    case '[]': return element(node.args[0], node.args[1], context);
    case 'call': return compileCall({ name: node.args[0], args: node.args[1], node }, context);
    case 'rcall': return compileMethod({ name: node.args[0], receiver: node.args[1], args: node.args[2], node }, context);
    case 'list': return listOf(node.args, context);
    case '?:': return ternary(node.args, context);
    case '||': case '&&': return connected(node.op, node.args, context);
    case '!_': return not(truth(node.args, context));
    case '-_': return negative(node.args, context);
    case '==': case '!=': return binary(equality(node.op, ...both(node.args, context)), node, context);
    case '<': case '<=': case '>': case '>=': return binary(comparison(node.op, ...both(node.args, context)), node, context);
    case 'in': return contained(node.args, node, context);
    case '+': case '-': case '*': case '/': case '%': return computed(node.op, node, context);
    case 'map': case '.?': case '[?]': return refuse('maps and optional values are not there. Write the comparison out.', node, context);
  }
};

const both = ([left, right]: readonly [ASTNode, ASTNode], context: Compiling): readonly [Compiled, Compiled] => [compileNode(left, context), compileNode(right, context)];

/** A fraction's text is taken as it stands: the library has made a double of it. */
const literalOf = (node: Extract<ASTNode, { op: 'value' }>, context: Compiling): Compiled => {
  const value: unknown = node.args;
  if (value === null) return constantOf('null', null);
  if (typeof value === 'string') return constantOf('text', value);
  if (typeof value === 'boolean') return constantOf('bool', value);
  if (typeof value === 'bigint') return constantOf('int', exactOf(value));
  const number = typeof value === 'number' ? readNumeric(node.input.slice(node.start, node.end)) : null;
  return number === null ? refuse('numbers are written with digits, and bytes are not there.', node, context) : constantOf('decimal', number);
};

const identifier = (name: string, node: ASTNode, context: Compiling): Compiled => {
  const element = context.elements.get(name);
  if (element !== undefined) return { type: element.type, run: (row) => row.elements[element.slot] };
  return fieldNamed(name, node, context);
};

const noField = 'there is no field of this name in the dataset (`waybill dataset show` lists them). A column of the file is source["Column"], a text stands in quotes.';
const fieldNamed = (name: string, node: ASTNode, context: Compiling): Compiled => {
  const field = context.scope.field(name);
  if (field === null) return refuse(context.scope.manner?.unknownName ?? noField, node, context);
  const { index, type } = field;
  context.fields.add(index);
  return { type, run: (row) => row.field(index), field: index };
};

const member = (of: ASTNode, name: string, context: Compiling): Compiled => {
  const { type, run } = compileNode(of, context);
  const read = Object.hasOwn(members, name) ? members[name] : undefined;
  if (type !== 'point' || read === undefined) return refuse('only a point has parts, lat and lon. A method needs brackets behind its name.', of, context);
  return { type: 'decimal', run: (row) => { const value = run(row); return value === null || value === undefined ? value : read(value as Place); } };
};

/** `source["Column"]` and `row["field"]` are no lists: these names are free for fields all the same. */
const element = (of: ASTNode, key: ASTNode, context: Compiling): Compiled => {
  if (of.op === 'id' && key.op === 'value' && typeof key.args === 'string') {
    if (of.args === 'row') return fieldNamed(key.args, key, context);
    if (of.args === 'source') return columnNamed(key.args, key, context);
  }
  const list = compileNode(of, context), index = compileNode(key, context);
  if (!isList(list.type) || index.type !== 'int') return refuse('[…] takes a whole number from a list, from 0; a column of the file is source["Column"] or source["#3"].', of, context);
  const nothing = context.scope.manner === undefined ? null : undefined;
  return { type: list.type.of, run: (row) => {
    const values = list.run(row), at = index.run(row);
    if (values === undefined || at === undefined) return undefined;
    if (values === null || at === null) return null;
    const value = (values as readonly Value[])[at as number];
    return value === undefined ? nothing : value;
  } };
};

const noColumn = 'the file has no such column, or more than one. Name it as its header does, or by its place: source["#3"].';
const columnNamed = (name: string, node: ASTNode, context: Compiling): Compiled => {
  const column = context.scope.column(name);
  if (column === null) return refuse(context.scope.manner?.unknownColumn ?? noColumn, node, context);
  return { type: 'text', run: (row) => row.source(column) };
};

const listOf = (nodes: readonly ASTNode[], context: Compiling): Compiled => {
  const elements = nodes.map((node) => compileNode(node, context));
  const type = elements.reduce<PlainType | null>((found, { type: next }, index) => {
    const node = nodes[index] as ASTNode;
    if (isList(next) || next === 'null') return refuse('a list here holds values of one type, and neither null nor lists.', node, context);
    if (found === null || found === next) return next;
    return isNumber(found) && isNumber(next) ? 'decimal' : refuse(`a list holds values of one type, and this one ${nameOfType(found)} and ${nameOfType(next)}.`, node, context);
  }, null) ?? 'null';
  if (elements.every(({ literal }) => literal !== undefined)) return constantOf({ of: type }, elements.map(({ literal }) => literal));
  return { type: { of: type }, run: (row) => {
    const values = elements.map(({ run }) => run(row));
    return values.includes(undefined) ? undefined : values;
  } };
};
const isNumber = (type: PlainType): boolean => type === 'int' || type === 'decimal';

const connected = (op: '||' | '&&', [left, right]: readonly [ASTNode, ASTNode], context: Compiling): Compiled =>
  (op === '||' ? or : and)(truth(left, context), truth(right, context));

const ternary = ([condition, yes, no]: readonly [ASTNode, ASTNode, ASTNode], context: Compiling): Compiled => {
  const made = conditional(truth(condition, context), compileNode(yes, context), compileNode(no, context));
  return made ?? refuse('both answers of ? : must be of one type.', no, context);
};

const negative = (node: ASTNode, context: Compiling): Compiled => {
  const { type, run, literal } = compileNode(node, context);
  if (type !== 'int' && type !== 'decimal') return refuse(`- takes a number, and this is ${nameOfType(type)}.`, node, context);
  if (literal !== undefined && literal !== null) return constantOf(type, negate(literal as Numeric));
  return { type, run: (row) => { const value = run(row); return value === null || value === undefined ? value : negate(value as Numeric); } };
};

const binary = (made: TypedBinary | string, node: ASTNode, context: Compiling, sides?: readonly [Compiled, Compiled]): Compiled => {
  if (typeof made === 'string') return refuse(made, node, context);
  const [left, right] = sides ?? both(node.args as readonly [ASTNode, ASTNode], context);
  const { run, ofNumbers } = made;
  const { literal } = right;
  if (ofNumbers !== undefined) return { type: made.type, run: orderedRun(left, right, { run, ofNumbers }) };
  // A literal is most often the right side, and it need not be asked for again a row.
  return { type: made.type, run: literal !== undefined ? (row) => run(left.run(row), literal) : (row) => run(left.run(row), right.run(row)) };
};

/** Days and small whole numbers, which most are, without a way through their types; fields at once. */
const orderedRun = (left: Compiled, right: Compiled, { run, ofNumbers }: Required<Pick<TypedBinary, 'run' | 'ofNumbers'>>): Compiled['run'] => {
  const { field: first } = left, { field: second } = right;
  if (first !== undefined && second !== undefined) return (row) => {
    const a = row.field(first), b = row.field(second);
    return typeof a === 'number' && typeof b === 'number' ? ofNumbers(a, b) : run(a, b);
  };
  return (row) => {
    const a = left.run(row), b = right.run(row);
    return typeof a === 'number' && typeof b === 'number' ? ofNumbers(a, b) : run(a, b);
  };
};

/** Of numbers that are there, no number: a division by zero. */
const computable = (made: TypedBinary | string, { scope: { manner } }: Compiling): TypedBinary | string => {
  if (typeof made === 'string' || manner === undefined) return made;
  const { type, run } = made;
  return { type, run: (left, right) => run(left, right) ?? (left === null || right === null ? null : undefined) };
};

/** One step for so many characters that are joined. */
const charactersAStep = 16;
const computed = (op: '+' | '-' | '*' | '/' | '%', node: Extract<ASTNode, { op: '+' | '-' | '*' | '/' | '%' }>, context: Compiling): Compiled => {
  const sides = both(node.args, context);
  const [left, right] = sides;
  if (op !== '+' || left.type !== 'text' || right.type !== 'text') return binary(computable(arithmetic(op, left, right), context), node, context, sides);
  return { type: 'text', run: (row) => {
    const a = left.run(row), b = right.run(row);
    if (a === undefined || b === undefined) return undefined;
    if (a === null || b === null) return null;
    const joined = (a as string) + (b as string);
    row.spend(joined.length / charactersAStep);
    return joined;
  } };
};

const contained = ([value, list]: readonly [ASTNode, ASTNode], node: ASTNode, context: Compiling): Compiled => {
  const element = compileNode(value, context), among = compileNode(list, context);
  if (!isList(among.type)) return refuse(`in looks into a list, and this is ${nameOfType(among.type)}. For a part of a text write text.contains("…").`, list, context);
  const same = among.type.of === 'null' ? (): boolean => false : sameness(element.type, among.type.of);
  if (same === null) return refuse(`in looks for ${nameOfType(element.type)} among values of which each is ${nameOfType(among.type.of)}.`, node, context);
  const known = element.type === 'text' && Array.isArray(among.literal) ? new Set<Value>(among.literal as readonly Value[]) : null;
  return { type: 'bool', run: (row) => {
    const wanted = element.run(row);
    if (wanted === null || wanted === undefined) return wanted;
    if (known !== null) return known.has(wanted);
    const values = among.run(row);
    if (values === null || values === undefined) return values;
    row.spend((values as readonly Value[]).length);
    return (values as readonly Value[]).some((other) => other !== null && same(wanted, other));
  } };
};

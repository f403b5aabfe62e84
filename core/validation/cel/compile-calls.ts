/** Calls: functions and methods by the types of their arguments, the macros over lists, and patterns, which RE2 reads. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { WaybillError } from '../../../contracts/errors.ts';
import { compilePattern } from '../../transform/pattern.ts';
import { isList, nameOfType, type CelType, type Compiled, type PlainType, type RowValues, type Value } from './cel-values.ts';
import { refuse, truth, type Compiling } from './compiling.ts';
import { fits, globals, methods, type Overload } from './functions.ts';
import { constantOf } from './logic.ts';

interface Call { readonly name: string; readonly args: readonly ASTNode[]; readonly node: ASTNode }
interface MethodCall extends Call { readonly receiver: ASTNode }

export const compileCall = (call: Call, context: Compiling): Compiled => {
  const { name, args: [only, ...more], node } = call;
  if (name === 'has') {
    if (only === undefined || more.length > 0) return refuse('has(…) takes one field, column or part of a point.', node, context);
    const { run } = context.compile(only, context);
    return { type: 'bool', run: (row) => { const value = run(row); return value === undefined ? undefined : value !== null; } };
  }
  if (name === 'matches' && only !== undefined) return matching(only, more, call, context);
  if (name === 'today' && context.scope.manner?.knowsToday === false) return refuse('there is no day of the job here: the same cell gives the same value in every job. A rule can ask for today().', node, context);
  return overloaded(overloadsOf(globals, name), call.args, call, context);
};

export const compileMethod = (call: MethodCall, context: Compiling): Compiled => {
  const { name, receiver, args } = call;
  if (name === 'matches') return matching(receiver, args, call, context);
  const macro = Object.hasOwn(macros, name) ? macros[name] : undefined;
  if (macro !== undefined) return comprehension(macro, call, context);
  return overloaded(overloadsOf(methods, name), [receiver, ...args], call, context);
};

const overloadsOf = (table: Readonly<Record<string, readonly Overload[]>>, name: string): readonly Overload[] => (Object.hasOwn(table, name) ? table[name] ?? [] : []);

const overloaded = (overloads: readonly Overload[], args: readonly ASTNode[], { node }: Call, context: Compiling): Compiled => {
  if (overloads.length === 0) return refuse('there is no such function (docs/validation.md lists them).', node, context);
  const compiled = args.map((arg) => context.compile(arg, context));
  const found = overloads.find(({ takes }) => takes.length === compiled.length && takes.every((parameter, index) => fits(compiled[index]?.type ?? 'null', parameter)));
  if (found === undefined) return refuse(`the function does not take ${compiled.length === 0 ? 'nothing' : compiled.map(({ type }) => nameOfType(type)).join(' and ')}. docs/validation.md says what each takes.`, node, context);
  return applied(found, compiled, node, context);
};

const noRow: RowValues = { field: () => undefined, source: () => undefined, today: 0, elements: [], spend: () => undefined };

const applied = ({ run, gives, takes }: Overload, args: readonly Compiled[], node: ASTNode, context: Compiling): Compiled => {
  const { scope: { zone, manner } } = context;
  if (takes.length > 0 && args.every(({ literal }) => literal !== undefined && literal !== null)) {
    const value = run(args.map(({ literal }) => literal), noRow, zone);
    return value === null ? refuse('this gives no value. Write dates as YYYY-MM-DD and numbers with digits.', node, context) : constantOf(gives, value);
  }
  return { type: gives, run: (row) => {
    const values: Value[] = [];
    for (const arg of args) {
      const value = arg.run(row);
      if (value === null || value === undefined) return value;
      values.push(value);
    }
    const result = run(values, row, zone);
    return result === null && manner !== undefined ? undefined : result;
  } };
};

/** Characters times instructions that are one step: some microseconds. */
const workAStep = 256;

const matching = (textNode: ASTNode, args: readonly ASTNode[], { node }: Call, context: Compiling): Compiled => {
  const text = context.compile(textNode, context), [patternNode] = args;
  const pattern = patternNode === undefined || args.length > 1 ? undefined : context.compile(patternNode, context).literal;
  if (text.type !== 'text' || typeof pattern !== 'string') return refuse('matches takes a text and a pattern that is written out, such as name.matches("^[A-Z]").', node, context);
  const compiled = patternOf(pattern, patternNode ?? node, context);
  const size = compiled.programSize();
  return { type: 'bool', run: (row) => {
    const value = text.run(row);
    if (value === null || value === undefined) return value;
    row.spend((value as string).length * size / workAStep);
    return compiled.test(value as string);
  } };
};

const patternOf = (pattern: string, node: ASTNode, context: Compiling): ReturnType<typeof compilePattern> => {
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof WaybillError)) throw error;
    return refuse('RE2 cannot read the pattern, or it repeats too much (there are no back references and no look-around; see github.com/google/re2/wiki/Syntax).', node, context);
  }
};

interface Macro { readonly gives: (body: CelType, element: PlainType) => CelType; readonly isCondition: boolean; readonly end: (answers: readonly Value[], elements: readonly Value[]) => Value }

/** As || and && over all elements. */
const decided = (answers: readonly Value[], by: boolean): Value =>
  (answers.includes(by) ? by : answers.includes(undefined) ? undefined : answers.includes(null) ? null : !by);
const certain = (answers: readonly Value[], result: () => Value): Value => (answers.includes(undefined) ? undefined : result());
const macros: Readonly<Record<string, Macro>> = {
  exists: { gives: () => 'bool', isCondition: true, end: (answers) => decided(answers, true) },
  all: { gives: () => 'bool', isCondition: true, end: (answers) => decided(answers, false) },
  exists_one: { gives: () => 'bool', isCondition: true, end: (answers) => certain(answers, () => answers.filter((answer) => answer === true).length === 1) },
  filter: { gives: (_, of) => ({ of }), isCondition: true, end: (answers, elements) => certain(answers, () => elements.filter((_, index) => answers[index] === true)) },
  map: { gives: (body) => ({ of: body as PlainType }), isCondition: false, end: (answers) => certain(answers, () => answers) },
};

/** A list in a list is walked through in squares. */
const deepest = 2;

const comprehension = (macro: Macro, { receiver, args, node }: MethodCall, context: Compiling): Compiled => {
  const list = context.compile(receiver, context), [variable, body] = args;
  const slot = context.elements.size;
  if (!isList(list.type)) return refuse(`this walks through a list, and it is asked of ${nameOfType(list.type)}.`, receiver, context);
  if (variable?.op !== 'id' || body === undefined || args.length !== 2) return refuse('write a name for the element and what is asked of it, such as tags.exists(tag, tag == "new").', node, context);
  if (slot >= deepest || context.elements.has(variable.args)) return refuse('walking through lists can be nested once, with two names.', node, context);
  const inner = { ...context, elements: new Map([...context.elements, [variable.args, { type: list.type.of, slot }]]) };
  const asked = macro.isCondition ? truth(body, inner) : inner.compile(body, inner);
  if (!macro.isCondition && isList(asked.type)) return refuse('a list of lists is not there.', body, context);
  return { type: macro.gives(asked.type, list.type.of), run: (row) => {
    const values = list.run(row);
    if (values === null || values === undefined) return values;
    const elements = values as readonly Value[];
    const answers = elements.map((value) => { row.spend(1); row.elements[slot] = value; return asked.run(row); });
    return macro.end(answers, elements);
  } };
};

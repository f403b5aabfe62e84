/**
 * Reads the plain forms of check constraints (`col >= n`, BETWEEN, `col IN (…)`, `length(col) <= n`) from what pg_get_expr prints, so that
 * a row is judged while it is staged. Whatever it does not understand it leaves: the constraint itself is probed on the draft anyway.
 */
export interface FieldRule {
  readonly column: string;
  readonly min?: string;
  readonly max?: string;
  readonly values?: readonly string[];
  readonly maxLength?: number;
  readonly notNull?: true;
}

const name = '(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)';
const castOf = '(?:::(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_. ]*)(?:\\(\\d+(?:,\\s*\\d+)?\\))?(?:\\[\\])?)*';
const textLiteral = "'(?:[^']|'')*'";
const literal = `\\(?(?:${textLiteral}|-?\\d+(?:\\.\\d+)?)\\)?${castOf}`;
const operand = `\\(?(${name})\\)?${castOf}`;

const comparison = new RegExp(`^${operand} (>=|<=|>|<|=) (${literal})$`, 'u');
const membership = new RegExp(`^${operand} = ANY \\(\\(?ARRAY\\[((?:${literal}(?:, )?)+)\\]\\)?${castOf}\\)$`, 'u');
const lengthLimit = new RegExp(`^(?:char_length|character_length|length)\\(${operand}\\) (<=|<) (\\d+)$`, 'u');
const present = new RegExp(`^(${name}) IS NOT NULL$`, 'u');
const oneLiteral = new RegExp(`(${textLiteral}|-?\\d+(?:\\.\\d+)?)\\)?${castOf}`, 'gu');

const nameOf = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text);
const valueOf = (text: string): string => {
  const found = new RegExp(oneLiteral.source, 'u').exec(text)?.[1] ?? text;
  return found.startsWith("'") ? found.slice(1, -1).replaceAll("''", "'") : found;
};

/** The rule of one side; an exclusive bound of a whole number becomes the next one, others cannot be said as min or max. */
const boundOf = (column: string, operator: string, value: string): FieldRule | null => {
  const isWhole = /^-?\d+$/.test(value);
  switch (operator) {
    case '>=': return { column, min: value };
    case '<=': return { column, max: value };
    case '=': return { column, values: [value] };
    case '>': return isWhole ? { column, min: String(BigInt(value) + 1n) } : null;
    case '<': return isWhole ? { column, max: String(BigInt(value) - 1n) } : null;
    default: return null;
  }
};

const ruleOf = (conjunct: string, isWholeNumber: (column: string) => boolean): FieldRule | null => {
  const [, left, operator = '', right = ''] = comparison.exec(conjunct) ?? [];
  if (left !== undefined) {
    const column = nameOf(left);
    return ['>', '<'].includes(operator) && !isWholeNumber(column) ? null : boundOf(column, operator, valueOf(right));
  }
  const [, member, list = ''] = membership.exec(conjunct) ?? [];
  if (member !== undefined) return { column: nameOf(member), values: [...list.matchAll(oneLiteral)].map((match) => valueOf(match[0])) };
  const [, measured, relation, digits] = lengthLimit.exec(conjunct) ?? [];
  if (measured !== undefined) return { column: nameOf(measured), maxLength: Number(digits) - (relation === '<' ? 1 : 0) };
  const [, filled] = present.exec(conjunct) ?? [];
  return filled === undefined ? null : { column: nameOf(filled), notNull: true };
};

/** Splits at AND outside quotes and parentheses; what holds an OR outside of them is one piece that nothing matches. */
const conjunctsOf = (expression: string): readonly string[] => {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const match of expression.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()[\]]| AND /gu)) {
    const [token] = match;
    if (token === '(' || token === '[') depth += 1;
    else if (token === ')' || token === ']') depth -= 1;
    else if (token === ' AND ' && depth === 0) {
      parts.push(expression.slice(start, match.index));
      start = match.index + token.length;
    }
  }
  return [...parts, expression.slice(start)].map((part) => part.trim());
};

/** Each conjunct of a check must hold by itself, so one that is not understood does not spoil the others. */
export const simpleRules = (expression: string, isWholeNumber: (column: string) => boolean): readonly FieldRule[] =>
  conjunctsOf(expression).flatMap((conjunct) => ruleOf(conjunct, isWholeNumber) ?? []);

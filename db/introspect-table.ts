/** An existing table becomes a dataset: types, keys, not-null, enums, plain checks, comments (design 2). */
import { datasetDefinitionSchema, type DatasetDefinition, type FieldDefinition, type FieldType } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { Queryable } from './connection.ts';
import { simpleRules, type FieldRule } from './simple-checks.ts';
import { readTableShape, type ColumnShape, type TableShape, type UniqueKeyShape } from './table-shape.ts';

export interface IntrospectTableInput {
  readonly schema: string;
  readonly table: string;
  /** Name of the dataset; made from the table's name without it. */
  readonly name?: string;
}
export interface IntrospectedTable {
  readonly definition: DatasetDefinition;
  readonly fingerprint: string;
}

const typeOfName: Readonly<Record<string, FieldType>> = {
  int2: 'integer', int4: 'integer', int8: 'integer', numeric: 'number', float4: 'number', float8: 'number', bool: 'boolean', date: 'date',
  timestamp: 'timestamp', timestamptz: 'timestamp', uuid: 'uuid', json: 'json', jsonb: 'json', point: 'point',
  text: 'text', varchar: 'text', bpchar: 'text', _text: 'text_list', _varchar: 'text_list',
};

const typeOf = (column: ColumnShape): FieldType => {
  if (column.typeKind === 'e') return 'enum';
  if (column.typeName === 'citext') return 'text';
  return (column.builtIn ? typeOfName[column.typeName] : undefined) ?? 'other';
};

/** Modifiers are packed (numeric.c, varchar.c): 4 + (precision << 16 | scale), 4 + length. A negative scale (from 15 on) has no place here. */
const sizesOf = ({ typeName, typmod }: ColumnShape): { maxLength?: number; precision?: number; scale?: number } => {
  if (typmod < 4) return {};
  const packed = typmod - 4;
  if (typeName === 'varchar' || typeName === 'bpchar') return { maxLength: packed };
  const scale = ((packed & 0x7ff) ^ 1024) - 1024;
  return typeName === 'numeric' && scale >= 0 ? { precision: (packed >> 16) & 0xffff, scale } : {};
};

const isReadOnly = (column: ColumnShape): boolean => column.generated !== '' || column.identity === 'a';

/** A key that the table makes up by itself is in no partner's file, so one that is written goes before it; one that may not be written is none. */
const keyOf = ({ columns, uniqueKeys }: TableShape): readonly string[] => {
  const shapeOf = new Map(columns.map((column) => [column.name, column]));
  const some = (key: UniqueKeyShape, test: (column: ColumnShape) => boolean): boolean =>
    key.columns.some((name) => { const column = shapeOf.get(name); return column !== undefined && test(column); });
  const written = uniqueKeys.filter((key) => !some(key, isReadOnly));
  return (written.find((key) => !some(key, (column) => column.usesSequence)) ?? written[0])?.columns ?? [];
};

const rulesOf = ({ columns, checks }: TableShape): readonly FieldRule[] => {
  const whole = new Set(columns.filter((column) => typeOf(column) === 'integer').map((column) => column.name));
  const ofTable = checks.flatMap((expression) => simpleRules(expression, (name) => whole.has(name)));
  const ofDomain = columns.flatMap((column) => column.domainChecks.flatMap((expression) =>
    // A domain's check speaks of VALUE; pg_get_expr prints it as a word like a column's name.
    simpleRules(expression.replaceAll(/\bVALUE\b/g, 'value'), () => whole.has(column.name))
      .filter((rule) => rule.column === 'value').map((rule) => ({ ...rule, column: column.name }))));
  return [...ofTable, ...ofDomain];
};

const boundPattern: Readonly<Partial<Record<FieldType, RegExp>>> = {
  integer: /^-?\d+$/, number: /^-?\d+(\.\d+)?$/, date: /^\d{4}-\d{2}-\d{2}$/,
};

/** Bounds only for types that order as people count; the values of a text or enum, which make it an enum. */
const limitsOf = (type: FieldType, rules: readonly FieldRule[]): Partial<FieldDefinition> => {
  const pattern = boundPattern[type];
  const bound = (side: 'min' | 'max'): string | undefined =>
    rules.map((rule) => rule[side]).find((value) => value !== undefined && pattern?.test(value) === true);
  const values = type === 'text' ? rules.find((rule) => rule.values !== undefined)?.values : undefined;
  const lengths = type === 'text' ? rules.flatMap((rule) => rule.maxLength ?? []).filter((length) => length > 0) : [];
  const [min, max] = [bound('min'), bound('max')];
  return {
    ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }),
    ...(values === undefined ? {} : { type: 'enum' as const, values: [...values] }),
    ...(lengths.length === 0 ? {} : { maxLength: Math.min(...lengths) }),
  };
};

const descriptionOf = ({ comment, domain, pgType }: ColumnShape): string =>
  [comment, domain === null ? null : `Domain ${domain} over ${pgType}.`].filter((part) => part !== null).join(' ').slice(0, 2000);

const fieldOf = (column: ColumnShape, rules: readonly FieldRule[], key: readonly string[]): FieldDefinition => {
  const type = typeOf(column);
  const sizes = sizesOf(column);
  const limits = limitsOf(type, rules);
  const lengths = [sizes.maxLength, limits.maxLength].filter((length) => length !== undefined);
  const readOnly = isReadOnly(column);
  return {
    name: column.name, type, description: descriptionOf(column), aliases: [], pgType: column.pgType,
    required: (column.notNull || rules.some((rule) => rule.notNull === true)) && !readOnly,
    key: key.includes(column.name), hasDefault: column.hasDefault || column.generated !== '', readOnly,
    ...(column.enumValues === null ? {} : { values: [...column.enumValues] }),
    ...sizes, ...limits, ...(lengths.length === 0 ? {} : { maxLength: Math.min(...lengths) }),
  };
};

/** Names that the definition cannot hold: left out where the table can do without, else refused. */
const usableColumns = (columns: readonly ColumnShape[]): readonly ColumnShape[] => columns.filter((column, index) => {
  if (!/[\u0000-\u001f"]/.test(column.name)) return true;
  if (!column.notNull || column.hasDefault) return false;
  throw new WaybillError('DATASET_INVALID', `Column ${index + 1} is required, and its name holds a double quote or a control character.`, { column: index + 1 });
});

const datasetNameOf = (table: string): string => {
  const plain = table.toLowerCase().replaceAll(/[^a-z0-9_.]+/g, '_').replaceAll(/^_+|_+$/g, '');
  return (/^[a-z]/.test(plain) ? plain : `t_${plain}`).slice(0, 63);
};

/** Fields of the table as they are, without the dataset around them. */
export const fieldsOf = (shape: TableShape): readonly FieldDefinition[] => {
  const rules = rulesOf(shape);
  const key = keyOf(shape);
  return usableColumns(shape.columns).map((column) => fieldOf(column, rules.filter((rule) => rule.column === column.name), key));
};

export const introspectTable = async (db: Queryable, { schema, table, name }: IntrospectTableInput): Promise<IntrospectedTable> => {
  const shape = await readTableShape(db, { schema, name: table });
  const parsed = datasetDefinitionSchema.safeParse({
    name: name ?? datasetNameOf(table), description: (shape.comment ?? '').slice(0, 4000), table: { schema, name: table }, fields: fieldsOf(shape),
  });
  if (parsed.success) return { definition: parsed.data, fingerprint: shape.fingerprint };
  const [issue] = parsed.error.issues;
  throw new WaybillError('DATASET_INVALID', `${schema}.${table} cannot become a dataset: ${issue?.message ?? 'unknown reason'}.`, {
    table: `${schema}.${table}`, at: (issue?.path ?? []).join('.'),
  });
};

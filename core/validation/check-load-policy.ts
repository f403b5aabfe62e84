/** A load policy, checked when the import is asked for (the file need not be known), and again against the mapping. */
import { keyFieldsOf, type DatasetDefinition, type FieldDefinition, type FieldType } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import type { ImportRequest } from '../../contracts/import-request.ts';
import { issueCodeOf, issueKinds } from '../../contracts/issue-codes.ts';
import { fieldPolicyOf, usesNewest, type LoadPolicy } from '../../contracts/load-policy.ts';
import type { PlanDocument } from '../../contracts/plan-document.ts';
import { createLanes } from '../staging/create-lanes.ts';
import { blankCell, createCellEncoder, type CellEncoder } from '../types/cell-encoder.ts';
import { CopyBuffer } from '../types/copy-buffer.ts';

export type AskedPolicy = Pick<ImportRequest, 'loadPolicy'> & Partial<Pick<ImportRequest, 'key' | 'mode'>>;

const refuse = (why: string, at: string): WaybillError => new WaybillError('RULE_INVALID', `${at} cannot be used: ${why}`, { at });

export const checkLoadPolicy = (definition: DatasetDefinition, { loadPolicy, key = keyFieldsOf(definition), mode }: AskedPolicy): void => {
  if (loadPolicy === undefined) return;
  for (const name of Object.keys(loadPolicy.fields)) checkField(definition, { loadPolicy, name, isKey: mode !== 'append' && key.includes(name) });
  if (loadPolicy.empty === 'fill' && loadPolicy.conflict !== 'file' && loadPolicy.conflict !== 'dataset') throw fillsOnly('loadPolicy');
  checkNewest(definition, { loadPolicy, key });
  if (loadPolicy.clearToken !== undefined) checkToken(definition, loadPolicy.clearToken);
};

const fillsOnly = (at: string): WaybillError => refuse('with fill the record’s value always stands where there is one, so there is no conflict to settle. Say keep instead of fill, or leave the conflict out.', at);

interface OwnPolicy { readonly loadPolicy: LoadPolicy; readonly name: string; readonly isKey: boolean }

const checkField = (definition: DatasetDefinition, { loadPolicy, name, isKey }: OwnPolicy): void => {
  const at = `loadPolicy.fields.${name}`;
  if (!definition.fields.some((field) => field.name === name)) throw refuse('it names a field that the dataset does not have.', at);
  if (isKey) throw refuse('the field is of the key, which is the same in row and record. Leave it out.', at);
  const own = loadPolicy.fields[name]?.conflict;
  if (own !== undefined && own !== 'dataset' && fieldPolicyOf(loadPolicy, name).empty === 'fill') throw fillsOnly(at);
  if (name === loadPolicy.newestBy && own !== undefined && own !== 'newest')
    throw refuse('the field that says what is newer must itself follow newest, or the next row would be compared with an older one. Leave its conflict out.', at);
};

const comparable: readonly FieldType[] = ['date', 'timestamp', 'number', 'integer'];

const checkNewest = (definition: DatasetDefinition, { loadPolicy, key }: { readonly loadPolicy: LoadPolicy; readonly key: readonly string[] }): void => {
  const { newestBy } = loadPolicy;
  const at = 'loadPolicy.newestBy';
  if (newestBy === undefined) {
    if (usesNewest(loadPolicy)) throw refuse('newest needs the name of a date, timestamp or number that says which is newer.', at);
    return;
  }
  const field = definition.fields.find(({ name }) => name === newestBy);
  if (field === undefined) throw refuse('it names a field that the dataset does not have.', at);
  if (!usesNewest(loadPolicy)) throw refuse('no field has the conflict newest. Say for which it decides, or leave it out.', at);
  if (!comparable.includes(field.type)) throw refuse(`it must be a date, a timestamp or a number, and ${newestBy} is of type ${field.type}.`, at);
  if (key.includes(newestBy)) throw refuse('the field is of the key, which is the same in row and record.', at);
};

/** Types of which not every text is a value. */
const typed: readonly FieldType[] = ['integer', 'number', 'boolean', 'date', 'timestamp', 'uuid', 'json', 'enum', 'point'];
const isTyped = ({ type, readOnly, hashOf }: FieldDefinition): boolean => typed.includes(type) && !readOnly && hashOf === undefined;

const checkToken = (definition: DatasetDefinition, token: string): void => {
  if (token.trim() === '') throw refuse('cells of blanks only are empty for most types. Take a text that stands in no cell otherwise.', tokenPlace);
  for (const field of definition.fields)
    if (isTyped(field) && isValue(createCellEncoder(field, { zone: 'UTC' }), token)) throw tokenIsValue(field.name);
};

const tokenPlace = 'loadPolicy.clearToken';
const tokenIsValue = (field: string): WaybillError => refuse(`it is a value of the field ${field}. Take a text that is none.`, tokenPlace);

const isValue = (encoder: CellEncoder, token: string): boolean => {
  const bytes = Buffer.from(token, 'utf8');
  const finding = encoder.encode(bytes, 0, bytes.length, new CopyBuffer());
  if (finding === 0 || finding === blankCell) return finding === 0;
  const code = issueCodeOf(finding);
  return issueKinds[code].severity !== 'error' || code === 'DATE_AMBIGUOUS';
};

/** Also what transforms make of the token must be no value. */
export const checkMappedPolicy = (definition: DatasetDefinition, plan: PlanDocument): void => {
  const { loadPolicy, mapping } = plan;
  if (loadPolicy === undefined) return;
  const { newestBy, clearToken } = loadPolicy;
  if (newestBy !== undefined && !mapping.some(({ field }) => field === newestBy))
    throw refuse('no column of the file feeds the field. Map one to it.', 'loadPolicy.newestBy');
  if (clearToken === undefined) return;
  for (const lane of createLanes(plan, definition)) {
    const field = definition.fields.find(({ name }) => name === lane.field);
    if (lane.kind === 'cell' && field !== undefined && isTyped(field) && isValue(lane.encoder, clearToken)) throw tokenIsValue(lane.field);
  }
};

/** What an import is to do by its template: what it says itself stands in the template's place. */
import { importRequestSchema, type ImportRequest } from '../../contracts/import-request.ts';
import type { ParseOverrides } from '../../contracts/parse-options.ts';
import type { TemplateDocument, TemplateField } from '../../contracts/template.ts';
import { canonicalJson } from '../receipt/canonical-json.ts';

export interface TreatedRequest {
  /** The request as if all of the template had been said; of its map, the columns are the template's. */
  readonly request: ImportRequest;
  /** Fields that the template maps and the import does not. */
  readonly fields: readonly TemplateField[];
  /** Names of the import's options that stand in the place of the template's. */
  readonly overruled: readonly string[];
}

const plain = importRequestSchema.parse({ sha256: '0'.repeat(64), fileName: '', dataset: 'x' });

/** A request that does not list what was said says what differs from the defaults. */
const saysOf = (request: ImportRequest) => (name: keyof ImportRequest): boolean =>
  request.said === undefined ? request[name] !== undefined && canonicalJson(request[name]) !== canonicalJson(plain[name] ?? null) : request.said.includes(name);

export const withTemplate = (request: ImportRequest, document: TemplateDocument): TreatedRequest => {
  const says = saysOf(request);
  const overruled: string[] = [];
  const choose = <Value>(name: keyof ImportRequest, own: Value, templates: Value): Value => {
    if (!says(name)) return templates;
    if (canonicalJson(own ?? null) !== canonicalJson(templates ?? null)) overruled.push(name);
    return own;
  };
  const { limits } = document;
  const counted = says('maxErrors') || says('maxErrorPercent');
  if (counted && (limits.maxErrors !== request.maxErrors || limits.maxErrorPercent !== request.maxErrorPercent)) overruled.push('maxErrors');
  const rules = choose('rules', request.rules, document.rules);
  const fields = document.mapping.filter(({ field }) => !request.map.some((entry) => entry.field === field));
  const orders = dateOrdersOf(fields);
  if (request.map.length > 0) overruled.push(...request.map.map(({ field }) => `map ${field}`));
  if (Object.entries(request.dateOrders).some(([field, order]) => orders[field] !== order)) overruled.push('dateOrders');
  const { rules: _rules, rowFilter: _filter, derivedKey: _derived, loadPolicy: _policy, limitsBy: _limits, ...rest } = request;
  const chosen = {
    rules, rowFilter: choose('rowFilter', request.rowFilter, document.rowFilter), derivedKey: choose('derivedKey', request.derivedKey, document.derivedKey),
    loadPolicy: choose('loadPolicy', request.loadPolicy, document.loadPolicy), limitsBy: choose('limitsBy', request.limitsBy, limitsOfRules(document, rules)),
  };
  return {
    request: {
      ...rest, ...said(chosen),
      mode: choose('mode', request.mode, document.mode), key: choose('key', request.key, document.key), duplicates: choose('duplicates', request.duplicates, document.duplicates),
      onError: choose('onError', request.onError, document.onError), zone: choose('zone', request.zone, document.zone),
      maxErrors: counted ? request.maxErrors : limits.maxErrors, maxErrorPercent: counted ? request.maxErrorPercent : limits.maxErrorPercent,
      dateOrders: { ...orders, ...request.dateOrders },
      map: [...fields.filter(({ by }) => by !== 'derived').map(({ field, columns, transforms }) => ({ field, columns, ...(transforms === undefined ? {} : { transforms }) })), ...request.map],
      parse: parseWithTemplate(request.parse, document.parse),
    },
    fields, overruled,
  };
};

/** What is not there stays out, as in a request that never named it. */
const said = <Value extends object>(value: Value): { [Name in keyof Value]?: Exclude<Value[Name], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as { [Name in keyof Value]?: Exclude<Value[Name], undefined> };

/** Orders that a person said; those that were found in the values are looked for again. */
const dateOrdersOf = (fields: readonly TemplateField[]): Record<string, 'dmy' | 'mdy'> =>
  Object.fromEntries(fields.flatMap(({ field, date }) => (date?.source === 'operator' && date.order !== null ? [[field, date.order]] : [])));

/** Rules of the import's own have their own limits. */
const limitsOfRules = ({ limits }: TemplateDocument, rules: TemplateDocument['rules']): TemplateDocument['limits']['by'] => {
  const kept = limits.by?.filter(({ rule }) => rule === undefined || (rules ?? []).some(({ name }) => name === rule));
  return kept === undefined || kept.length === 0 ? undefined : kept;
};

/** A format that is said leaves nothing of what the template says of another one. */
export const parseWithTemplate = (own: ParseOverrides, templates: ParseOverrides): ParseOverrides =>
  (own.format !== undefined && templates.format !== undefined && own.format !== templates.format ? own : { ...templates, ...own });

/** What a template's schema cannot say, checked when it is saved, imported or used: against the dataset as it stands. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import type { TemplateDocument } from '../../contracts/template.ts';
import { resolveColumn } from '../mapping/resolve-column.ts';
import { checkTransforms } from '../transform/check-transforms.ts';
import { zoneClockOf } from '../types/zone-clock.ts';
import { checkFileRules } from '../validation/check-file-rules.ts';
import { checkTreatment } from '../validation/check-treatment.ts';

export const templateInvalid = (why: string, at: string): WaybillError => new WaybillError('TEMPLATE_INVALID', `${at} cannot be used: ${why}`, { at });

export const checkTemplate = (definition: DatasetDefinition, document: TemplateDocument): void => {
  const { source, mapping, key } = document;
  const names = source.columns.map(({ name }) => name);
  const fields = new Set<string>();
  mapping.forEach(({ field, columns, by }, index) => {
    const at = `mapping[${index}]`, found = definition.fields.find(({ name }) => name === field);
    if (found === undefined) throw templateInvalid('the dataset has no such field.', `${at}.field`);
    if (found.readOnly || (found.hashOf !== undefined && by !== 'derived')) throw templateInvalid('the field is filled by itself.', `${at}.field`);
    if (fields.has(field)) throw templateInvalid('the field is named twice.', `${at}.field`);
    fields.add(field);
    columns.forEach((column, place) => { if (resolveColumn(names, column) === null) throw templateInvalid('it is not one of the columns of the source.', `${at}.columns[${place}]`); });
  });
  key.forEach((name, index) => { if (!definition.fields.some((field) => field.name === name)) throw templateInvalid('the dataset has no such field.', `key[${index}]`); });
  checkTransforms(definition, mapping);
  checkTreatment(definition, treatmentOf(document));
  checkFileRules(definition, treatmentOf(document), null);
  zoneClockOf(document.zone);
};

const treatmentOf = ({ key, mode, rules, rowFilter, derivedKey, loadPolicy, limits }: TemplateDocument): Parameters<typeof checkTreatment>[1] => ({
  key, mode, ...(rules === undefined ? {} : { rules }), ...(rowFilter === undefined ? {} : { rowFilter }), ...(derivedKey === undefined ? {} : { derivedKey }),
  ...(loadPolicy === undefined ? {} : { loadPolicy }), ...(limits.by === undefined ? {} : { limitsBy: limits.by }),
});

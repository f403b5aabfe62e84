/** What a plan says of the file and its columns, from what was asked and what was detected: an import pins it, a preview only looks at it. */
import type { DatasetDefinition, FieldDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import type { ImportRequest } from '../../contracts/import-request.ts';
import type { ParseOptions } from '../../contracts/parse-options.ts';
import type { DateReading, MappedField } from '../../contracts/plan-document.ts';
import { withWholeColumns } from '../formats/json/whole-columns.ts';
import type { RandomAccess } from '../formats/source-format.ts';
import { readsDates, sampleDateReadings } from './sample-date-readings.ts';

type Wish = Pick<ImportRequest, 'map' | 'dateOrders'>;

/** Objects that a field or the operator wants whole. */
export const fitColumns = (options: ParseOptions, { map }: Pick<Wish, 'map'>, definition: DatasetDefinition): ParseOptions => withWholeColumns(options, {
  named: map.flatMap((entry) => entry.columns),
  jsonFields: definition.fields.flatMap((field) => (field.type === 'json' ? [field.name, ...(field.label === undefined ? [] : [field.label]), ...field.aliases] : [])),
});

interface Mapped { readonly definition: DatasetDefinition; readonly mapping: readonly MappedField[] }

/** How our own export wrote it: a value of type json in JSON as the value that it is, with its quotes and its null; escapes in XML that are ours. */
export const asExported = (parse: ParseOptions, { definition, mapping }: Mapped): ParseOptions => {
  if (parse.format === 'xml') return { ...parse, restoresEscapes: true };
  if (parse.format !== 'json' && parse.format !== 'geojson' && parse.format !== 'jsonl') return parse;
  const literals = mapping.flatMap(({ field, columns }) => (mappedField(definition, field).type === 'json' ? columns : []));
  return literals.length === 0 ? parse : { ...parse, literals };
};

interface Dating extends Mapped { readonly source: () => Promise<RandomAccess>; readonly parse: ParseOptions; readonly dateOrders: Wish['dateOrders']; /** Field → order, from earlier files of the partner. */ readonly remembered?: Wish['dateOrders'] }

/** The mapping with how its dates are read, as the operator said or as samples prove. */
export const withDateReadings = async ({ source, parse, definition, mapping, dateOrders, remembered = {} }: Dating): Promise<readonly MappedField[]> => {
  const dated = mapping.filter((entry) => readsDates(definition, entry));
  for (const field of Object.keys(dateOrders))
    if (!dated.some((entry) => entry.field === field))
      throw new WaybillError('OPTION_INVALID', '--date-format names a field that is not a mapped date or timestamp.', { field });
  const readings = dated.length === 0 ? [] : await sampleDateReadings(await source(), { parse, definition, mapping: dated });
  return mapping.map((entry) => {
    const at = dated.indexOf(entry);
    if (at < 0) return entry;
    const said = dateOrders[entry.field];
    const date = said === undefined ? recalled(readings[at], remembered[entry.field]) : { order: said, source: 'operator' as const };
    return date === undefined ? entry : { ...entry, date };
  });
};

/** Only where the cells leave it open. */
const recalled = (reading: DateReading | undefined, order: Wish['dateOrders'][string] | undefined): DateReading | undefined =>
  reading?.source !== 'assumed' || order === undefined ? reading : { order, source: 'remembered' };

export const mappedField = (definition: DatasetDefinition, name: string): FieldDefinition => {
  const field = definition.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new WaybillError('MAPPING_INVALID', 'A mapped field is not in the dataset.', { field: name });
  return field;
};

import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { pgTypeOf } from '../../contracts/pg-type-of.ts';
import type { Dataset } from '../../db/datasets.ts';

export const datasetResolvers = {
  label: ({ definition }: Dataset) => definition.label ?? null,
  description: ({ definition }: Dataset) => definition.description,
  table: ({ definition }: Dataset) => definition.table ?? { schema: 'registry', name: definition.name },
  fields: ({ definition }: Dataset) => definition.fields,
  managed: ({ definition }: Dataset) => definition.managed,
};

export const datasetFieldResolvers = {
  label: (field: FieldDefinition) => field.label ?? null,
  pgType: (field: FieldDefinition) => pgTypeOf(field),
};
